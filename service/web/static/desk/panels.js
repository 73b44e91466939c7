/* A panel beside the list: an author's history and notes, without leaving the comment one reads. */

import { piece, post } from "./asks.js";

/** Open the page at *url* in a panel; with *note*, at the field for a note about that comment. */
export function panel(url, desk, { note = "" } = {}) {
  const dialog = document.querySelector("#desk-panel");
  const body = dialog.querySelector(".desk-panel-body");
  body.textContent = "Looking …";
  dialog.showModal();
  const returned = desk.current;
  dialog.addEventListener("close", () => returned?.focus({ preventScroll: true }), { once: true });
  fill(url, desk, body, note);
  return true;
}

async function fill(url, desk, body, note) {
  try {
    body.replaceChildren(await piece(url));
  } catch (error) {
    body.textContent = error.message;
    return;
  }
  const field = body.querySelector("[name=comment]");
  if (field && note) field.value = note;
  if (note) body.querySelector("[name=note]")?.focus();
  for (const form of body.querySelectorAll("form[data-stays]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter, () => fill(url, desk, body, ""), desk);
    });
  }
}

async function send(form, submitter, done, desk) {
  const fields = new FormData(form, submitter);
  try {
    await post(form.action, fields);
    desk.say("Saved.");
    done();
  } catch (error) {
    let told = form.querySelector(".desk-failed");
    if (!told) {
      told = document.createElement("p");
      told.className = "desk-failed";
      told.role = "alert";
      form.prepend(told);
    }
    told.textContent = error.message;
  }
}
