// The server is back: what was held is let go, tried, and seen to arrive.
import { input, person, run } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await context.addCookies([input.cookie]);
  await page.goto(input.held);
  await page.getByRole("button", { name: "Release" }).click();
  await page.getByText("It goes on.").waitFor();
  await page.getByRole("button", { name: "Try now" }).click();
  // The page sees by itself that it was delivered.
  await page.locator(".hops li.good").getByText(/^250 2\.0\.0 Ok: queued as /).waitFor({ timeout: 60_000 });
  await page.locator(".headline .tag.good").getByText("Delivered").waitFor();
  for (const done of ["Held by hand", "Released by hand", "Tried again by hand"]) {
    await page.locator(".hops").getByText(done).waitFor();
  }
  check();
  await context.close();
});
