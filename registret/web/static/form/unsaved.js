/* What is on the page and not on the server. Knows nothing of the page, so it can be tested without one. */

export class Unsaved {
  #turn = 0;

  /* Answers to send, each with the turn in which it was last changed. */
  changed = new Map();

  /* Answers that cannot be: they wait for the person to mend them. */
  bad = new Set();

  /* Answers that another has changed meanwhile: they wait for the person to choose. */
  clash = new Map();

  /* What others changed in the field that has focus: it waits until the field is left. */
  held = new Map();

  get isEmpty() {
    return !this.changed.size && !this.bad.size && !this.clash.size;
  }

  /* Grows with every change. */
  get turn() {
    return this.#turn;
  }

  note(code) {
    this.#turn += 1;
    this.changed.set(code, this.#turn);
  }

  isMine(code) {
    return this.changed.has(code) || this.bad.has(code) || this.clash.has(code);
  }

  waitsForPerson(code) {
    return this.bad.has(code) || this.clash.has(code);
  }

  /* The server has what was sent; what was changed since is still to be sent. */
  took(sent, faults) {
    for (const [code, turn] of sent) {
      if (this.changed.get(code) === turn) this.changed.delete(code);
      if (faults[code]) this.bad.add(code);
      else this.bad.delete(code);
    }
  }

  collide(code, other) {
    this.held.delete(code);
    this.changed.delete(code);
    this.bad.delete(code);
    this.clash.set(code, other);
  }

  clear() {
    for (const kind of [this.changed, this.bad, this.clash, this.held]) kind.clear();
  }
}

/* Milliseconds until the next try: sooner at first, never further apart than 15 s. */
export const waitAfter = (failures) => Math.min(1000 * 2 ** failures, 15000);
