/* Reporting a comment: the server's form in a dialog. */

export default class Reporter {
  #comments;
  #dialog = document.createElement("dialog");
  #link = null;

  constructor(comments) {
    this.#comments = comments;
    this.#dialog.className = "parley-dialog";
    this.#dialog.setAttribute("part", "dialog");
    this.#dialog.setAttribute("aria-labelledby", "parley-report-heading");
    this.#dialog.addEventListener("submit", (event) => this.#send(event));
    this.#dialog.addEventListener("click", (event) => event.target.dataset.act === "close" && this.#dialog.close());
    this.#dialog.addEventListener("close", () => this.#link?.focus());
  }

  /** Ask what is wrong with the comment that *link* stands at. */
  async open(link) {
    this.#link = link;
    this.#comments.thread.append(this.#dialog);
    await this.#show(await fetch(`${link.href}&fragment=1`));
    this.#dialog.showModal();
  }

  async #show(response) {
    this.#dialog.replaceChildren(this.#comments.parse(await response.text()));
    this.#dialog.querySelector("[role=alert], #parley-report-heading")?.focus();
  }

  async #send(event) {
    event.preventDefault();
    const form = event.target;
    try {
      const body = new URLSearchParams(new FormData(form));
      await this.#show(await fetch(form.action, { method: "POST", body }));
    } catch {
      this.#comments.say(this.#comments.said.offline);
    }
  }
}
