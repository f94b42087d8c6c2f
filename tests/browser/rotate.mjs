// A second credential set beside the first, then the first is discarded.
import { accessible, assert, input, person, run, session, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  if (input.cookie) {
    await context.addCookies([input.cookie]);
    await discard(page);
  } else {
    await take_up(page, input.invitation);
    await rotate(page);
  }
  const password = input.cookie ? undefined : await page.locator("#password").textContent();
  check();
  return { password, cookie: await session(context) };
});

async function rotate(page) {
  await page.goto(`/channels/email/domains/${input.domain}`);
  await accessible(page);
  await page.getByRole("link", { name: "Rotate" }).click();
  await accessible(page);
  await page.getByRole("button", { name: "Rotate" }).click();
  await page.getByText("The set before keeps working").waitFor();
}

async function discard(page) {
  await page.goto(`/channels/email/domains/${input.domain}`);
  await page.getByText("Previous", { exact: true }).waitFor();
  // There is no room for a third, and the page says so before anybody tries.
  await page.getByRole("link", { name: "Rotate" }).click();
  await page.getByText("There are two sets already.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Rotate" }).count(), 0);
  await page.goto(`/channels/email/domains/${input.domain}`);
  await page.getByRole("link", { name: `Discard ${input.old}` }).click();
  await accessible(page);
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByText("The credential set is discarded.").waitFor();
  assert.equal(await page.getByText(input.old).count(), 0);
}
