// What is set on a domain and on an address, with the faults beside their fields.
import { accessible, assert, input, person, run, take_up } from "./house.mjs";

run(async (browser) => {
  const { page, check } = await person(browser);
  await take_up(page, input.invitation);
  await domain(page);
  await address(page);
  await default_address(page);
  check();
});

async function domain(page) {
  const own = `/channels/email/domains/${input.domain}`;
  await page.goto(own);
  await page.locator("#protocol").selectOption("LOGIN");
  await page.locator("#catch_all").check();
  await page.locator("form[action$=settings] button").click();
  await page.getByText("The settings are saved.").waitFor();
  assert.equal(await page.locator("#protocol").inputValue(), "LOGIN");
  assert.ok(await page.locator("#catch_all").isChecked());
  assert.ok(!(await page.locator("#require_authenticated").isChecked()));

  await page.getByText("Allowed networks").waitFor();
  await page.getByRole("link", { name: "Change" }).click();
  await accessible(page);
  await page.locator("#from").fill("somewhere");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#from-fault").getByText("Give a network").waitFor();
  assert.equal(await page.locator("#from").inputValue(), "somewhere");
  await accessible(page);
  await page.locator("#from").fill("192.0.2.0/24\n127.0.0.1");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The settings are saved.").waitFor();
  await page.getByText("192.0.2.0/24").waitFor();
}

async function address(page) {
  const own = `/channels/email/addresses/${encodeURIComponent(input.address)}`;
  await page.goto(own);
  await page.locator("#name").fill("Everybody's support");
  await page.locator("#brand").selectOption({ label: "Second brand" });
  await page.locator("form[action$=describe] button").click();
  await page.getByText("The change is saved.").waitFor();
  await page.getByText("Brand: Second brand").waitFor();
  assert.equal(await page.locator("#name").inputValue(), "Everybody's support");
  await page.locator("#outbound_only").check();
  await page.locator("form[action$=way-in] button").click();
  await page.getByText("The change is saved.").waitFor();
  assert.ok(await page.locator("#outbound_only").isChecked());
  await page.getByText("It can become the default once it is verified").waitFor();
  await page.getByText("Another address logs in at your server under the same name").waitFor();
  await accessible(page);
}

async function default_address(page) {
  await page.goto(`/channels/email/addresses/${encodeURIComponent(input.native)}`);
  await page.getByRole("button", { name: "Make it the default address" }).click();
  await page.getByText("This is the default address").waitFor();
  assert.equal(await page.getByRole("link", { name: "Remove the address" }).count(), 0);
  await page.goto("/channels/email");
  const row = page.locator("li", { hasText: input.native });
  await row.getByText("Default address").waitFor();
  assert.equal(await page.getByText("Default address", { exact: true }).count(), 1);
}
