/* Who has what open: the comment one is at is taken, held while one works, and given back when one goes on or away. */

import { token } from "./again.js";
import { post } from "./asks.js";

const SETTLE = 300;
const RENEW = 4 * 60_000;

export class Leases {
  #taken;
  #card = null;
  #timer = 0;
  #active = Date.now();
  #renewed = 0;

  /** *taken* is told of each card whether somebody else has it. */
  constructor(taken) {
    this.#taken = taken;
    for (const sign of ["keydown", "pointermove", "scroll"]) {
      addEventListener(sign, () => this.#stir(), { passive: true });
    }
    addEventListener("pagehide", () => this.#giveBack());
    addEventListener("pageshow", (event) => event.persisted && this.#card && this.#take());
    setInterval(() => this.#renew(), 30_000);
  }

  /** Be at *card*, or nowhere: the one before is given back. */
  at(card) {
    if (card === this.#card) return;
    this.#giveBack();
    clearTimeout(this.#timer);
    this.#card = card;
    // Whoever only passes by takes nothing.
    if (card) this.#timer = setTimeout(() => this.#take(), SETTLE);
  }

  /** Forget *card*, which was decided: its lease ended with that. */
  done(card) {
    if (card === this.#card) this.#card = null;
    clearTimeout(this.#timer);
  }

  async #take() {
    const card = this.#card;
    this.#renewed = Date.now();
    try {
      const lease = await post(`${card.dataset.url}/lease`, {}, { quietly: true });
      card.dataset.lease = lease.token;
      this.#taken(card, lease.held_by);
      if (card !== this.#card && !card.classList.contains("is-decided")) this.#return(card);
    } catch {
      // Without a lease it can still be decided: the version it had keeps two from doing so.
    }
  }

  #stir() {
    const rested = Date.now() - this.#active > RENEW;
    this.#active = Date.now();
    if (rested) this.#renew();
  }

  #renew() {
    const now = Date.now();
    if (this.#card && now - this.#renewed > RENEW && now - this.#active < RENEW) this.#take();
  }

  #giveBack() {
    if (this.#card) this.#return(this.#card);
  }

  #return(card) {
    if (!card.dataset.lease) return;
    const fields = new URLSearchParams({ csrf_token: token(), lease: card.dataset.lease });
    navigator.sendBeacon(`${card.dataset.url}/give-back`, fields);
    card.dataset.lease = "";
  }
}
