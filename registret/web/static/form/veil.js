/* The session has ended and something is not saved: it stays in the tab, out of sight, until the person is back. */

export class Veil {
  constructor(sheet, words, again) {
    this.words = words;
    this.dialog = sheet.querySelector("[data-veil]");
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
    this.dialog.querySelector("[data-veil-again]").addEventListener("click", again);
    this.dialog.querySelector("[data-veil-in]").href = document.body.dataset.back;
  }

  draw() {
    this.dialog.querySelector("h2").textContent = this.words.endedUnsaved;
    this.dialog.querySelector("[data-veil-text]").textContent = this.words.endedHow;
    if (!this.dialog.open) this.dialog.showModal();
  }

  say(text) {
    this.dialog.querySelector("[data-veil-status]").textContent = this.dialog.open ? text : "";
  }

  lift() {
    if (this.dialog.open) this.dialog.close();
  }
}
