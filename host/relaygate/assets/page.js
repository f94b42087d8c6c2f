// The little that scripts spare people: copying by hand, a click to print, a
// second request while the first is on its way; and passkeys, which browsers give to
// scripts only. Every page works without.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copies], [data-prints]");
  if (!button) return;
  if (button.dataset.prints !== undefined) window.print();
  if (button.dataset.copies) copy(button);
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    button.dataset.state = "done";
  } catch {
    // Not allowed here: marked instead, so that one key press copies it.
    getSelection().selectAllChildren(source);
  }
  setTimeout(() => delete button.dataset.state, 2000);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  if (button?.dataset.passkey && !event.defaultPrevented) {
    event.preventDefault();
    ask(form, button);
  }
});

// A passkey is made or shown by the browser and a device; what they say goes with the form.
async function ask(form, { dataset: { passkey, told } }) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  delete form.dataset.sent;
  try {
    const options = JSON.parse(told);
    const said =
      passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.answer.value = JSON.stringify(said.toJSON());
  } catch {
    failed.hidden = false;
    return;
  }
  form.requestSubmit();
}

// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.documentElement.classList.add("scripted");
