// The mail log by hand: a message is found and its life read; what waits is held; another
// is deleted, after being asked twice.
import { accessible, assert, input, person, run } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await context.addCookies([input.cookie]);

  // By who wrote it, then its life.
  await page.goto("/mail/log");
  await accessible(page);
  await page.locator("#party").fill(input.user);
  await page.locator("#direction").selectOption("inbound");
  await page.getByRole("button", { name: "Search" }).click();
  const row = page.locator("tbody tr").filter({ hasText: input.user });
  assert.equal(await row.count(), 1);
  await row.getByText("Ticket made").waitFor();
  await row.locator("a").first().click();
  await accessible(page);
  const life = page.locator(".hops");
  await life.getByText("Session", { exact: true }).waitFor();
  await life.getByText(`logged in as ${input.login}`, { exact: false }).waitFor();
  await life.getByText(/TLSv1\.3 /).first().waitFor();
  await life.getByText(/^250 2\.0\.0 kept as /).waitFor();
  await life.locator("li", { hasText: "Ticket made" }).getByText(/policies said|policy said/).click();
  await life.getByText("routes.inbound", { exact: false }).first().waitFor();
  await life.locator(`a[href="/tickets/${input.ticket}"]`).waitFor();

  // By its own id, as the reply to the relay had it.
  const own = page.url().split("/").pop();
  await page.goto("/mail/log");
  await page.locator("#message_id").fill(own);
  await page.getByRole("button", { name: "Search" }).click();
  assert.equal(await page.locator("tbody tr").count(), 1);

  // What went out tells of each attempt with the server's words.
  await page.goto(`/mail/log?direction=outbound&result=accepted_by_customer_mta&party=${encodeURIComponent(input.user)}`);
  await page.locator("tbody tr").first().locator("a").first().click();
  await page.locator(".hops li.good").getByText(/^250 2\.0\.0 Ok: queued as /).waitFor();
  await page.locator(".hops li.good").getByText(`logged in as ${input.address}`).waitFor();

  // A search that cannot be says so beside its field.
  await page.goto("/mail/log?since=yesterday");
  await page.locator("#since-fault").getByText("Give a time such as").waitFor();
  await accessible(page);

  // Two wait since their server is away: one is held, the other deleted.
  await page.goto("/mail/log?result=deferred");
  const waiting = page.locator("tbody tr td:first-child a");
  assert.equal(await waiting.count(), 2);
  const [second, first] = await waiting.evaluateAll((links) => links.map((it) => it.href));
  await page.goto(first);
  await page.getByText("one attempt so far").waitFor();
  await page.locator(".hops li.warn").first().getByText("The connection broke off.").waitFor();
  await accessible(page);
  await page.getByRole("button", { name: "Hold" }).click();
  await page.getByText("It is held until somebody releases it.").waitFor();
  await page.locator("#live .tag.warn").getByText("Held", { exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Try now" }).count(), 0);

  await page.goto(second);
  await page.getByRole("link", { name: "Delete …" }).click();
  await page.getByText("This cannot be undone.", { exact: false }).waitFor();
  await accessible(page);
  await page.getByRole("link", { name: "Cancel" }).click();
  await page.getByRole("link", { name: "Delete …" }).click();
  await page.getByRole("button", { name: "Delete the message" }).click();
  await page.getByText("It is deleted.").waitFor();
  await page.locator(".hops li.bad").getByText("Deleted by hand").waitFor();
  await page.locator("dl.facts").getByText("Somebody deleted it.").waitFor();
  assert.equal(await page.locator("#waits").count(), 0);
  check();
  await context.close();
  return { held: first, deleted: second };
});
