// Letters that want to run, load or send something: each is opened as text and as HTML, in
// the page and by itself. Nothing happens, and nothing but our own pages is asked for.
import { assert, input, person, run, take_up } from "./house.mjs";

/** What a page of ours may ask for. */
const OURS = /^\/(assets\/[0-9a-f]+\/[a-z.]+|tickets|tickets\/\d+|tickets\/\d+\/comments\/\d+\/html)$/;
/** What a browser would act upon; text of the letter has its brackets escaped. */
const ACTIVE = [
  /<(script|style|link|meta|base|iframe|frame|object|embed|applet|form|input|button|select|textarea|svg|math|template|noscript|video|audio|source|track|portal|img[^>]*\ssrc="(?!data:image\/(png|gif|jpeg|webp);base64,))\b/i,
  /<a[^>]*\shref="(?!https?:|mailto:)/i,
  /\sstyle="[^"]*(url|expression|image-set|position|@import|var\()/i,
];
/** The same with nothing in its quotes. */
const ACTIVE_NAMES = [
  /<[a-z][^>]*\s(on\w+|srcset|ping|formaction|background|action|id|name|class|hx-\S+|data-\S+|xlink:href|cite|poster|usemap)\s*=/i,
];

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await take_up(page, input.invitation);
  const strange = [];
  context.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (!OURS.test(path)) strange.push(request.url());
  });
  context.on("page", (other) => strange.push(`another page: ${other.url()}`));
  for (const { ticket, comment, name } of input.letters) {
    await page.goto(`/tickets/${ticket}`);
    const title = await page.title();
    await page.locator(".letter", { hasText: "the plain words" }).waitFor();
    await page.getByText("Show as HTML").click();
    const shown = page.locator("iframe").contentFrame();
    await shown.locator("body").getByText("before it").waitFor();
    await page.frames()[1].waitForLoadState("load");
    await settled(page);
    assert.equal(page.frames().length, 2, `${name}: frames`);
    assert.equal(await page.title(), title, name);
    assert.equal(new URL(page.url()).pathname, `/tickets/${ticket}`, name);

    const path = `/tickets/${ticket}/comments/${comment}/html`;
    const answer = await context.request.get(path);
    const policy = answer.headers()["content-security-policy"];
    assert.match(policy, /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none';/);
    const letter = (await answer.text()).split("<body>")[1];
    for (const active of ACTIVE) assert.doesNotMatch(letter, active, name);
    const bare = letter.replace(/"[^"]*"/g, '""');
    for (const active of ACTIVE_NAMES) assert.doesNotMatch(bare, active, name);
    // By itself, as somebody would who copies the frame's address.
    await page.goto(path);
    await page.getByText("before it").waitFor();
    assert.equal(new URL(page.url()).pathname, path, name);
    assert.deepEqual(strange, [], name);
    try {
      check();
    } catch (error) {
      throw new Error(`${name}: ${error.message}`);
    }
  }
  return { opened: input.letters.length };
});

/** Two pictures later whatever begins by itself has begun. */
async function settled(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))));
}
