/* Single keys: what each does, shown on its button, rebound or switched off by whoever works here (WCAG 2.1.4).
   Nothing with Ctrl, Alt or ⌘ is ours, nor anything typed into a field. */

export const ACTS = {
  next: ["j", "The next comment"],
  previous: ["k", "The one before"],
  approve: ["a", "Approve"],
  reject: ["r", "Reject"],
  spam: ["s", "Spam"],
  escalate: ["e", "Escalate: hand it on"],
  undo: ["z", "Take the last decision back"],
  open: ["o", "Open: why it waits, and what is around it"],
  author: ["u", "The author’s history"],
  note: ["n", "Write a note"],
  select: ["x", "Select"],
  range: ["X", "Select from the last one selected to here"],
  all: ["A", "Select all that the list has"],
  lists: ["t", "The next list"],
  filters: ["f", "Find words"],
  fresh: ["l", "Show what is new"],
  help: ["?", "These keys"],
};

const KEPT = "parley-keys";
const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

export class Keys {
  #kept = { off: false, own: {} };
  #dialog;
  #waits = null;

  constructor(dialog, does) {
    this.#dialog = dialog;
    try {
      const kept = JSON.parse(localStorage.getItem(KEPT));
      if (kept && typeof kept.own === "object") this.#kept = { off: Boolean(kept.off), own: kept.own ?? {} };
    } catch {
      // What cannot be read, or kept, is as it was at first.
    }
    this.#draw();
    this.show(document);
    document.addEventListener("keydown", (event) => this.#pressed(event, does));
    dialog.addEventListener("click", (event) => this.#clicked(event));
    dialog.addEventListener("close", () => (this.#waits = null));
  }

  /** Write each key on the buttons below *root* that do what it does. */
  show(root) {
    for (const shown of root.querySelectorAll("[data-key]")) {
      shown.textContent = this.#kept.off ? "" : this.of(shown.dataset.key);
      shown.closest("[data-act]")?.setAttribute("aria-keyshortcuts", shown.textContent);
    }
    document.documentElement.classList.toggle("keys-off", this.#kept.off);
  }

  of(act) {
    return this.#kept.own[act] ?? ACTS[act][0];
  }

  #pressed(event, does) {
    if (this.#waits) return this.#bind(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (this.#kept.off || event.target.closest?.(TYPED) || document.querySelector("dialog:modal")) return;
    const key = letter(event);
    const act = Object.keys(ACTS).find((each) => this.of(each) === key);
    if (act ? does(act) : /^[1-9]$/.test(key) && does("rule", Number(key))) event.preventDefault();
  }

  #bind(event) {
    if (event.key === "Escape" || event.key === "Tab") {
      this.#waits = null;
      return this.#draw();
    }
    event.preventDefault();
    const key = letter(event);
    if (key.length !== 1 || /[\d\s]/.test(key) || event.ctrlKey || event.metaKey || event.altKey) return;
    const other = Object.keys(ACTS).find((act) => this.of(act) === key);
    if (other) this.#kept.own[other] = this.of(this.#waits);
    this.#kept.own[this.#waits] = key;
    this.#keep();
  }

  #clicked(event) {
    if (event.target.closest("[data-close]")) this.#dialog.close();
    if (event.target.closest("[data-keys-reset]")) {
      this.#kept = { off: false, own: {} };
      this.#keep();
    }
    if (event.target.matches("[data-keys-on]")) {
      this.#kept.off = !event.target.checked;
      this.#keep();
    }
    const button = event.target.closest("[data-rebind]");
    if (button) {
      this.#waits = button.dataset.rebind;
      button.textContent = "Press a key";
    }
  }

  #keep() {
    const act = this.#waits;
    this.#waits = null;
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.#kept));
    } catch {
      // It holds until the page is left.
    }
    this.#draw();
    this.show(document);
    if (act) this.#dialog.querySelector(`[data-rebind=${act}]`)?.focus();
  }

  #draw() {
    this.#dialog.querySelector("[data-keys-on]").checked = !this.#kept.off;
    this.#dialog.querySelector("tbody").replaceChildren(
      ...Object.entries(ACTS).map(([act, [, meaning]]) => {
        const row = document.createElement("tr");
        const [what, which, button] = ["th", "td", "button"].map((name) => document.createElement(name));
        what.scope = "row";
        what.textContent = meaning;
        button.className = "parley-button";
        button.dataset.rebind = act;
        button.textContent = this.of(act);
        button.setAttribute("aria-label", `${meaning}: ${this.of(act)}. Choose another key`);
        which.append(button);
        row.append(what, which);
        return row;
      }),
    );
  }
}

/** Return the key as written on a Latin keyboard, so that a moderator who types Arabic or Greek has them too. */
function letter(event) {
  if (event.key.length !== 1 || /^[\x20-\x7e]$/.test(event.key) || !/^(Key[A-Z]|Digit\d)$/.test(event.code)) return event.key;
  const plain = event.code.at(-1);
  return event.shiftKey ? plain : plain.toLowerCase();
}
