// What pages do better with scripts. Every one of them works without.

import htmx from "htmx.org";

// The scripts of single pages use the same one.
window.htmx = htmx;
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.historyCacheSize = 0;

document.documentElement.classList.add("scripted");

// <button data-copy="#id">: copies a field's value or an element's text, and says so for a moment.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const from = document.querySelector(button.dataset.copy);
  const text = from.value ?? from.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without HTTPS there is no clipboard to write to, but what is selected can be copied.
    from.focus?.();
    if (from.select) from.select();
    else getSelection().selectAllChildren(from);
    document.execCommand("copy");
  }
  const label = button.querySelector("[data-label]");
  if (!label || button.dataset.done === undefined) return;
  const before = label.textContent;
  if (before === button.dataset.done) return;
  label.textContent = button.dataset.done;
  setTimeout(() => { label.textContent = before; }, 2000);
});

// A menu closes on Escape and on a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <dialog data-open>: a page that comes with a dialog shows it as a modal one.
function openDialogs(root) {
  for (const dialog of root.querySelectorAll("dialog[data-open]")) {
    if (dialog.open) dialog.close();
    dialog.showModal();
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      location.assign(dialog.dataset.close);
    });
    dialog.querySelector("[data-select]")?.select();
  }
}
openDialogs(document);
document.addEventListener("htmx:load", (event) => openDialogs(event.detail.elt));

// <form data-passkey="create|get">: the browser makes a passkey or answers with one, then the form
// is sent with what it said.
document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-passkey]");
  if (!form) return;
  event.preventDefault();
  const create = form.dataset.passkey === "create";
  try {
    const answer = await fetch(`${form.getAttribute("action")}/options`, {
      method: "POST",
      body: new URLSearchParams({ form_token: form.elements.form_token.value }),
    });
    if (!answer.ok) return;
    const options = await answer.json();
    const credential = create
      ? await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
      })
      : await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
      });
    form.elements.credential.value = JSON.stringify(credential.toJSON());
    form.submit();
  } catch {
    // Whoever closes the browser's dialog has changed their mind.
  }
});
if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) form.hidden = true;
}
