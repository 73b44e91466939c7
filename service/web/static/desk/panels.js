/* Pieces of pages shown in place: an author beside the list, a comment's details below it. Their forms stay there. */

import { piece, post } from "./asks.js";

/** Open the author's page at *url* in a panel, about *comment*; *atNote* at the field for a note. */
export function panel(url, desk, { comment, atNote = false }) {
  const dialog = document.querySelector("#desk-panel");
  const body = dialog.querySelector(".desk-panel-body");
  const back = desk.current;
  dialog.showModal();
  dialog.addEventListener("close", () => back?.focus({ preventScroll: true }), { once: true });
  show(`${url}?comment=${comment}`, body, desk).then(() => atNote && body.querySelector("[name=note]")?.focus());
  return true;
}

/** Show the piece at *url* in *body*; what its forms change is shown there again. */
export async function show(url, body, desk) {
  body.textContent = "Looking …";
  try {
    body.replaceChildren(await piece(url));
  } catch (error) {
    body.textContent = error.message;
    return;
  }
  desk.keys.show(body);
  for (const form of body.querySelectorAll("form[data-stays]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter, () => show(url, body, desk), desk);
    });
  }
}

async function send(form, submitter, done, desk) {
  try {
    const answer = await post(form.action, new FormData(form, submitter));
    desk.say(answer.said);
    done();
  } catch (error) {
    const told = form.querySelector(".desk-failed") ?? document.createElement("p");
    told.className = "desk-failed";
    told.role = "alert";
    told.textContent = error.message;
    form.prepend(told);
  }
}
