// Mail kept aside: read as text, made a ticket of, given to somebody, deleted.
import { accessible, assert, input, person, run } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await context.addCookies([input.cookie]);
  await page.goto("/mail/suspended");
  await accessible(page);
  assert.equal(await page.locator("tbody tr").count(), 4);
  await page.getByText("It came by a list or as bulk mail.").first().waitFor();

  // Markup in it is text, and nothing else.
  await page.getByRole("link", { name: input.wanted }).click();
  await accessible(page);
  await page.locator("pre").filter({ hasText: "<script>alert(1)</script>" }).waitFor();
  await page.locator("pre").filter({ hasText: "List-Id: <news.enduser.example>" }).waitFor();
  await page.getByRole("button", { name: "Make a ticket of it" }).click();
  await page.getByText("The message is a ticket now.").waitFor();

  // Nobody's: whose it is has to be said.
  await page.getByRole("row").filter({ hasText: "nobody" }).getByRole("link").click();
  await page.getByRole("button", { name: "Make a ticket of it" }).click();
  await page.locator("#requester-fault").getByText("The message names no author.", { exact: false }).waitFor();
  await accessible(page);
  await page.locator("#requester").fill(input.user);
  await page.getByRole("button", { name: "Make a ticket of it" }).click();
  await page.getByText("The message is a ticket now.").waitFor();

  // Several at once, after one question.
  await page.getByRole("button", { name: "Delete those chosen …" }).click();
  await page.getByText("Tick at least one message.").waitFor();
  for (const box of await page.locator("tbody input[type=checkbox]").all()) await box.check();
  await page.getByRole("button", { name: "Delete those chosen …" }).click();
  await page.getByText("2 messages, with everything in them.").waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByText("Nothing is kept aside").waitFor();
  check();
  await context.close();
});
