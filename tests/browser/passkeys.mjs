// Passkeys, with authenticators that the browser plays: made, asked for, removed; and what a
// device says counts once, for this site, with its own signature.
import { accessible, assert, input, person, run, sign_in, take_up, PASSWORD } from "./house.mjs";

run(async (browser) => {
  const { context, page, check } = await person(browser);
  const devices = await context.newCDPSession(page);
  await devices.send("WebAuthn.enable");
  const first = await plug_in(devices);
  await take_up(page, input.invitation);
  await add(page, "Security key");
  await page.getByText("The passkey is added.").waitFor();
  await accessible(page);

  // The same device has one already, and says so instead of making another.
  await add(page, "The same again");
  await page.locator("[data-failed]").waitFor({ state: "visible" });
  await accessible(page);
  await pull_out(devices, first);
  const second = await plug_in(devices);
  await add(page, "Office laptop");
  await page.getByText("The passkey is added.").waitFor();

  await half_way(page);
  await accessible(page);
  const behind = await page.goto("/profile");
  assert.match(behind.url(), /\/sign-in/, "half the way opens nothing");
  await only_the_right_answer(page, context);
  await page.goto("/sign-in/factor?next=/profile");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.waitForURL((url) => url.pathname === "/profile");

  // Before credentials are touched it is asked for, too.
  await page.goto("/confirm?next=/profile/passkeys/new");
  await accessible(page);
  await page.locator("#password").fill(PASSWORD);
  await page.getByRole("button", { name: "Go on with a passkey" }).click();
  await page.waitForURL((url) => url.pathname === "/profile/passkeys/new");

  await page.goto("/profile");
  for (const name of ["Security key", "Office laptop"]) {
    await page.getByRole("button", { name: `Remove ${name}` }).click();
    await page.getByText("The passkey is removed.").waitFor();
    assert.equal(await page.getByText(name, { exact: true }).count(), 0);
  }
  await page.getByRole("button", { name: "Sign out" }).click();
  await sign_in(page, input.account, input.address);
  await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));

  // Whoever loses the last one takes up an invitation again.
  await page.goto("/profile");
  await add(page, "Lost tomorrow");
  await page.getByText("The passkey is added.").waitFor();
  await pull_out(devices, second);
  check();
});

async function plug_in(devices) {
  const options = {
    protocol: "ctap2",
    transport: "usb",
    hasResidentKey: false,
    hasUserVerification: false,
    automaticPresenceSimulation: true,
  };
  const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", { options });
  return authenticatorId;
}

async function pull_out(devices, authenticatorId) {
  await devices.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
}

async function add(page, name) {
  await page.goto("/profile/passkeys/new");
  await page.locator("#name").fill(name);
  await page.getByRole("button", { name: "Create the passkey" }).click();
}

async function half_way(page) {
  await page.goto("/profile");
  await page.getByRole("button", { name: "Sign out" }).click();
  await sign_in(page, input.account, input.address);
  await page.waitForURL((url) => url.pathname === "/sign-in/factor");
}

/** A spoilt signature, an answer to another question, an answer given twice: none opens anything. */
async function only_the_right_answer(page, context) {
  const question = async () => {
    await page.goto("/sign-in/factor");
    return await page.evaluate(async () => {
      const told = JSON.parse(document.querySelector("[data-passkey=get]").dataset.told);
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(told);
      return (await navigator.credentials.get({ publicKey })).toJSON();
    });
  };
  const post = async (answer) => {
    const form_word = await page.locator("input[name=form_word]").first().inputValue();
    const form = { form_word, answer: JSON.stringify(answer) };
    return (await context.request.post("/sign-in/factor", { form, maxRedirects: 0 })).status();
  };
  const old = await question();
  const spoilt = await question();
  assert.equal(await post(old), 422, "an answer to another question");
  assert.equal(await post(spoilt), 422, "its question was used up");
  const fresh = await question();
  const { signature } = fresh.response;
  const last = signature.at(-1) === "A" ? "Q" : "A";
  fresh.response.signature = signature.slice(0, -6) + "AAAAA" + last;
  assert.equal(await post(fresh), 422, "a spoilt signature");
  for (const nonsense of ["", {}, { id: "x" }, [1, 2]]) {
    await question();
    assert.equal(await post(nonsense), 422, JSON.stringify(nonsense));
  }
  const behind = await page.goto("/profile");
  assert.match(behind.url(), /\/sign-in/);
}
