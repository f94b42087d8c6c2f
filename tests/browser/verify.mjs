// E1, second half: the support address, both checks, the green tick.
import { accessible, assert, input, person, run } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await context.addCookies([input.cookie]);
  await page.goto("/channels/email");
  await page.getByRole("link", { name: "Add address" }).first().click();
  await accessible(page);

  // An address of another domain is refused beside its field; the password does not come back.
  await fill(page, "help@other.example");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#address-fault").getByText("in the domain you chose").waitFor();
  assert.equal(await page.locator("#host").inputValue(), input.host);
  assert.equal(await page.locator("#password").inputValue(), "");
  assert.ok(!(await page.content()).includes(input.password));
  await accessible(page);

  await fill(page, "support");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The address is added.").waitFor();
  assert.ok(!(await page.content()).includes(input.password));
  await page.getByText("Inbound SMTP verification check failed").waitFor();
  await page.getByText("Outbound SMTP verification check failed").waitFor();
  await page.getByText("support@acme.desk.example sends in its place", { exact: false }).waitFor();
  await accessible(page);
  const own = page.url().split("?")[0];

  await page.goto("/channels/email");
  assert.equal(await page.getByText("To complete setup").count(), 0);
  await page.getByText("Warning", { exact: true }).first().waitFor();
  await accessible(page);

  for (const way of ["inbound", "outbound"]) {
    await page.goto(own);
    const checked = page.locator(`#${way}`);
    await checked.getByText("Show details").click();
    const verify = checked.getByRole("button", { name: `Verify ${way} SMTP configuration` });
    await verify.waitFor();
    await verify.click();
    // Waiting, until the page has seen by itself that the mail came round.
    await page.getByText(new RegExp(`${way} SMTP (verification check is waiting|is verified)`, "i")).waitFor();
    await page.getByText(new RegExp(`${way} SMTP is verified`, "i")).waitFor({ timeout: 60_000 });
  }
  await page.goto(own);
  await page.getByText("Verified in both directions").waitFor();
  await page.locator("#inbound").getByText("The way the confirmation mail took").click();
  await page.locator("#inbound").getByText("authenticated", { exact: true }).waitFor();
  await accessible(page);
  await page.goto("/channels/email");
  await page.getByText("Active", { exact: true }).waitFor();
  await page.getByText("Verified", { exact: true }).first().waitFor();
  await accessible(page);
  check();
});

async function fill(page, local) {
  await page.locator("#domain").selectOption(input.domain);
  await page.locator("#local").fill(local);
  await page.locator("#host").fill(input.host);
  await page.locator("#username").fill(input.username);
  await page.locator("#password").fill(input.password);
  const more = page.getByText("More options");
  if (!(await page.locator("#ca").isVisible())) await more.click();
  await page.locator("#ca").fill(input.authority);
}
