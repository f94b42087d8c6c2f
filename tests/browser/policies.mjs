// Who decides, and what was answered: the account's own numbers, and nobody else's.
import { accessible, assert, input, person, run } from "./house.mjs";

run(async (browser) => {
  for (const [invitation, messages] of [[input.admin, 2], [input.stranger, 0]]) {
    const { context, page, check } = await person(browser);
    await context.addCookies([invitation]);
    await page.goto("/policies");
    await accessible(page);
    const names = await page.locator("#policies ~ table tbody strong").allTextContents();
    assert.deepEqual(names, input.policies);
    const asked = page.locator("section[aria-labelledby=q-routes-inbound]");
    if (messages) {
      await asked.getByText(`asked ${messages} times`).waitFor();
      await asked.getByText("50.0 %").first().waitFor();
      assert.deepEqual((await asked.locator(".legend code").allTextContents()).sort(), ["suspend", "ticket"]);
      assert.equal(await asked.locator("svg.shares rect").count(), 2);
    } else {
      await asked.getByText("asked 0 times").waitFor();
      assert.equal(await page.locator("svg.shares").count(), 0);
    }
    check();
    await context.close();
  }
});
