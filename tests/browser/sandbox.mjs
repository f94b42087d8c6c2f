// Whether production is told to try things out in a sandbox first.
import { assert, input, person, run, session, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  if (input.cookie) await context.addCookies([input.cookie]);
  else await take_up(page, input.invitation);
  await page.goto("/channels/email");
  await page.getByText("No domain is connected").waitFor();
  const hints = await page.getByText("Try it in a sandbox first").count();
  assert.equal(hints, input.hint ? 1 : 0);
  check();
  return { cookie: await session(context) };
});
