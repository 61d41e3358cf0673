/* The session has ended and something is not saved: it stays in the tab, out of sight, until the person is back. */

const KEPT_FOR = 60 * 60 * 1000;

/* What hides the page does not hang on the dialog: browsers close one after some Escapes, whatever a script says. */
const VEILED = "veiled";

export class Veil {
  #timer = 0;

  constructor(sheet, words, again) {
    this.words = words;
    this.dialog = sheet.querySelector("[data-veil]");
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.dialog.addEventListener("close", () => {
      if (document.body.classList.contains(VEILED)) this.dialog.showModal();
    });
    this.dialog.querySelector("[data-veil-again]").addEventListener("click", again);
    this.dialog.querySelector("[data-veil-in]").href = document.body.dataset.back;
  }

  draw() {
    this.dialog.querySelector("h2").textContent = this.words.endedUnsaved;
    this.dialog.querySelector("[data-veil-text]").textContent = this.words.endedHow;
    if (this.dialog.open) return;
    document.body.classList.add(VEILED);
    this.dialog.showModal();
    this.#timer = setTimeout(() => this.#drop(), KEPT_FOR);
  }

  say(text) {
    this.dialog.querySelector("[data-veil-status]").textContent = this.dialog.open ? text : "";
  }

  lift() {
    clearTimeout(this.#timer);
    document.body.classList.remove(VEILED);
    if (this.dialog.open) this.dialog.close();
  }

  /* Nobody came back: what a patient's form holds does not stay on a shared computer. */
  #drop() {
    addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), { capture: true });
    location.replace(document.body.dataset.back);
  }
}
