/* Signing in again where one is: a dialog over the page, for who sat here, so that nothing that was typed is lost. */

const JSON_ONLY = { Accept: "application/json" };

let waiting = null;
let declined = false;

/** Return the token that every form of this page carries now. */
export function token() {
  return document.querySelector("[data-csrf]").dataset.csrf;
}

/** Ask who sits here to sign in again; false when they would rather not. Asked once, however many wait for it. */
export function signedIn() {
  return (waiting ??= asked().finally(() => (waiting = null)));
}

/** Ask so when the session ended while nothing was sent: once, and not while somebody types or another dialog is open. */
export function offer() {
  if (declined || waiting || document.querySelector("dialog:modal") || document.activeElement?.matches("input, textarea, select")) return;
  signedIn().then((done) => (declined = !done));
}

async function asked() {
  const dialog = document.querySelector("#desk-again");
  const form = dialog.querySelector("form");
  const { name, password } = form.elements;
  // In another tab they may have done so already.
  const now = await current(form.action);
  if (now?.name === name.value) return renew(now.csrf_token);
  const back = document.activeElement;
  password.value = "";
  say(dialog, "");
  dialog.showModal();
  password.focus();
  return new Promise((done) => {
    const submitted = async (event) => {
      if (event.submitter?.formMethod === "dialog") return;
      event.preventDefault();
      if (await enter(dialog, form)) dialog.close("done");
    };
    form.addEventListener("submit", submitted);
    dialog.addEventListener("close", () => {
      form.removeEventListener("submit", submitted);
      password.value = "";
      back?.focus({ preventScroll: true });
      done(dialog.returnValue === "done");
      dialog.returnValue = "";
    }, { once: true });
  });
}

/** Return who is signed in with this browser now, with the token that its forms carry; null when the desk is away. */
async function current(url) {
  try {
    return await (await fetch(url, { headers: JSON_ONLY, cache: "no-store" })).json();
  } catch {
    return null;
  }
}

async function enter(dialog, form) {
  const { name, password } = form.elements;
  try {
    // Whoever signed out elsewhere has no token any more that fits: so it is asked for.
    const { csrf_token } = await current(form.action);
    const body = new URLSearchParams({ name: name.value, password: password.value, csrf_token });
    const answer = await fetch(form.action, { method: "POST", headers: JSON_ONLY, body });
    const said = await answer.json();
    if (answer.ok) return renew(said.csrf_token);
    say(dialog, said.detail);
  } catch {
    say(dialog, "The desk does not answer. Try again.");
  }
  password.select();
  return false;
}

/** Let every form of this page carry the session's *token*. */
function renew(token) {
  declined = false;
  for (const root of document.querySelectorAll("[data-csrf]")) root.dataset.csrf = token;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  return true;
}

function say(dialog, text) {
  const said = dialog.querySelector("[role=alert]");
  said.textContent = text;
  said.hidden = !text;
}
