// What every script stands on: a browser, somebody signed in, and an eye on what no
// page may ever do.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(join(process.env.RELAYGATE_BROWSER, "x.js"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export { assert };

/** What the test handed over. */
export const input = JSON.parse(readFileSync(0, "utf8"));

/** A password that is long enough. */
export const PASSWORD = "four words nobody expects";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs a script's steps and prints what they give. */
export async function run(steps) {
  const profile = mkdtempSync(join(tmpdir(), "relaygate-browser-"));
  const browser = await chromium.launch({
    executablePath: input.chromium,
    headless: true,
    args: [...FLAGS, `--crash-dumps-dir=${profile}`],
  });
  try {
    const result = await steps(browser);
    process.stdout.write(JSON.stringify(result ?? {}));
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

/**
 * A person at a browser of their own. `seen` collects what no page may do; `check`
 * looks at it.
 */
export async function person(browser, options = {}) {
  const context = await browser.newContext({
    baseURL: input.url,
    ignoreHTTPSErrors: true,
    locale: "en-GB",
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const seen = [];
  page.on("dialog", async (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(input.url) && !url.startsWith("data:")) seen.push(`request: ${url}`);
  });
  page.on("pageerror", (error) => seen.push(`script: ${error.message}`));
  page.on("console", (message) => {
    // The browser says so of every answer that is no 2xx; those are asserted elsewhere.
    const of_status = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !of_status) seen.push(`console: ${message.text()}`);
  });
  return { context, page, check: () => assert.deepEqual(seen, []) };
}

/** Takes an invitation up, which signs in. */
export async function take_up(page, path, password = PASSWORD) {
  await page.goto(path);
  await page.locator("#password").fill(password);
  await page.locator("#again").fill(password);
  await page.locator("main button.first").click();
  await page.waitForURL((url) => !url.pathname.startsWith("/invitation/"));
}

/** Signs in by the form. */
export async function sign_in(page, account, address, password = PASSWORD) {
  await page.goto("/sign-in");
  await page.locator("#account").fill(account);
  await page.locator("#address").fill(address);
  await page.locator("#password").fill(password);
  await page.locator("main button.first").click();
}

/** Nothing on this page keeps anybody out: axe-core finds nothing serious. */
export async function accessible(page) {
  // A script of the test's, not of the page: the page's own policy does not let it in.
  const found = await page.evaluate(`(async () => { ${axe}; return await axe.run(document, { resultTypes: ["violations"] }); })()`);
  const grave = found.violations.filter((it) => ["serious", "critical"].includes(it.impact));
  const told = grave.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(told, [], page.url());
}

/** The session's cookie for another browser of the same person; bound to this host. */
export async function session(context) {
  const { name, value, secure, httpOnly, sameSite } = await cookie(context);
  return { name, value, secure, httpOnly, sameSite, url: input.url };
}

/** The session's cookie, as the browser keeps it. */
export async function cookie(context) {
  const cookies = await context.cookies();
  return cookies.find((it) => it.name === "__Host-session");
}

/** The code of a step from now (RFC 6238), reckoned independently of ours. */
export function code(seed, ahead) {
  const bits = [...seed].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const tag = createHmac("sha1", key).update(step).digest();
  const word = tag.readUInt32BE(tag[19] & 15) & 0x7fffffff;
  return String(word % 1_000_000).padStart(6, "0");
}
