// A policy of the account's own, from its upload to its end, as its admin does it.
import { accessible, assert, input, person, run } from "./house.mjs";

const OWN = `/policies/own/${input.name}`;

const STAGES = {
  /** What is no policy is refused beside its field; what is one decides, the next is tried. */
  async upload(page) {
    await page.goto("/policies");
    await page.locator("section[aria-labelledby=own] a.button").click();
    await page.waitForURL("**/policies/new");
    await accessible(page);
    const refused = async (what, octets, settings) => {
      await page.locator("#component").setInputFiles({ name: "a.wasm", mimeType: "application/wasm", buffer: octets });
      await page.locator("#name").fill(input.name);
      await page.locator("#settings").fill(settings);
      await page.locator("main button.first").click();
      await page.locator(`#${what}-fault`).waitFor({ state: "visible" });
      assert.equal(await page.locator("#name").inputValue(), input.name, "what was typed stays");
      await accessible(page);
    };
    await refused("component", Buffer.from("no component"), "");
    await page.locator("#component").setInputFiles(input.component);
    await page.locator("#settings").fill('{"refuse": 7}');
    await page.locator("main button.first").click();
    await page.locator("#settings-fault").waitFor({ state: "visible" });
    assert.match(await page.locator("#settings-fault").textContent(), /\/refuse/);

    await page.locator("#component").setInputFiles(input.component);
    await page.locator("#settings").fill('{"refuse": ["exe"]}');
    await page.locator("#live-now").check();
    await page.locator("#headers").check();
    await page.locator("main button.first").click();
    await page.waitForURL(`**${OWN}?done=policy-installed`);
    await accessible(page);
    assert.equal(await page.locator(".tag.good").count(), 1);

    await page.locator(".headline a.button").first().click();
    assert.match(await page.locator("#settings").inputValue(), /"exe"/);
    assert.ok(await page.locator("#headers").isChecked());
    await page.locator("#settings").fill('{"refuse": ["zip"]}');
    await page.locator("main button.first").click();
    await page.waitForURL(`**${OWN}?done=trial-begun`);
  },

  /** One that is large decides at once; compiling it takes its time. */
  async large(page) {
    await page.goto("/policies/new");
    await page.locator("#component").setInputFiles(input.component);
    await page.locator("#name").fill(input.name);
    await page.locator("#settings").fill(input.settings);
    await page.locator("#live-now").check();
    await page.locator("main button.first").click();
    await page.waitForURL(`**${OWN}?done=policy-installed`, { timeout: 120_000 });
    assert.equal(await page.locator(".tag.good").count(), 1);
  },

  /** What would be otherwise is seen with its message, now and in the past; then it decides. */
  async promote(page) {
    await page.goto(OWN);
    await accessible(page);
    assert.equal(await page.locator("#live .rows > li").count(), 2);
    const message = page.locator("#live .rows a").first();
    const path = await message.getAttribute("href");
    await page.locator("section[aria-labelledby=again] button").click();
    await page.locator("#sums").waitFor();
    await accessible(page);
    const rows = page.locator("section[aria-labelledby=changes] tbody tr");
    const changes = await rows.evaluateAll((rows) => rows.map((row) => row.innerText.replaceAll(/\s+/g, " ")));
    assert.equal(changes.length, 2, changes.join("; "));
    assert.ok(changes.some((it) => it.includes("reject attachment_type accept 1")), changes.join("; "));
    await page.goto(path);
    await page.locator("#facts").waitFor();

    await page.goto(OWN);
    await page.locator("#percent").fill("50");
    await page.locator("form.apart button").click();
    await page.waitForURL(`**${OWN}?done=trial-shared`);
    await page.locator(".tag.warn", { hasText: "50 %" }).first().waitFor();
    await page.locator("main button.first").click();
    await page.waitForURL(`**${OWN}?done=trial-promoted`);
    assert.equal(await page.locator("#trial").count(), 0);
    assert.equal(await page.locator("tbody tr").count(), 2);
    await page.locator("tbody tr").nth(1).locator(".tag.good").waitFor();
  },

  async rollback(page) {
    await page.goto(OWN);
    await page.locator("form[action$=rollback] button").click();
    await page.waitForURL(`**${OWN}?done=policy-rolled-back`);
    await page.locator("tbody tr").first().locator(".tag.good").waitFor();
    assert.equal(await page.locator("form[action$=rollback]").count(), 0, "nothing is before it");
  },

  async remove(page) {
    await page.goto(OWN);
    await page.locator("a.danger").click();
    await accessible(page);
    await page.locator("main button.danger").click();
    await page.waitForURL("**/policies?done=policy-removed");
    assert.equal(await page.locator("section[aria-labelledby=own] .rows").count(), 0);
  },

  /** Nobody else's, and not without the word of the session. */
  async stranger(page) {
    const found = await page.goto(OWN);
    assert.equal(found.status(), 404);
    const sent = await page.request.post("/policies/new", {
      multipart: { name: "mine", component: { name: "a.wasm", mimeType: "application/wasm", buffer: Buffer.from("x") } },
    });
    assert.equal(sent.status(), 403);
  },
};

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await context.addCookies([input.cookie]);
  await STAGES[input.stage](page);
  check();
  await context.close();
});
