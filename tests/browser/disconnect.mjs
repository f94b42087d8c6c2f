// A domain goes: what will happen is said before, and each step is seen while it happens.
import { accessible, assert, input, person, run, take_up } from "./house.mjs";

run(async (browser) => {
  const { page, check } = await person(browser);
  await take_up(page, input.invitation);
  await page.goto(`/channels/email/domains/${input.domain}/disconnect`);
  // What waits, and when a quiet time is, is said before anybody confirms.
  await page.getByText("Do it at a time of little mail").waitFor();
  await page.getByText("Messages waiting for your server").waitFor();
  assert.equal(await page.locator("#queued").textContent(), String(input.queued));
  const hours = page.getByRole("img", { name: "Messages by the hour of the day" }).locator("rect");
  assert.equal(await hours.count(), 24);
  const told = await hours.locator("title").allTextContents();
  const busy = told.filter((hour) => !hour.endsWith(": 0"));
  assert.ok(busy.length >= 1 && busy.length <= 2, told.join());
  const quietest = await page.getByText("was the quietest").textContent();
  const [quiet] = quietest.match(/\d+:00/);
  assert.ok(told.includes(`${quiet}: 0`), quietest);
  await page.getByText(input.address).waitFor();
  await accessible(page);
  await page.locator("#domain").fill("some.other.example");
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.getByText("Type the domain's name to confirm.").waitFor();
  await page.locator("#domain").fill(input.domain);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await page.waitForURL("**/progress");
  await accessible(page);
  // The page sees the end by itself.
  await page.locator("li.done", { hasText: "Disconnected" }).waitFor({ timeout: 60_000 });
  await page.getByRole("link", { name: "Back to the list" }).click();
  await page.getByText("No domain is connected").waitFor();
  const gone = await page.goto(`/channels/email/domains/${input.domain}`);
  assert.equal(gone.status(), 404);
  // Its end can still be looked at; a domain that never was has none.
  const ended = await page.goto(`/channels/email/domains/${input.domain}/progress`);
  assert.equal(ended.status(), 200);
  const never = await page.goto("/channels/email/domains/never.example/progress");
  assert.equal(never.status(), 404);
  check();
});
