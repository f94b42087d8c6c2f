// A picture of every page, in both languages, light and dark, wide and narrow. Each is
// held against axe-core on the way, and none is wider than its window.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { accessible, assert, code, input, person, run, sign_in } from "./house.mjs";

const SIZES = { wide: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } };

const SIGNED_OUT = [["sign-in", "/sign-in"], ["invitation", input.invitation]];

const PAGES = [
  ["email-first", "/channels/email", "fresh"],
  ["domain-new", "/channels/email/domains/new"],
  ["email", "/channels/email"],
  ["domain", `/channels/email/domains/${input.domain}`],
  ["rotate", `/channels/email/domains/${input.domain}/rotate`],
  ["discard", `/channels/email/domains/${input.domain}/credentials/${input.credential}/discard`],
  ["disconnect", `/channels/email/domains/${input.domain}/disconnect`],
  ["sources", `/channels/email/domains/${input.domain}/sources`],
  ["address-new", "/channels/email/addresses/new"],
  ["address-verified", `/channels/email/addresses/${encodeURIComponent(input.address)}`],
  ["address-warned", `/channels/email/addresses/${encodeURIComponent(input.broken)}`],
  ["address-server", `/channels/email/addresses/${encodeURIComponent(input.address)}/server`],
  ["address-native", `/channels/email/addresses/${encodeURIComponent(input.native)}`],
  ["address-remove", `/channels/email/addresses/${encodeURIComponent(input.address)}/remove`],
  ["dns", "/channels/dns"],
  ["tickets-empty", "/tickets", "fresh"],
  ["tickets", "/tickets"],
  ["ticket", `/tickets/${input.ticket}`],
  ["ticket-stand-in", `/tickets/${input.standing_in}`],
  ["log", "/mail/log"],
  ["log-message", `/mail/log/${input.waiting}`],
  ["log-inbound", `/mail/log/${input.incoming}`],
  ["log-delete", `/mail/log/${input.waiting}/jobs/${input.job}/delete`],
  ["suspended-empty", "/mail/suspended", "fresh"],
  ["suspended", "/mail/suspended"],
  ["suspended-message", `/mail/suspended/${input.suspended}`],
  ["suspended-delete", `/mail/suspended/${input.suspended}/delete`],
  ["egress", "/channels/egress"],
  ["policies", "/policies"],
  ["policy-new", "/policies/new"],
  ["policy", "/policies/own/attachment-types"],
  ["policy-remove", "/policies/own/attachment-types/remove"],
  ["operator-accounts", "/operator/accounts", "operator"],
  ["operator-account-new", "/operator/accounts/new", "operator"],
  ["operator-account-invite", "/operator/accounts/acme/invite", "operator"],
  ["operator-queue", "/operator/queue", "operator"],
  ["operator-job-delete", `/operator/queue/${input.job}/delete`, "operator"],
  ["operator-health", "/operator/health", "operator"],
  ["operator-metrics", "/operator/metrics", "operator"],
  ["settings", "/account/settings"],
  ["people", "/account/people"],
  ["people-invite", "/account/people/invite"],
  ["audit", "/account/audit"],
  ["profile", "/profile"],
  ["password", "/profile/password"],
  ["passkey", "/profile/passkeys/new"],
  ["confirm", "/confirm?next=/profile"],
  ["nothing", "/there/is/nothing"],
];

run(async (browser) => {
  const { language, scheme, size } = input.variant;
  const folder = join(input.folder, `${language}-${scheme}-${size}`);
  mkdirSync(folder, { recursive: true });
  const options = {
    locale: language === "de" ? "de-DE" : "en-GB",
    colorScheme: scheme,
    viewport: SIZES[size],
    reducedMotion: "reduce",
  };
  const picture = async (page, name) => {
    await accessible(page);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= SIZES[size].width, `${name} is ${wide} wide (${size})`);
    const told = await page.locator("html").getAttribute("lang");
    assert.equal(told, language, name);
    await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  };
  const out = await person(browser, options);
  for (const [name, path] of SIGNED_OUT) {
    await out.page.goto(path);
    await picture(out.page, name);
  }
  const { context, page, check } = await person(browser, options);
  await context.addCookies([input.cookie]);
  for (const [name, path, whose] of PAGES) {
    if (whose) {
      const other = await person(browser, options);
      await other.context.addCookies([input[whose]]);
      await other.page.goto(path);
      await picture(other.page, name);
      await other.context.close();
      continue;
    }
    await page.goto(path);
    for (const folded of await page.locator("#inbound details, #outbound details, .comment details").all()) {
      await folded.evaluate((it) => (it.open = true));
    }
    await picture(page, name);
  }
  await once(page, picture);
  check();
  await context.close();
});

/** Pages that answer a form: the credentials this once, a form with faults, the code's picture. */
async function once(page, picture) {
  await page.goto("/channels/email/addresses/new");
  await page.locator("#local").fill("help@other.example");
  await page.locator("#host").fill("mail.acme.example");
  await page.locator("#username").fill("help");
  await page.locator("#password").fill("secret words of the server");
  await page.locator("main button.first").click();
  await page.locator("#address-fault").waitFor({ state: "visible" });
  await picture(page, "address-faults");

  await page.goto("/policies/own/attachment-types");
  await page.locator("section[aria-labelledby=again] button").click();
  await page.locator("#sums").waitFor();
  await picture(page, "policy-replay");

  await page.goto(`/channels/email/domains/${input.second}/rotate`);
  await page.locator("main button.first").click();
  await page.locator("#for-postfix").waitFor();
  await picture(page, "credentials");
  await page.goto(`/channels/email/domains/${input.second}`);
  await page.locator("a.slim.danger").last().click();
  await page.locator("main button.danger").click();
  await page.waitForURL((url) => url.pathname.endsWith(input.second));

  await page.goto("/account/people/invite");
  await page.locator("#address").fill("ina@staff.example");
  await page.locator("main button.first").click();
  await page.locator("#link").waitFor();
  await picture(page, "people-invited");

  await page.goto("/profile");
  await page.locator("form[action$=begin] button").click();
  await page.locator(".picture").waitFor();
  await picture(page, "codes");
  const seed = (await page.locator("main code").textContent()).replaceAll(" ", "");
  await page.locator("#code").fill(code(seed, 0));
  await page.locator("main button.first").click();
  await page.waitForURL("**/profile?done=codes-on");
  await page.locator("form[action='/sign-out'] button").click();
  await page.waitForURL("**/sign-in");
  await sign_in(page, input.account, input.admin);
  await page.waitForURL("**/sign-in/factor**");
  await picture(page, "factor");
}
