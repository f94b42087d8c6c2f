// Who runs the installation: accounts, queue, health and curves tell what is; a hand on a job.
import { accessible, assert, input, person, run, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  await context.addCookies([input.cookie]);

  await page.goto("/");
  await page.waitForURL("**/operator/accounts");
  await accessible(page);
  const acme = page.getByRole("row").filter({ hasText: "acme.desk.example" });
  await acme.getByText("acme.example", { exact: true }).waitFor();
  assert.deepEqual(await acme.locator("td.number").allTextContents(), input.traffic);

  // A name that is taken is refused beside its field; another makes an account.
  await page.getByRole("link", { name: "New account" }).click();
  await accessible(page);
  const fill = async (name) => {
    await page.locator("#name").fill("The second company");
    await page.locator("#subdomain").fill(name);
    await page.locator("#admins").fill("admin@staff.example other@staff.example");
    await page.getByRole("button", { name: "Make the account" }).click();
  };
  await fill("acme");
  await page.locator("#subdomain-fault:not([hidden])").waitFor();
  await accessible(page);
  await fill("second");
  await page.getByText("The account is made.", { exact: false }).waitFor();
  const second = page.getByRole("row").filter({ hasText: "second.desk.example" });
  await second.getByRole("link", { name: "Invite an admin" }).click();
  await accessible(page);
  assert.equal(await page.locator("#address").inputValue(), "admin@staff.example");
  await page.getByRole("button", { name: "Make the link" }).click();
  const link = new URL(await page.locator("#link").textContent());
  await accessible(page);
  const invited = await person(browser);
  await take_up(invited.page, link.pathname);
  await invited.page.waitForURL("**/channels/email");
  await invited.page.locator(".top .account").getByText("The second company").waitFor();
  await invited.context.close();

  // The queue: what it counts is what there is.
  await page.goto("/operator/queue");
  await accessible(page);
  const part = page.locator("section[aria-labelledby=parts] tbody tr").filter({ hasText: "By our own path" });
  assert.equal(await part.locator("td.number").textContent(), String(input.waiting));
  const domain = page.locator("section[aria-labelledby=destinations] tbody tr").filter({ hasText: "enduser.example" });
  assert.equal(await domain.locator("td.number").textContent(), String(input.to_users));
  await page.goto(`/operator/queue?account=acme&lane=native`);
  const jobs = page.locator("section[aria-labelledby=jobs] tbody tr");
  assert.equal(await jobs.count(), input.waiting);
  const job = jobs.filter({ hasText: input.job });
  await job.getByRole("button", { name: "Hold" }).click();
  await page.getByText("It is held until somebody releases it.").waitFor();
  await jobs.filter({ hasText: input.job }).getByRole("button", { name: "Release" }).click();
  await page.getByText("It goes on.").waitFor();
  await jobs.filter({ hasText: input.job }).getByRole("link", { name: "Delete …" }).click();
  await accessible(page);
  await page.getByRole("button", { name: "Delete the message" }).click();
  await page.getByText("It is deleted.").waitFor();
  assert.equal(await page.getByText(input.job).count(), 0);

  await page.goto("/operator/health");
  await accessible(page);
  await page.getByText("Everything is as it should be: mail is taken.").waitFor();
  for (const told of [input.hostname, input.version]) {
    await page.locator("dl.facts").getByText(told, { exact: true }).waitFor();
  }
  await page.getByText("Certificate for SMTP").waitFor();

  // The first samples are ten seconds old; the curve of what was taken in has its figures.
  await page.waitForFunction(async () => {
    const answer = await fetch("/operator/metrics");
    return (await answer.text()).includes("<svg class=\"plot\"");
  }, undefined, { polling: 500, timeout: 60_000 });
  await page.goto("/operator/metrics");
  await accessible(page);
  const policies = page.locator("section[aria-labelledby=policies]");
  assert.ok((await policies.locator("svg.plot polyline").count()) > 0);
  const age = page.locator("section[aria-labelledby=age]");
  await age.getByText("In figures").click();
  const seconds = Number(await age.locator("tbody tr").first().locator("td.number").textContent());
  assert.ok(seconds > 0, `the oldest job has been there for ${seconds} s`);
  await page.getByRole("link", { name: "Last day" }).click();
  await page.getByText("Nothing to see yet").waitFor();
  check();
  await context.close();
});
