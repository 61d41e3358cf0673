/* What others write in the same step: it comes to the page, says whose it is, and overwrites nothing. */

const inOrder = (texts) => String(texts.filter(Boolean).map((text) => text.replace("T", " ")).sort());

export class Others {
  constructor({ sheet, fields, unsaved, settle, later }) {
    Object.assign(this, { sheet, fields, unsaved, settle, later });
    sheet.addEventListener("focusout", (event) => {
      for (const [code, other] of unsaved.held) {
        if (!fields.question(code).contains(event.relatedTarget)) this.adopt(code, other);
      }
    });
  }

  adopt(code, other) {
    this.unsaved.held.delete(code);
    this.fields.put(code, other.texts);
    this.fields.say(code, "changed", other.changed);
  }

  release(code) {
    this.unsaved.clash.delete(code);
    this.fields.question(code).querySelector("[data-choose]")?.remove();
    this.fields.say(code, "fault", "");
  }

  /* Two answers to one question: both are shown, and neither is written over the other before one is chosen. */
  collide(code, other, fault = "") {
    const field = this.fields.question(code);
    this.unsaved.collide(code, other);
    this.fields.say(code, "changed", "");
    this.fields.say(code, "fault", `${other.clash} ${fault}`.trim());
    if (field.querySelector("[data-choose]")) return;
    const choice = this.sheet.querySelector("[data-choice]").content.firstElementChild.cloneNode(true);
    for (const button of choice.children) {
      button.setAttribute("aria-describedby", `${code}-fel`);
      button.addEventListener("click", () => this.#choose(code, button.matches("[data-take]")));
    }
    field.querySelector("[data-fault]").after(choice);
  }

  #choose(code, takesTheirs) {
    const theirs = this.unsaved.clash.get(code);
    this.release(code);
    if (takesTheirs) this.adopt(code, theirs);
    else {
      this.unsaved.note(code);
      this.later(0);
    }
    this.settle();
    this.fields.lead(code);
  }

  /* Returns what is to be said aloud. */
  hear(now) {
    const heard = [];
    const written = new FormData(this.sheet);
    for (const [code, other] of Object.entries(now.others)) {
      if (inOrder(written.getAll(code)) === inOrder(other.texts)) {
        if (this.unsaved.clash.has(code)) this.release(code);
        continue;
      }
      const said = this.#place(code, other, now);
      if (!this.fields.question(code).hidden) heard.push(`${other.label} ${said}`);
    }
    return heard;
  }

  #place(code, other, now) {
    if (this.unsaved.isMine(code) || now.conflicts.includes(code)) {
      this.collide(code, other, now.faults[code]);
      return other.clash;
    }
    if (this.fields.question(code).contains(document.activeElement)) {
      this.unsaved.held.set(code, other);
      this.fields.say(code, "changed", other.clash);
      return other.clash;
    }
    this.adopt(code, other);
    return other.changed;
  }
}
