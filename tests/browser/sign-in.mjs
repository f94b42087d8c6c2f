// Signing in: by invitation, by password, by password and code; and what does not work.
import { accessible, assert, code, cookie, input, person, PASSWORD, run, sign_in, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await invited(page, context);
  await wrong_passwords(page);
  await session_fixation(page, context);
  await forged_forms(page, context);
  await one_time_codes(page, context);
  check();
});

/** The link works once; the cookie is out of reach of scripts and of other sites. */
async function invited(page, context) {
  await page.goto(input.invitation);
  await accessible(page);
  await page.locator("#password").fill("too short");
  await page.locator("#again").fill("too short");
  await page.evaluate(() => document.querySelector("main form").setAttribute("novalidate", ""));
  await page.locator("main button.first").click();
  await page.getByText("12 characters or more, for example").waitFor();
  await take_up(page, input.invitation);
  const { name, secure, httpOnly, sameSite, path, domain } = await cookie(context);
  assert.deepEqual(
    { name, secure, httpOnly, sameSite, path, domain },
    { name: "__Host-session", secure: true, httpOnly: true, sameSite: "Strict", path: "/", domain: "127.0.0.1" },
  );
  const again = await page.goto(input.invitation);
  assert.equal(again.status(), 404);
  await page.goto("/profile");
  await accessible(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await accessible(page);
  const behind = await page.goto("/profile");
  assert.match(behind.url(), /\/sign-in\?next=%2Fprofile$/);
}

/** One sentence for every mistake; the status says it, too. */
async function wrong_passwords(page) {
  for (const [account, address, password] of [
    [input.account, input.address, "four words nobody knows"],
    [input.account, "nobody@staff.example", PASSWORD],
    ["nowhere", input.address, PASSWORD],
    ["", input.address, PASSWORD],
  ]) {
    const answer = page.waitForResponse((it) => it.request().method() === "POST");
    await sign_in(page, account, address, password);
    assert.equal((await answer).status(), 422);
    await page.getByText("Account, email address or password is wrong.").waitFor();
    assert.equal(await page.locator("#password").inputValue(), "");
  }
}

/** A cookie somebody was given before signing in opens nothing afterwards. */
async function session_fixation(page, context) {
  await context.addCookies([
    { name: "__Host-session", value: "x".repeat(52), url: input.url, secure: true, httpOnly: true, sameSite: "Strict" },
  ]);
  await sign_in(page, input.account, input.address);
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  const first = (await cookie(context)).value;
  assert.notEqual(first, "x".repeat(52));
  // Proving it again changes it, too, and the old one is dead.
  await page.goto("/confirm?next=/profile");
  await page.locator("#password").fill(PASSWORD);
  await page.locator("main button.first").click();
  await page.waitForURL("**/profile");
  const second = (await cookie(context)).value;
  assert.notEqual(second, first);
  const stale = await fetch_with(page, first);
  assert.equal(stale, 303);
}

/** The status of a page asked for with that cookie alone. */
async function fetch_with(page, value) {
  const fresh = await page.context().browser().newContext({ ignoreHTTPSErrors: true });
  const answer = await fresh.request.get(`${input.url}/profile`, {
    headers: { cookie: `__Host-session=${value}` },
    maxRedirects: 0,
  });
  await fresh.close();
  return answer.status();
}

/** A form counts with the word of its session, and only if it was not sent from elsewhere. */
async function forged_forms(page, context) {
  const word = await page.locator("input[name=form_word]").first().inputValue();
  const post = (form, headers) =>
    context.request.post("/profile/language", { form, headers, maxRedirects: 0 });
  const right = { language: "de", form_word: word };
  assert.equal((await post({ language: "de" })).status(), 403, "without the word");
  assert.equal((await post({ ...right, form_word: "0".repeat(64) })).status(), 403, "with another");
  const elsewhere = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  assert.equal((await post(right, elsewhere)).status(), 403, "from another site");
  assert.equal((await post(right)).status(), 303, "the real thing");
  await page.goto("/profile");
  await page.getByRole("heading", { name: "Ihr Profil" }).waitFor();
  assert.equal((await post({ ...right, language: "en" })).status(), 303);
  const get = await context.request.get("/profile/language", { maxRedirects: 0 });
  assert.equal(get.status(), 405, "reading changes nothing");
}

/** Codes are set up, asked for, and work once. */
async function one_time_codes(page, context) {
  await page.goto("/profile");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await accessible(page);
  const seed = (await page.locator("main code").textContent()).replaceAll(" ", "");
  await page.locator("#code").fill("000000");
  await page.locator("main button.first").click();
  await page.getByText("Each code works once.").waitFor();
  const first = code(seed, 0);
  await page.locator("#code").fill(first);
  await page.locator("main button.first").click();
  await page.getByText("One-time codes are on.").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await sign_in(page, input.account, input.address);
  await page.waitForURL("**/sign-in/factor**");
  await accessible(page);
  const half = await page.goto("/profile");
  assert.match(half.url(), /\/sign-in/, "half the way opens nothing");
  await page.goto("/sign-in/factor");
  await page.locator("#code").fill(first);
  await page.locator("main button.first").click();
  await page.getByText("Each code works once.").waitFor();
  await page.locator("#code").fill(code(seed, 1));
  await page.locator("main button.first").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
  await page.goto("/profile");
  await page.getByText("On", { exact: true }).waitFor();
}
