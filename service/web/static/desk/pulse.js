/* What changes while one works: counts, the age of the oldest, who has what open, and that something new waits. */

import { offer } from "./again.js";
import { news } from "./asks.js";

const EVERY = 5_000;

export class Pulse {
  #desk;
  #timer = 0;

  constructor(desk) {
    this.#desk = desk;
    this.since = Number(desk.root.dataset.since);
    // The server's clock goes before ours by so much: what is asked for is asked in its time.
    this.ahead = this.since - Date.now();
    document.addEventListener("visibilitychange", () => this.soon());
    this.#later(EVERY);
  }

  /** Look now, rather than in a while. */
  soon() {
    this.#later(400);
  }

  #later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat(), wait);
  }

  async #beat() {
    if (document.visibilityState === "visible") {
      try {
        const url = this.#desk.root.dataset.pulse;
        const pulse = await news(`${url}${url.includes("?") && !url.endsWith("?") ? "&" : ""}since=${this.since}`, this.since);
        if (pulse) this.#show(pulse);
        document.documentElement.classList.remove("is-away");
      } catch (error) {
        document.documentElement.classList.add("is-away");
        if (error.status === 401) offer();
      }
    }
    this.#later(EVERY);
  }

  #show(pulse) {
    const { root, list } = this.#desk;
    for (const count of document.querySelectorAll("[data-count]")) {
      const name = count.dataset.count;
      const size = name.startsWith("reason-") ? (pulse.reasons[name.slice(7)] ?? 0) : pulse.lists[name];
      if (size !== undefined) count.textContent = size.toLocaleString("en");
    }
    root.querySelector("[data-oldest]").textContent = pulse.oldest;
    root.querySelector(".desk-oldest").hidden = !pulse.oldest;
    const fresh = root.querySelector(".desk-new");
    const before = fresh.hidden ? "0" : fresh.querySelector("[data-new]").textContent;
    fresh.querySelector("[data-new]").textContent = pulse.new;
    fresh.hidden = pulse.new === "0";
    if (pulse.new !== "0" && pulse.new !== before) this.#desk.say(`${pulse.new} new`);
    for (const card of list?.querySelectorAll(".desk-card:not(.is-decided)") ?? []) {
      this.#desk.held(card, pulse.held[card.id] ?? "");
    }
  }
}
