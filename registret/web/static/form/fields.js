/* The questions of a form on the page: finding them, filling them, saying something at them. */

const visible = (element) => element.checkVisibility();
const isBox = (input) => input.type === "radio" || input.type === "checkbox";
/* Filled by the script and not by the person: a date is read back anew. */
const fill = (input, text) => {
  input.value = text;
  input.dispatchEvent(new Event("put", { bubbles: true }));
};
const isMissing = (text) => text.startsWith("missing:");
/* What is said at a field, in this order, and how the id of each line ends. */
const ENDINGS = { fault: "fel", stops: "stopp", odd: "udda", changed: "andrat" };
const KINDS = Object.keys(ENDINGS);

export function unfold(element) {
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}

export const labelOf = (field) => field.querySelector("legend, label").firstChild.textContent.trim();

/* Where the focus goes when a question is led to. */
export function entrance(field) {
  const stops = [...field.querySelectorAll("input:not([type=hidden]), select, textarea")].filter(visible);
  return stops.find((stop) => stop.checked) ?? stops.find((stop) => stop.tabIndex >= 0) ?? stops[0] ?? field;
}

export class Fields {
  constructor(sheet) {
    this.sheet = sheet;
  }

  get all() {
    return [...this.sheet.querySelectorAll("[data-q]")];
  }

  get shown() {
    return this.all.filter((field) => !field.hidden);
  }

  question(code) {
    return this.sheet.querySelector(`[data-q="${CSS.escape(code)}"]`);
  }

  inputs(code) {
    return [...this.sheet.querySelectorAll(`[name="${CSS.escape(code)}"]`)];
  }

  lead(code) {
    const field = this.question(code);
    unfold(field);
    entrance(field).focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  }

  /* "Unknown" and a value exclude each other; "None of them" and the others too. */
  exclude(target) {
    if (!target.value || (target.type === "checkbox" && !target.checked)) return;
    const standsAlone = (input) => ["data-missing", "data-alone"].some((name) => input.hasAttribute(name));
    for (const other of this.inputs(target.name)) {
      if (other === target || !(standsAlone(target) || standsAlone(other))) continue;
      if (other.type === "checkbox") other.checked = false;
      else if (other.type !== "radio") fill(other, "");
    }
  }

  put(code, texts) {
    for (const input of this.inputs(code)) {
      if (isBox(input)) {
        input.checked = texts.includes(input.value);
        if (input.checked) unfold(input);
      } else if (input.hasAttribute("data-missing")) input.value = texts.find(isMissing) ?? "";
      else if (input.matches("select")) input.value = texts[0] ?? "";
      else fill(input, texts.find((text) => !isMissing(text))?.replace("T", " ") ?? "");
    }
  }

  /* kind: fault, stops, odd, or changed. An empty text takes it away. */
  say(code, kind, text) {
    const field = this.question(code);
    if (!field) return;
    const line = field.querySelector(`[data-${kind}]`) ?? (text && this.#makeLine(field, code, kind));
    if (!line) return;
    line.hidden = !text;
    line.querySelector("span").textContent = text || "";
    if (text) unfold(field);
    if (kind === "fault") this.#invalid(code, field, Boolean(text));
    const stops = ["fault", "stops"].some((one) => field.querySelector(`[data-${one}]`)?.hidden === false);
    if (!field.classList.contains("is-left")) field.classList.toggle("is-bad", stops);
    this.#describe(field);
    if (text && kind === "fault") this.#liftOut(field);
  }

  /* Not answered though it must be: said as something to do, not as a mistake. */
  ask(code, text) {
    this.say(code, "fault", text);
    const field = this.question(code);
    field.classList.replace("is-bad", "is-left");
    for (const input of this.inputs(code)) input.removeAttribute("aria-invalid");
  }

  /* A page is sent without the lines that have nothing to say. */
  #makeLine(field, code, kind) {
    const lines = this.sheet.querySelector("template[data-lines]").content;
    const line = lines.querySelector(`[data-${kind}]`).cloneNode(true);
    line.id = `${code}-${ENDINGS[kind]}`;
    const said = field.querySelector(".said");
    const after = KINDS.slice(KINDS.indexOf(kind) + 1);
    const next = [...said.children].find((one) => after.some((later) => one.hasAttribute(`data-${later}`)));
    said.insertBefore(line, next ?? null);
    return line;
  }

  #invalid(code, field, isInvalid) {
    field.classList.remove("is-left");
    for (const input of this.inputs(code)) {
      if (isInvalid) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  #describe(field) {
    const lines = [...field.querySelectorAll(".hint, .err, .odd")].filter((one) => one.id && !one.hidden);
    const target = field.matches("fieldset") ? field : field.querySelector("input, select, textarea");
    if (lines.length) target.setAttribute("aria-describedby", lines.map((one) => one.id).join(" "));
    else target.removeAttribute("aria-describedby");
  }

  /* What is said at a field is not said under the dock, and pushes nothing under it that is being written in. */
  #liftOut(field) {
    const limit = this.sheet.querySelector(".dock").getBoundingClientRect().top;
    for (const one of [field, document.activeElement?.closest("[data-q]")]) {
      const box = one?.getBoundingClientRect();
      if (box && box.bottom > limit && box.top < innerHeight) one.scrollIntoView({ block: "nearest" });
    }
  }
}
