// E1, first half: the account's admin connects a domain and hands the sheet on.
import { accessible, assert, input, person, run, session, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await take_up(page, input.invitation);
  await page.waitForURL("**/channels/email");
  await page.getByRole("heading", { name: "Authenticated SMTP connectors" }).waitFor();
  await page.getByText("Try it in a sandbox first").waitFor();
  await accessible(page);
  await page.getByRole("link", { name: "Add domain" }).click();
  await accessible(page);
  assert.equal(await page.locator("#protocol").inputValue(), "PLAIN");

  // What is wrong stands beside its field, and what was typed is still there.
  await page.locator("#name").fill("Mail of acme");
  await page.locator("#domain").fill("co.uk");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#domain-fault").getByText("not a public suffix").waitFor();
  assert.equal(await page.locator("#name").inputValue(), "Mail of acme");
  await accessible(page);

  await page.locator("#domain").fill(`${input.domain.toUpperCase()}.`);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "New credentials for domain" }).waitFor();
  await accessible(page);
  const text = (id) => page.locator(`#${id}`).textContent();
  const credential = {
    host: await text("host"),
    username: await text("username"),
    alias: await text("alias"),
    password: await text("password"),
  };
  await whole_sheet(page, credential);
  for (const server of ["postfix", "exim", "exchange", "sendmail"]) {
    const configuration = await page.locator(`#for-${server}`).textContent();
    for (const part of [credential.host, credential.username, credential.password]) {
      assert.ok(configuration.includes(part), `${server}: ${part}`);
    }
  }
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.locator("[data-copies=password]").click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), credential.password);

  await page.getByRole("link", { name: "Done" }).click();
  await page.getByText("To complete setup, add at least one support address").waitFor();
  await page.getByText("Setup incomplete").waitFor();
  assert.equal(await page.getByText("Try it in a sandbox first").count(), 0);
  await accessible(page);

  await come_from(page, context);

  // Nothing shows the password again.
  for (const path of ["/channels/email", `/channels/email/domains/${input.domain}`, "/account/audit"]) {
    await page.goto(path);
    assert.ok(!(await page.content()).includes(credential.password), path);
  }
  check();
  return { credential, cookie: await session(context) };
});

/** The sheet holds whatever the mail administrator needs, and can be printed. */
async function whole_sheet(page, credential) {
  const sheet = await page.locator("section", { has: page.locator("#sheet") }).textContent();
  for (const part of [input.domain, input.host, ...input.ports, input.egress, ...Object.values(credential)]) {
    assert.ok(sheet.includes(part), `${part} is not on the sheet`);
  }
  assert.equal(credential.host, input.host);
  await page.getByRole("button", { name: "Print" }).waitFor();
  const [id] = credential.password.slice(3).split(".");
  assert.ok(sheet.includes(id), "the set has a name");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#password").isVisible() && !(await page.locator("nav").isVisible()));
  await page.emulateMedia({ media: "screen" });
}

/** The page for firewalls names where we connect from, for people and for programs. */
async function come_from(page, context) {
  await page.goto("/channels/egress");
  await accessible(page);
  await page.locator("[data-copies=list]").click();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.deepEqual(copied.split("\n"), [input.egress]);
  const endpoint = new URL(await page.locator("#endpoint").textContent());
  const answer = await context.request.get(endpoint.pathname, { headers: { authorization: input.token } });
  assert.deepEqual((await answer.json()).addresses, [input.egress]);
  await page.goto("/channels/email");
}
