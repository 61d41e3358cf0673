/* The foot of the form: what is saved, what is not, what is left to do. */

export class Dock {
  /* A signature was tried and nobody answered, and nothing was typed since: that the answers are saved is not all. */
  isUnsigned = false;

  constructor(sheet, words, lead) {
    Object.assign(this, { sheet, words, lead });
    const status = sheet.querySelector("[data-status]");
    this.todo = status.querySelector("[data-todo]");
    this.says = document.createElement("span");
    this.last = status.querySelector("[data-saved-at]").textContent.trim();
    this.says.textContent = this.last;
    status.replaceChildren(this.says, document.createElement("br"), " ", this.todo);
    this.todo.addEventListener("click", (event) => this.#follow(event));
  }

  tell(text, isBad = false) {
    this.says.textContent = text;
    this.says.className = isBad ? "err" : "";
  }

  away() {
    this.tell(this.isUnsigned ? this.words.signAway : this.words.away, true);
  }

  savedAt(clock) {
    this.last = `${this.words.saved} ${clock}`;
  }

  /* `codes`: of answers that are on the page only. */
  settle(codes) {
    if (!codes.length) {
      this.tell(this.isUnsigned ? `${this.last}. ${this.words.notSigned}` : this.last, this.isUnsigned);
      return;
    }
    const link = document.createElement("a");
    const what = codes.length === 1 ? this.words.unsaved : this.words.unsavedSeveral;
    Object.assign(link, { href: `#${codes[0]}`, textContent: `${codes.length} ${what}` });
    link.addEventListener("click", (event) => this.#follow(event));
    this.tell("", true);
    this.says.append(link);
  }

  left(text, code) {
    this.todo.textContent = text;
    if (code) this.todo.setAttribute("href", `#${code}`);
    else this.todo.removeAttribute("href");
  }

  offer(text, label, act) {
    this.tell(text, true);
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "btn quiet slim", textContent: label });
    button.addEventListener("click", act);
    this.says.append(" ", button);
  }

  link(text, label, address) {
    this.tell(text, true);
    const link = document.createElement("a");
    Object.assign(link, { href: address, textContent: label });
    this.says.append(" ", link);
  }

  #follow(event) {
    const code = event.currentTarget.hash.slice(1);
    if (!code) return;
    event.preventDefault();
    this.lead(code);
  }
}
