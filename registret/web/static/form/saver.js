/* When answers are saved, and when not any more. It sends through `send` and tells `page` what came of it; it touches
   no page itself. */

import { waitAfter } from "./unsaved.js";

export class Saver {
  #timer = 0;
  #failures = 0;
  #running = null;

  /* Another person or seat has the browser: nothing is sent by itself before something was saved again. */
  isElsewhere = false;

  /* Why nothing is sent by itself: "" while it is, or "ended", "refused", "closed". */
  stopped = "";

  constructor({ unsaved, send, page }) {
    Object.assign(this, { unsaved, send, page });
  }

  get isRunning() {
    return this.#running !== null;
  }

  get hasFailed() {
    return this.#failures > 0;
  }

  later(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), wait);
  }

  /* Once more, though it had stopped: the person has logged in again, or asks for it. */
  again() {
    if (this.stopped === "closed") return Promise.resolve();
    this.stopped = "";
    return this.save();
  }

  /* Nothing is sent while `act` runs; it begins when what is under way has come to its end. */
  async alone(act) {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    this.#running = act();
    try {
      return await this.#running;
    } finally {
      this.#running = null;
      if (this.unsaved.changed.size && !this.stopped && !this.isElsewhere) {
        this.later(this.#failures ? waitAfter(this.#failures) : 300);
      }
    }
  }

  /* Everything that was typed so far is with the server, or cannot be. */
  async flush() {
    while (this.#running) await this.#running;
    await this.save();
  }

  async save({ lasting = false } = {}) {
    clearTimeout(this.#timer);
    if (this.#running || this.stopped || !this.unsaved.changed.size) return;
    const sent = new Map(this.unsaved.changed);
    this.page.saving();
    await this.alone(async () => {
      const answer = await this.send([...sent.keys()], { byItself: this.#failures > 0, lasting });
      this.take(answer, sent);
    });
  }

  take({ kind, body }, sent) {
    this.#failures = kind === "away" ? this.#failures + 1 : 0;
    this.isElsewhere = kind === "elsewhere";
    if (kind === "ok") {
      this.unsaved.took(sent, body.faults);
      this.page.saved(body, [...sent.keys()]);
      if (body.closed) this.stopped = "closed";
      return;
    }
    if (kind === "ended" || kind === "refused") this.stopped = kind;
    this.page[kind]?.(body);
  }
}
