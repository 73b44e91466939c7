/* Many at once: what is selected, one question with its count, and what became of it, in the list itself. */

import { news, post } from "./asks.js";

const WORDS = { published: "Approve", rejected: "Reject", spam: "Mark as spam", escalated: "Escalate" };
const QUESTIONS = { published: "Approve N?", rejected: "Reject N?", spam: "Mark N as spam?", escalated: "Escalate N?" };
const AGAIN = 1_000;

export class Batch {
  #desk;
  #form;
  #result;
  #last = null;

  constructor(desk) {
    this.#desk = desk;
    this.#form = document.querySelector("#batch");
    this.#result = document.querySelector("#batch-result");
    if (!this.#form) return;
    document.addEventListener("click", (event) => event.target.matches("[name=pick]") && this.#picked(event));
    this.#form.addEventListener("change", () => this.#show());
    this.#form.addEventListener("reset", () => setTimeout(() => this.clear()));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(event.submitter.value);
    });
    this.#result.querySelector("[data-dismiss]").addEventListener("click", () => (this.#result.hidden = true));
    this.#result.querySelector("[data-take-back]").addEventListener("click", () => this.#takeBack());
    this.#show();
  }

  get #boxes() {
    return [...document.querySelectorAll(".desk-card:not(.is-decided) [name=pick]")];
  }

  get #everything() {
    return this.#form.querySelector("[name=scope]");
  }

  /** How many comments are selected; of all that match a filter, so many as are here. */
  get size() {
    if (!this.#form) return 0;
    if (this.#everything.checked) return Number(this.#form.dataset.total) || this.#boxes.length;
    return this.#boxes.filter((box) => box.checked).length;
  }

  /** Select *card*, or no longer. */
  toggle(card) {
    const box = card?.querySelector("[name=pick]");
    box?.click();
    return Boolean(box);
  }

  /** Select from the last one selected to *card*. */
  range(card) {
    const boxes = this.#boxes;
    const to = boxes.indexOf(card?.querySelector("[name=pick]"));
    if (to < 0) return false;
    const from = boxes.includes(this.#last) ? boxes.indexOf(this.#last) : to;
    for (const box of boxes.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = true;
    this.#last = boxes[to];
    this.#show();
    return true;
  }

  /** Select all that the list has, or no longer. */
  all() {
    if (!this.#form) return false;
    this.#everything.checked = !this.#everything.checked;
    this.#show();
    return true;
  }

  clear() {
    for (const box of this.#boxes) box.checked = false;
    this.#everything.checked = false;
    this.#show();
  }

  /** Ask once whether all that is selected shall be decided so; then do it. */
  ask(outcome) {
    const dialog = document.querySelector("#desk-confirm");
    dialog.querySelector("h2").textContent = QUESTIONS[outcome].replace("N", this.#counted());
    dialog.querySelector("[data-yes]").textContent = WORDS[outcome];
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => dialog.returnValue === "yes" && this.#start(outcome), { once: true });
    return true;
  }

  #counted() {
    const size = this.size;
    if (this.#everything.checked && !this.#form.dataset.total) return "all that match";
    return size === 1 ? "one comment" : `${size.toLocaleString("en")} comments`;
  }

  async #start(outcome) {
    const fields = new FormData(this.#form);
    const picked = this.#everything.checked ? this.#boxes : this.#boxes.filter((box) => box.checked);
    fields.set("outcome", outcome);
    fields.set("confirmed", "1");
    const cards = picked.map((box) => box.closest(".desk-card"));
    // One's own lease is no obstacle, but the current comment must not be in the way of its own decision.
    this.#desk.go(null);
    try {
      const batch = await post(this.#form.action, fields);
      this.clear();
      this.#tell(batch);
      await this.#watch(batch);
      this.#desk.through(cards, new Set(batch.refused.map((each) => each.comment)));
    } catch (error) {
      this.#desk.say(error.message);
      this.#say(error.message);
    }
  }

  /** Follow *batch* until it is done, telling how far it is. */
  async #watch(batch) {
    while (batch.is_running) {
      await new Promise((done) => setTimeout(done, AGAIN));
      Object.assign(batch, (await news(batch.url, batch.url)) ?? {});
      this.#tell(batch);
    }
    this.#desk.pulse.soon();
  }

  async #takeBack() {
    const url = this.#result.dataset.url;
    try {
      const batch = await post(`${url}/undo`, {});
      this.#tell(batch);
      await this.#watch(batch);
      location.reload();
    } catch (error) {
      this.#say(error.message);
    }
  }

  #tell(batch) {
    const progress = this.#result.querySelector("progress");
    this.#result.dataset.url = batch.url;
    this.#result.querySelector("[data-see]").href = batch.url;
    this.#result.querySelector("[data-take-back]").hidden = !batch.may_undo;
    progress.hidden = !batch.is_running;
    progress.max = batch.total;
    progress.value = batch.done;
    this.#say(batch.said);
  }

  #say(text) {
    this.#result.querySelector("[data-said]").textContent = text;
    this.#result.hidden = false;
  }

  #picked({ target, shiftKey }) {
    if (shiftKey && target.checked) return this.range(target.closest(".desk-card"));
    this.#last = target;
    this.#show();
  }

  #show() {
    const size = this.size;
    this.#form.hidden = !size;
    this.#form.querySelector("[data-size]").textContent = this.#everything.checked && !this.#form.dataset.total ? "All" : size.toLocaleString("en");
    if (size) this.#desk.say(`${size} selected`);
  }
}
