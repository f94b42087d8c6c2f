// What the customer's server said is on the page; what mends it is tried out before it counts.
import { accessible, input, person, run, take_up } from "./house.mjs";

run(async (browser) => {
  const { page, check } = await person(browser);
  await take_up(page, input.invitation);
  const own = `/channels/email/addresses/${encodeURIComponent(input.address)}`;
  await page.goto(own);
  const outbound = page.locator("#outbound");
  await outbound.getByText("Show details").click();
  await outbound.getByRole("button", { name: "Verify outbound SMTP configuration" }).click();
  await page.getByText("Your server refuses the login.").first().waitFor({ timeout: 60_000 });
  await page.locator("#outbound").getByText("535").first().waitFor();
  await accessible(page);

  await page.getByRole("link", { name: "Change server or login" }).click();
  await accessible(page);
  await page.locator("#password").fill(input.password);
  await page.getByRole("button", { name: "Save and try it out" }).click();
  await page.getByText("Outbound SMTP is verified").waitFor({ timeout: 60_000 });
  check();
});
