// The little that scripts spare people: copying by hand, a click to print, a
// second request while the first is on its way. Every page works without.
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
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});

// A page that comes back from the browser's memory can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.documentElement.classList.add("scripted");
