/* Many at once: what is selected, one question with its count, and then the page that tells what became of it. */

export class Batch {
  #desk;
  #form;
  #last = null;

  constructor(desk) {
    this.#desk = desk;
    this.#form = document.querySelector("#batch");
    if (!this.#form) return;
    document.addEventListener("change", (event) => event.target.matches("[name=pick]") && this.#picked(event.target));
    this.#form.addEventListener("change", () => this.#show());
    this.#form.addEventListener("click", (event) => this.#clicked(event));
    this.#form.addEventListener("keydown", (event) => event.key === "Escape" && this.clear());
    this.#show();
  }

  get #boxes() {
    return [...document.querySelectorAll(".desk-card:not(.is-decided) [name=pick]")];
  }

  get #everything() {
    return this.#form?.querySelector("[name=scope]");
  }

  /** How many comments are selected. */
  get size() {
    if (!this.#form) return 0;
    return this.#everything.checked ? Number(this.#form.dataset.total) : this.#boxes.filter((box) => box.checked).length;
  }

  toggle(card) {
    const box = card?.querySelector("[name=pick]");
    box?.click();
    return Boolean(box);
  }

  /** Select from the last one selected to *card*. */
  range(card) {
    const boxes = this.#boxes;
    const [from, to] = [boxes.indexOf(this.#last), boxes.indexOf(card?.querySelector("[name=pick]"))];
    if (to < 0) return false;
    for (const box of boxes.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1)) box.checked = true;
    this.#last = boxes[to];
    this.#show();
    return true;
  }

  all() {
    if (!this.#form) return false;
    this.#everything.checked = !this.#everything.checked;
    this.#show();
    return true;
  }

  clear() {
    for (const box of this.#boxes) box.checked = false;
    if (this.#form) this.#everything.checked = false;
    this.#show();
  }

  /** Ask once whether all that is selected shall be decided so. */
  ask(outcome) {
    this.#form.querySelector(`.desk-batch-acts [value=${outcome}]`).click();
    return true;
  }

  #picked(box) {
    this.#last = box;
    this.#show();
  }

  #clicked(event) {
    if (event.target.closest("[data-clear]")) this.clear();
  }

  #show() {
    if (!this.#form) return;
    const size = this.size;
    this.#form.hidden = !size;
    this.#form.querySelector("[data-size]").textContent = size.toLocaleString("en");
    if (size) this.#desk.say(`${size} selected`);
  }
}
