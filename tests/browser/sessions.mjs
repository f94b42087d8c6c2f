// Two people sign in; called again with their cookies, says what those still open.
import { input, person, run, session, take_up } from "./house.mjs";

run(async (browser) => {
  const result = { cookies: {} };
  for (const who of ["operator", "agent"]) {
    const { context, page } = await person(browser);
    if (input.cookies) {
      await context.addCookies([input.cookies[who]]);
      const answer = await context.request.get("/profile", { maxRedirects: 0 });
      result[who] = answer.status();
    } else {
      await take_up(page, input[who]);
      result.cookies[who] = await session(context);
    }
    await context.close();
  }
  if (input.cookies) delete result.cookies;
  return result;
});
