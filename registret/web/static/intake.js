/* Ny vårdepisod: choosing a sub-registry shows its inclusion questions at once. Without this script *Fortsätt* does. */

import { askedOf, troubleOf } from "./dates.js";
import { entrance } from "./form/fields.js";
import { enterGoesOn } from "./form/keys.js";

/* What was answered stays where the other sub-registry asks the same. */
function keep(before, after) {
  for (const input of before.querySelectorAll("input:not([type=hidden]), select")) {
    const name = `[name="${CSS.escape(input.name)}"]`;
    if (["radio", "checkbox"].includes(input.type)) {
      const same = after.querySelector(`${name}[value="${CSS.escape(input.value)}"]`);
      if (same) same.checked = input.checked;
    } else {
      const same = after.querySelector(name);
      if (same) same.value = input.value;
    }
  }
}

function show(form, code) {
  const place = form.querySelector("[data-inclusion]");
  const questions = form.querySelector(`template[data-of="${CSS.escape(code)}"]`).content.cloneNode(true);
  keep(place, questions);
  place.replaceChildren(questions);
  const button = form.querySelector("[data-begin]");
  if (!button) return;
  button.name = "go";
  button.textContent = button.dataset.begin;
}

/* A date that cannot be taken is said beside its field when that is left, as the server says it after *Börja*. */
function checkDate(form, input) {
  const field = input.closest(".field");
  const line = field?.querySelector("[data-fault]");
  if (!line) return;
  const trouble = troubleOf(input.value, askedOf(input));
  const words = form.querySelector(`[data-date-trouble="${trouble}-${input.dataset.date}"]`);
  line.hidden = !words;
  line.querySelector("span").textContent = words?.content.textContent.trim() ?? "";
  field.classList.toggle("is-bad", Boolean(words));
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  const others = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line.id);
  input.setAttribute("aria-describedby", [...others, ...(words ? [line.id] : [])].join(" "));
}

/* A line that appears while a button is pressed moves what is under the finger, and the press is lost. */
let isPressed = false;
document.addEventListener("pointerdown", () => (isPressed = true), true);
for (const kind of ["pointerup", "pointercancel"]) document.addEventListener(kind, () => (isPressed = false), true);

function oncePressed(act) {
  if (isPressed) document.addEventListener("pointerup", () => setTimeout(act), { once: true });
  else act();
}

for (const form of document.querySelectorAll("[data-intake]")) {
  form.addEventListener("change", ({ target }) => {
    if (target.name === "sub_registry") show(form, target.value);
    if (target.matches("[data-date]")) oncePressed(() => checkDate(form, target));
  });
  enterGoesOn(form);
  /* A browser that goes back to the page remembers the choice, and not what it showed. */
  const chosen = form.querySelector("[name=sub_registry]:checked");
  const shown = form.querySelector("[name=inclusion_of]");
  if (chosen && chosen.value !== shown?.value) show(form, chosen.value);
  if ("takesFocus" in form.dataset && !document.querySelector(".errs")) {
    entrance(form.querySelector(".field:not([hidden])")).focus({ preventScroll: true });
  }
}
