// Somebody takes their invitation up; gives the cookie of their session.
import { input, person, run, session, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page } = await person(browser);
  await take_up(page, input.invitation);
  return { cookie: await session(context) };
});
