/* A form by keyboard: Enter goes on to the next question and sends nothing; a row of boxes is one stop. */

import { entrance } from "./fields.js";

const STEP = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const PATIENCE = 700;
const isUntouched = (input) => input.value === input.defaultValue && input.checked === input.defaultChecked;
const isPlain = (event) => !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing);

function nextOf(form, field) {
  const questions = [...form.querySelectorAll("[data-q]")].filter((one) => one.checkVisibility());
  return questions[questions.indexOf(field) + 1];
}

/* `settled`: resolves when it is known which questions follow from the answer that was just given. */
export function enterGoesOn(form, settled = () => Promise.resolve()) {
  form.addEventListener("keydown", async (event) => {
    const field = event.target.closest("[data-q]");
    if (event.key !== "Enter" || event.defaultPrevented || !isPlain(event) || !field) return;
    if (!event.target.matches("input, select")) return;
    event.preventDefault();
    const known = settled();
    await Promise.race([known, new Promise((done) => setTimeout(done, PATIENCE))]);
    const goal = goOn(form, field);
    await known;
    /* A question that came late is reached all the same, if nothing has been done since. */
    if (document.activeElement === goal && isUntouched(goal)) goOn(form, field);
  });
}

function goOn(form, field) {
  const next = nextOf(form, field);
  const goal = next ? entrance(next) : [...form.querySelectorAll("button")].at(-1);
  goal.focus();
  return goal;
}

/* One stop for all boxes of a row, and arrows between them: the keys of a toolbar, which may hold boxes. */
export function oneStop(row) {
  const stops = () => [...row.querySelectorAll("input, summary")].filter((stop) => stop.checkVisibility());
  const settle = (current) => {
    for (const stop of row.querySelectorAll("input, summary")) stop.tabIndex = stop === current ? 0 : -1;
  };
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", row.closest("fieldset").querySelector("legend").textContent.trim());
  settle(stops().find((stop) => stop.checked) ?? stops()[0]);
  row.addEventListener("focusin", (event) => settle(event.target));
  row.addEventListener("keydown", (event) => {
    if (!(event.key in STEP) || !isPlain(event)) return;
    event.preventDefault();
    const all = stops();
    const place = all.indexOf(event.target) + STEP[event.key];
    all[(place + all.length) % all.length].focus();
  });
}
