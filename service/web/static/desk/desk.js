/* The desk by keyboard and without a page load: one comment is current, one key decides it, the next is current at once.
   What it does it does through the page's own forms, so that without it every act is a button still. */

import { Refused, piece, post } from "./asks.js";
import { Batch } from "./batch.js";
import { Decided } from "./decided.js";
import { Keys } from "./keys.js";
import { Leases } from "./leases.js";
import { panel, show } from "./panels.js";
import { Pulse } from "./pulse.js";
import { selected } from "./selection.js";

const FEW = 6;
const OUTCOMES = { approve: "published", reject: "rejected", spam: "spam", escalate: "escalated" };

class Desk {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector(".desk-queue");
    this.current = null;
    this.decided = new Decided((card) => this.#back(card), (text) => this.say(text));
    this.leases = new Leases((card, holder) => this.held(card, holder));
    this.batch = new Batch(this);
    this.keys = new Keys(document.querySelector("#desk-help"), (act, number) => this.do(act, number));
    this.pulse = new Pulse(this);
    document.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("submit", (event) => this.#submitted(event));
    selected(() => this.current);
    this.list?.addEventListener("focusin", (event) => this.#focused(event));
    this.list?.addEventListener("change", (event) => this.#changed(event));
    for (const live of document.querySelectorAll("[data-live]")) live.hidden = false;
    document.documentElement.classList.add("live");
    // Whoever came with the keyboard is at the first comment; nobody is torn from a field.
    if (this.cards[0]) this.go(this.cards[0], { quietly: document.activeElement !== document.body });
  }

  /** The comments that are not decided yet, in their order. */
  get cards() {
    return this.list ? [...this.list.querySelectorAll(".desk-card:not(.is-decided)")] : [];
  }

  say(text) {
    const says = document.querySelector("#desk-says");
    says.textContent = "";
    // Emptied first, so that the same words are read out again.
    setTimeout(() => (says.textContent = text), 50);
  }

  /** Do what a key or a button stands for; false when there is nothing to do it to. */
  do(act, number) {
    if (act in OUTCOMES) return this.batch.size ? this.batch.ask(OUTCOMES[act]) : this.decide(this.current, OUTCOMES[act]);
    const acts = {
      next: () => this.#step(1),
      previous: () => this.#step(-1),
      undo: () => this.decided.undo(),
      rule: () => this.#pick(number),
      open: () => this.#open(),
      author: () => this.#author(false),
      note: () => this.#author(true),
      select: () => this.batch.toggle(this.current),
      range: () => this.batch.range(this.current),
      all: () => this.batch.all(),
      lists: () => this.#nextList(),
      filters: () => this.root.querySelector("#words").focus() ?? true,
      fresh: () => this.fresh(),
      help: () => document.querySelector("#desk-help").showModal() ?? true,
    };
    return Boolean(acts[act]());
  }

  /** Be at *card*: it is shown, focused, and taken. */
  go(card, { quietly = false } = {}) {
    this.current?.removeAttribute("aria-current");
    this.current = card;
    this.leases.at(card?.querySelector(".desk-decide") ? card : null);
    card?.setAttribute("aria-current", "true");
    if (card && !quietly) {
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    }
    this.#provide();
  }

  /** Decide *card*; it leaves at once, and comes back if the desk says no. */
  async decide(card, outcome) {
    if (!card || card.classList.contains("is-decided")) return false;
    const form = card.querySelector(".desk-decide");
    const button = form?.querySelector(`[value=${outcome}]`);
    if (!button) return false;
    if (card.dataset.heldBy && card.dataset.warned !== outcome) {
      card.dataset.warned = outcome;
      this.say(`${card.dataset.heldBy} has this open. Press again to decide it all the same.`);
      card.querySelector(".desk-presence").classList.add("is-warning");
      return true;
    }
    const fields = new FormData(form);
    fields.set("outcome", outcome);
    fields.set("lease", card.dataset.lease ?? "");
    fields.set("version", card.dataset.version);
    if (card.dataset.warned) fields.set("all_the_same", "1");
    const following = this.#following(card);
    this.decided.begin(card, outcome, form);
    this.leases.done(card);
    this.go(following);
    try {
      const made = await post(form.action, fields);
      this.decided.made(card, made);
      this.pulse.soon();
    } catch (error) {
      this.#refused(card, error);
    }
    return true;
  }

  /** Show that *holder* has *card* open; nobody, for "". */
  held(card, holder) {
    const shown = card.querySelector(".desk-presence");
    card.dataset.heldBy = holder;
    shown.hidden = !holder;
    shown.querySelector("bdi").textContent = holder;
    if (!holder) delete card.dataset.warned;
  }

  /** Show what arrived: above what one reads, and only when asked to. */
  fresh() {
    const link = this.root.querySelector(".desk-new");
    if (link.hidden) return false;
    if (!this.list) return location.assign(this.root.dataset.url) ?? true;
    this.#load(this.root.dataset.url).then((items) => {
      const fresh = items.filter((item) => item.querySelector(".desk-card"));
      this.list.prepend(...fresh);
      link.hidden = true;
      this.root.querySelector(".desk-through").hidden = true;
      if (fresh.length) this.go(fresh[0].querySelector(".desk-card"));
      this.pulse.since = Date.now() + this.pulse.ahead;
    }, (error) => this.say(error.message));
    return true;
  }

  /** What a batch decided leaves the list; what it *left* stays. */
  through(cards, left) {
    for (const card of cards) {
      if (left.has(card.id)) continue;
      card.classList.add("is-decided");
      card.closest("li").remove();
    }
    this.go(this.cards[0] ?? null);
  }

  #step(by) {
    const cards = this.cards;
    const at = cards.indexOf(this.current);
    const card = cards[at + by] ?? (at < 0 ? cards[0] : null);
    if (card) this.go(card);
    return true;
  }

  #following(card) {
    const cards = this.cards;
    const at = cards.indexOf(card);
    return cards[at + 1] ?? cards[at - 1] ?? null;
  }

  #pick(number) {
    const wanted = this.current?.querySelector(`[name=rule][value="${number}"]`);
    if (!wanted) return false;
    const chosen = wanted.checked ? this.current.querySelector('[name=rule][value=""]') : wanted;
    chosen.checked = true;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    this.say(wanted.checked ? wanted.dataset.name : "No reason named");
    return true;
  }

  #open() {
    const card = this.current;
    const details = card?.querySelector(".desk-details");
    if (!details) return false;
    details.hidden = !details.hidden;
    if (!details.hidden && !details.childElementCount) show(card.dataset.url, details, this);
    return true;
  }

  #author(atNote) {
    const { people } = this.current?.dataset ?? {};
    return people ? panel(people, this, { comment: this.current.id, atNote }) : false;
  }

  #nextList() {
    const tabs = [...this.root.querySelectorAll(".desk-lists a")];
    const at = tabs.findIndex((tab) => tab.hasAttribute("aria-current"));
    location.assign(tabs[(at + 1) % tabs.length].href);
    return true;
  }

  #clicked(event) {
    const doer = event.target.closest("[data-act]");
    if (doer && !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      const card = doer.closest(".desk-card");
      if (card && card !== this.current) this.go(card, { quietly: true });
      if (doer.dataset.act in OUTCOMES) return card && event.preventDefault(this.decide(card, OUTCOMES[doer.dataset.act]));
      if (this.do(doer.dataset.act)) event.preventDefault();
    }
    if (event.target.closest("[data-more]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.#more();
    }
  }

  #submitted(event) {
    // A button that Enter pressed: its click did the rest.
    if (event.target.matches(".desk-card .desk-decide")) event.preventDefault();
  }

  #focused(event) {
    const card = event.target.closest(".desk-card:not(.is-decided)");
    if (card && card !== this.current) this.go(card, { quietly: true });
  }

  #changed(event) {
    if (!event.target.matches("[name=rule]")) return;
    const details = event.target.closest(".desk-because");
    details.querySelector(".desk-picked").textContent = event.target.value ? `: ${event.target.dataset.name}` : "";
  }

  #refused(card, error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409 && /has this comment open/.test(error.message)) {
      this.#back(card);
      this.held(card, error.message.replace(/ has this comment open.*/, ""));
      this.say(`${error.message} Press again to decide it all the same.`);
    } else if (error.status === 409 || error.status === 404) {
      this.decided.late(card, error.message);
    } else {
      this.#back(card);
      this.decided.failed(card, error.message);
    }
    this.say(error.message);
  }

  #back(card) {
    this.decided.restore(card);
    this.root.querySelector(".desk-through").hidden = true;
    this.go(card);
    this.pulse.soon();
  }

  /** Fetch the next page before the last comments of this one are decided. */
  #provide() {
    const cards = this.cards;
    if (cards.length - cards.indexOf(this.current) <= FEW) this.#more();
  }

  async #more() {
    const link = this.list?.querySelector("[data-more]");
    if (!link || link.ariaBusy) {
      if (!link && !this.cards.length) this.root.querySelector(".desk-through").hidden = false;
      return;
    }
    link.ariaBusy = "true";
    try {
      const items = await this.#load(link.href);
      link.closest("li").replaceWith(...items);
      if (!this.current && this.cards[0]) this.go(this.cards[0]);
    } catch (error) {
      link.ariaBusy = null;
      this.say(error.message);
    }
  }

  /** Return the items of the page at *url* that are not here yet. */
  async #load(url) {
    const found = await piece(url);
    this.keys.show(found);
    return [...found.querySelectorAll("li:has(> .desk-card), li.desk-rest")].filter((item) => {
      const card = item.querySelector(".desk-card");
      return !card || !document.getElementById(card.id);
    });
  }
}

const root = document.querySelector(".desk-list");
if (root) new Desk(root);
