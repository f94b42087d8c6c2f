// A page of somebody else with ours in a frame: the browser shows nothing of it.
import { assert, input, person, run, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page } = await person(browser);
  await take_up(page, input.invitation);
  await context.route("https://evil.example/**", (route) =>
    route.fulfill({ contentType: "text/html", body: `<iframe src="${input.url}/profile"></iframe>` }),
  );
  await page.goto("https://evil.example/");
  const [, framed] = page.frames();
  // What the browser shows instead is a page of its own.
  for (let look = 0; look < 100 && !framed.url().startsWith("chrome-error:"); look++) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100))));
  }
  assert.match(framed.url(), /^chrome-error:/);
  assert.ok(!(await framed.content()).includes("form_word"));
});
