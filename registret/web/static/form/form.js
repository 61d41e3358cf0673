/* A form that is filled in: its answers on the page, and what the server says of them. */

import { Dock } from "./dock.js";
import { Fields } from "./fields.js";
import { ALREADY_DONE, post } from "./net.js";
import { Others } from "./others.js";
import { showCounts, showMap, showQuestions, showRemarks, showScores } from "./show.js";
import { Veil } from "./veil.js";

export class Form {
  constructor(sheet, { unsaved, words }) {
    Object.assign(this, { sheet, unsaved, words });
    this.fields = new Fields(sheet);
    this.map = document.querySelector("nav:has(> .toc)");
    this.dock = new Dock(sheet, words, (code) => this.fields.lead(code));
    this.base = sheet.querySelector("[name=base]");
    this.heard = sheet.querySelector("[data-heard]");
  }

  /* `saver` comes later: it needs the form, and the form needs it. */
  use(saver) {
    const { sheet, fields, unsaved } = this;
    this.saver = saver;
    this.others = new Others({ sheet, fields, unsaved, settle: () => this.settle(), later: (ms) => saver.later(ms) });
    this.veil = new Veil(sheet, this.words, () => saver.again());
    this.#takeUp();
  }

  /* What the server gets with every request: for whom the page was made, and which version it shows. */
  body() {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "visad", "base"]) {
      body.append(name, this.sheet.querySelector(`[name=${name}]`).value);
    }
    return body;
  }

  bodyOf(codes) {
    const body = this.body();
    const written = new FormData(this.sheet);
    for (const code of codes) {
      body.append("changed", code);
      for (const text of written.getAll(code)) body.append(code, text);
    }
    return body;
  }

  get notSaved() {
    const codes = this.fields.shown.map((field) => field.dataset.q);
    return codes.filter((code) => this.unsaved.waitsForPerson(code));
  }

  settle() {
    this.dock.settle(this.notSaved);
  }

  adoptHeld() {
    for (const [code, other] of [...this.unsaved.held]) this.others.adopt(code, other);
  }

  saving() {
    this.dock.tell(this.words.saving);
  }

  saved(now, sent) {
    this.veil.lift();
    this.base.value = now.version;
    const appeared = showQuestions(this.fields, now.shown);
    for (const code of sent) if (!this.unsaved.clash.has(code)) this.fields.say(code, "fault", now.faults[code]);
    showRemarks(this.fields, this.unsaved, now);
    const heard = this.others.hear(now);
    if (appeared.length) heard.push(`${this.words.newQuestion} ${appeared.join(", ")}`);
    if (heard.length) this.heard.textContent = heard.join(" ");
    showScores(this.sheet, now.scores);
    showMap(this.map, now, this.words);
    showCounts(this.sheet, now.told);
    this.dock.left(now.closed ? "" : now.to_do, now.closed ? "" : now.next);
    this.dock.savedAt(now.saved);
    if (now.closed) this.dock.tell(now.closed, true);
    else if (!this.unsaved.changed.size) this.settle();
  }

  away() {
    this.dock.away();
    this.veil.say(this.words.away);
  }

  ended() {
    this.dock.link(this.words.ended, this.words.again, document.body.dataset.back);
    if (this.unsaved.isEmpty) return;
    this.dock.tell(this.words.endedUnsaved, true);
    this.veil.draw();
  }

  /* Another person or seat: going back to the former one saves it, and leaving loses what was typed. */
  elsewhere() {
    this.dock.tell(this.words.elsewhere, true);
    this.veil.say(this.words.elsewhere);
  }

  async refused(refusal) {
    if (refusal?.code === ALREADY_DONE && (await this.#isClosed())) return;
    const why = refusal ? `${refusal.title} ${refusal.todo} (${refusal.reference})` : "";
    this.dock.offer(`${this.words.refused} ${why}`.trim(), this.words.tryAgain, () => this.saver.again());
    this.veil.say(this.words.refused);
  }

  /* Another has signed, or the patient has died: the page says so instead of that nothing can be saved. */
  async #isClosed() {
    const { body } = await post(this.sheet.dataset.news, this.body(), { byItself: true });
    if (!body?.closed) return false;
    this.saver.stopped = "closed";
    this.dock.left("", "");
    this.dock.tell(this.unsaved.isEmpty ? body.closed : `${body.closed} ${this.words.onlyHere}`, true);
    return true;
  }

  /* A page that came back from the server with answers that it did not keep. */
  #takeUp() {
    for (const field of this.sheet.querySelectorAll(".is-bad")) {
      const code = field.dataset.q;
      const fault = field.querySelector("[data-fault]");
      if (fault?.hidden ?? true) continue;
      if (field.dataset.theirs) {
        const clash = fault.querySelector("span").textContent;
        this.others.collide(code, { texts: JSON.parse(field.dataset.theirs), changed: "", clash });
      } else this.unsaved.bad.add(code);
    }
    if (this.notSaved.length) this.settle();
  }
}
