/* Signing, and the other buttons, without leaving the page: if it cannot be done, nothing that was typed is lost. */

import { ALREADY_DONE, post } from "./net.js";

/* The list of what stops it, above the form, with the focus on it. */
function summarise(sheet, place, { title, troubles }) {
  const summary = sheet.querySelector("[data-summary]").content.firstElementChild.cloneNode(true);
  summary.querySelector("h2").textContent = title;
  const lines = troubles.map(({ code, text, left }) => {
    const line = document.createElement("li");
    const link = document.createElement("a");
    Object.assign(link, { href: `#${code}`, textContent: text });
    line.className = left ? "left" : "";
    line.append(link);
    return line;
  });
  summary.querySelector("ul").append(...lines);
  place.replaceChildren(summary);
  summary.focus();
}

export class Sender {
  /* The turn of the answers whose signature was sent and never confirmed. */
  #unconfirmed = null;

  constructor({ sheet, form, saver, unsaved, words, dock }) {
    Object.assign(this, { sheet, form, saver, unsaved, words, dock });
    this.place = document.querySelector("[data-troubles]");
    sheet.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!sheet.inert) this.send(event.submitter);
    });
  }

  async send(button) {
    const open = [...this.unsaved.clash.keys()][0];
    if (open) {
      this.form.fields.lead(open);
      return;
    }
    const act = button?.value ?? "save";
    this.form.adoptHeld();
    this.dock.isUnsigned = false;
    this.dock.tell(act === "sign" ? this.words.signing : this.words.saving);
    /* What would be typed while the server decides would belong to no version. */
    this.sheet.inert = true;
    const answer = await this.saver.alone(() => this.#ask(act));
    this.sheet.inert = false;
    button?.focus({ preventScroll: true });
    this.#take(answer, act);
  }

  #ask(act) {
    const body = new FormData(this.sheet);
    body.append("do", act);
    return post(this.sheet.action, body);
  }

  #take({ kind, body }, act) {
    if (kind === "ok" && body.to) {
      this.unsaved.clear();
      location.assign(body.to);
    } else if (kind === "ok") {
      this.place.replaceChildren();
      this.saver.stopped = "";
      this.saver.take({ kind, body }, new Map(this.unsaved.changed));
    } else if (kind === "invalid") this.#invalid(body);
    else if (kind === "away") this.#unanswered(act);
    else if (body?.code === ALREADY_DONE && this.#unconfirmed === this.unsaved.turn) {
      this.unsaved.clear();
      location.assign(this.sheet.action);
    } else this.saver.take({ kind, body }, new Map());
  }

  #unanswered(act) {
    if (act === "sign") {
      this.#unconfirmed = this.unsaved.turn;
      this.dock.isUnsigned = true;
    }
    this.dock.tell(act === "sign" ? this.words.signAway : this.words.actAway, true);
  }

  #invalid(body) {
    const codes = this.form.fields.all.map((field) => field.dataset.q);
    this.unsaved.took(new Map(this.unsaved.changed), {});
    for (const code of codes) {
      if (body.faults[code]) this.unsaved.bad.add(code);
      else this.unsaved.bad.delete(code);
    }
    this.form.saved(body, codes);
    for (const [code, text] of Object.entries(body.unanswered)) this.form.fields.ask(code, text);
    /* What is remarked is asked about once: the next signature says that it is right. */
    this.sheet.elements.seen.value = body.seen;
    if (body.troubles.length) summarise(this.sheet, this.place, body);
  }
}
