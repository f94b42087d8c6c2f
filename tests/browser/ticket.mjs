// An agent reads a ticket and answers it; then looks what became of the answer.
import { accessible, assert, input, person, run, session, take_up } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  if (input.cookie) {
    await context.addCookies([input.cookie]);
    await outcome(page);
    check();
    return {};
  }
  await take_up(page, input.invitation);
  assert.equal(new URL(page.url()).pathname, "/tickets", "agents begin with the tickets");
  await accessible(page);
  await find(page);
  await read(page, context);
  await note(page);
  await change(page);
  await answer(page);
  check();
  return { cookie: await session(context) };
});

async function find(page) {
  await page.locator("#words").fill("no such words");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByText("No ticket fits").waitFor();
  await page.locator("#words").fill("FIRE eve@");
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByRole("row", { name: input.subject }).getByText("Authenticated relay").waitFor();
  await page.getByRole("link", { name: "Solved", exact: true }).click();
  await page.getByText("No ticket fits").waitFor();
  await page.getByRole("link", { name: "All", exact: true }).click();
  await page.getByRole("link", { name: input.subject }).click();
}

async function read(page, context) {
  const comment = page.locator(".comment").first();
  await comment.getByText("Authenticated relay · acme.example").waitFor();
  await comment.getByText("SPF pass · enduser.example").waitFor();
  await comment.getByText("DKIM pass · enduser.example").waitFor();
  await comment.getByText("DMARC pass · enduser.example").waitFor();
  await comment.getByText("It burns since nine.").waitFor();
  assert.equal(await page.locator("#stand-in").count(), 0);
  await comment.getByText("Show as HTML").click();
  const shown = page.locator("iframe").contentFrame();
  await shown.getByText("since nine").waitFor();
  // The picture of the letter itself is there, whole.
  const picture = await shown.locator("img").getAttribute("src");
  assert.match(picture, /^data:image\/png;base64,/);
  await accessible(page);
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "report.pdf" }).click();
  assert.equal((await saved).suggestedFilename(), "report.pdf");
}

async function note(page) {
  await page.getByLabel("Internal note, for agents only").check();
  await page.locator("#body").fill("Only for us: call the <b>fire brigade</b>.");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your note is kept.").waitFor();
  const own = page.locator(".comment.internal");
  await own.getByText("Only for us: call the <b>fire brigade</b>.").waitFor();
  await own.getByText("Entered here").waitFor();
  await own.locator(".tag", { hasText: "Internal note" }).waitFor();
}

async function change(page) {
  await page.locator("#tags").fill("system_authenticated_email_ticket fire");
  await page.locator("#priority").selectOption("urgent");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The ticket is changed.").waitFor();
  await page.locator("#tags").fill("Not A Tag!");
  await page.getByRole("button", { name: "Save" }).click();
  await page.locator("#tags-fault").getByText("a-z, 0-9").waitFor();
  assert.equal(await page.locator("#tags").inputValue(), "Not A Tag!");
  await accessible(page);
  await page.locator("#tags").fill("fire");
  await page.locator("#followers").fill("boss@staff.example");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("The ticket is changed.").waitFor();
  assert.equal(await page.locator("#followers").inputValue(), "boss@staff.example");
  await page.locator("aside .labels").getByText("system_authenticated_email_ticket").waitFor();
}

async function answer(page) {
  await page.locator("#body").fill("Use the extinguisher.\nThen call again.");
  await page.locator("#ccs").fill("nobody at all");
  await page.getByRole("button", { name: "Send" }).click();
  await page.locator("#ccs-fault").getByText("Give an address").waitFor();
  assert.equal(await page.locator("#body").inputValue(), "Use the extinguisher.\nThen call again.");
  await page.locator("#ccs").fill("bob@enduser.example, carol@enduser.example");
  await page.locator("#after").selectOption("solved");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Your answer is on its way.").waitFor();
  await page.locator(".headline").getByText("solved").waitFor();
}

/** Handed over, in whose name, and to whom. */
async function outcome(page) {
  await page.goto(`/tickets/${input.ticket}`);
  const last = page.locator(".comment").last();
  await last.getByText("Use the extinguisher.").waitFor();
  for (const reader of input.readers) {
    const line = last.locator(".deliveries li", { hasText: reader });
    await line.getByText(input.state).waitFor();
    await line.getByText(`sent as ${input.sender}`).waitFor();
    if (input.instead) await line.getByText(`It stood in for ${input.instead}`).waitFor();
  }
  if (input.instead) {
    await page.locator("#stand-in").getByText(`Answers leave as ${input.sender}.`).waitFor();
  }
  await accessible(page);
}
