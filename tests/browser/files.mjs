// Files of strangers: kept, never shown, whatever they are and are called.
import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { assert, input, person, run, take_up } from "./house.mjs";

const digest = (octets) => createHash("sha256").update(octets).digest("hex");

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await take_up(page, input.invitation);
  await page.goto(`/tickets/${input.ticket}`);
  const links = await page.locator(".files a").evaluateAll((all) =>
    all.map((link) => ({ path: link.getAttribute("href"), name: link.textContent })),
  );
  assert.equal(links.length, input.files.length);
  for (const [index, { path, name }] of links.entries()) {
    const { digest: expected } = input.files[index];
    const answer = await context.request.get(path);
    const fields = answer.headers();
    assert.equal(answer.status(), 200, name);
    assert.equal(fields["content-type"], "application/octet-stream", name);
    assert.match(fields["content-disposition"], /^attachment; filename="[A-Za-z0-9 ._()+@-]+"; filename\*=UTF-8''[A-Za-z0-9%._~-]+$/);
    assert.equal(fields["x-content-type-options"], "nosniff", name);
    assert.match(fields["content-security-policy"], /^sandbox; default-src 'none'/);
    assert.equal(fields["cache-control"], "no-store", name);
    assert.equal(digest(await answer.body()), expected, name);
    // Asked for like a page, it is saved all the same.
    const saved = page.waitForEvent("download");
    await assert.rejects(page.goto(path), /Download is starting/, name);
    const download = await saved;
    const suggested = download.suggestedFilename();
    assert.doesNotMatch(suggested, /[\/\\\u0000-\u001f\u202a-\u202e\u2066-\u2069]|^\.\.?$/, name);
    assert.equal(digest(readFileSync(await download.path())), expected, name);
    assert.equal(new URL(page.url()).pathname, `/tickets/${input.ticket}`, name);
  }
  check();
  return { saved: links.length };
});
