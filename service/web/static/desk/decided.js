/* What one has just decided: a line in the comment's place, and ten seconds in which it can be taken back. */

import { post } from "./asks.js";

const SAID = { published: "Approved", rejected: "Rejected", spam: "Marked as spam", escalated: "Escalated" };

export class Decided {
  #back;
  #say;
  #made = [];

  constructor(back, say) {
    this.#back = back;
    this.#say = say;
  }

  /** Put a line in the place of *card*, which is being decided. */
  begin(card, outcome, form) {
    const rule = form.querySelector("[name=rule]:checked")?.dataset.name;
    const line = document.createElement("p");
    line.className = `desk-done desk-${outcome}`;
    const [said, whose] = [document.createElement("b"), document.createElement("bdi")];
    said.textContent = SAID[outcome];
    whose.textContent = card.dataset.author;
    line.append(said, " ", whose, rule ? ` · ${rule}` : "");
    card.classList.add("is-decided");
    card.hidden = true;
    card.after(line);
    this.#made.push({ card, version: 0, isWanted: false });
    this.#say(`${SAID[outcome]}.`);
  }

  /** It was *made*: until its window ends it can be taken back. */
  made(card, made) {
    const button = document.createElement("button");
    button.className = "parley-button";
    button.dataset.act = "undo";
    button.textContent = "Undo";
    const entry = Object.assign(this.#entry(card), { version: made.version, button });
    button.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      this.#undo(entry);
    });
    this.#open(entry);
    if (entry.isWanted) return this.#undo(entry);
    const left = Math.max(0, new Date(made.undo_until) - new Date(made.at));
    // The same comment may have been taken back and decided anew meanwhile.
    setTimeout(() => this.#made.includes(entry) && this.#close(entry), left);
  }

  /** Take the last decision back that still can be. */
  undo() {
    const last = this.#made.filter((entry) => !entry.isWanted).at(-1);
    if (!last) this.#say("Nothing can be taken back any more. Decide anew instead.");
    // What is still on its way to the desk is taken back once it has arrived.
    else if (!last.version) last.isWanted = true;
    else this.#undo(last);
    return true;
  }

  /** Somebody was first: their decision stands, and is told in the comment's place. */
  late(card, said) {
    this.#forget(card);
    const line = card.nextElementSibling;
    line.className = "desk-done desk-late";
    line.textContent = said;
  }

  /** It could not be decided, and is here again as it was. */
  failed(card, said) {
    const told = document.createElement("p");
    told.className = "desk-failed";
    told.role = "alert";
    told.textContent = said;
    card.querySelector(".desk-decide").prepend(told);
  }

  /** Put *card* back in the place of its line. */
  restore(card) {
    this.#forget(card);
    if (card.nextElementSibling?.matches(".desk-done")) card.nextElementSibling.remove();
    card.classList.remove("is-decided");
    card.hidden = false;
    card.querySelector(".desk-failed")?.remove();
  }

  async #undo(entry) {
    this.#close(entry);
    const { card, version } = entry;
    try {
      const undone = await post(`${card.dataset.url}/undo`, { version });
      card.dataset.version = undone.version;
      this.#back(card);
      this.#say("Undone.");
    } catch (error) {
      this.#say(error.message);
      if (error.status) return this.late(card, error.message);
      this.#made.push(entry);
      this.#open(entry);
    }
  }

  #open(entry) {
    const line = entry.card.nextElementSibling;
    line.append(entry.button);
    line.classList.add("is-open");
  }

  #entry(card) {
    return this.#made.find((entry) => entry.card === card);
  }

  #forget(card) {
    this.#made = this.#made.filter((entry) => entry.card !== card);
  }

  #close(entry) {
    this.#made = this.#made.filter((each) => each !== entry);
    entry.button.remove();
    entry.card.nextElementSibling?.classList.remove("is-open");
  }
}
