// One click adds the address a server logs in as; until then its use is warned of.
import { accessible, assert, input, person, run, take_up } from "./house.mjs";

run(async (browser) => {
  const { page, check } = await person(browser);
  await take_up(page, input.invitation);
  await page.goto("/channels/email");
  const warning = page.getByText("Your server logs in under the user name that is an address");
  await warning.waitFor();
  await accessible(page);
  await page.getByRole("button", { name: `Add ${input.alias}` }).click();
  await page.getByText("The address is added.").waitFor();
  await page.getByRole("heading", { name: input.alias }).waitFor();
  await accessible(page);
  await page.goto("/channels/email");
  await page.getByRole("link", { name: input.alias }).waitFor();
  assert.equal(await warning.count(), 0);
  assert.equal(await page.getByRole("button", { name: `Add ${input.alias}` }).count(), 0);
  check();
});
