/* The page after an answer of the server: what is asked now, what is odd, what scores come to, what is left. */

import { labelOf } from "./fields.js";

/* Shows the questions that are asked now and hides the others. Returns those that are new. */
export function showQuestions(fields, codes) {
  const isNew = (field) => field.hidden && codes.includes(field.dataset.q);
  const appeared = fields.all.filter(isNew);
  for (const field of fields.all) field.hidden = !codes.includes(field.dataset.q);
  for (const block of fields.sheet.querySelectorAll(".block")) {
    block.hidden = !block.querySelector("[data-q]:not([hidden])");
  }
  return appeared.filter((field) => field.checkVisibility()).map(labelOf);
}

export function showRemarks(fields, unsaved, now) {
  for (const kind of ["stops", "odd"]) {
    for (const [code, text] of Object.entries(now[kind])) {
      fields.say(code, kind, unsaved.waitsForPerson(code) ? "" : text);
    }
  }
}

export function showScores(sheet, scores) {
  for (const [code, score] of Object.entries(scores)) {
    const panel = sheet.querySelector(`[data-score="${CSS.escape(code)}"]`);
    if (!panel) continue;
    const output = panel.querySelector("output");
    output.textContent = score.value;
    output.classList.toggle("word", score.word);
    output.parentElement.classList.toggle("open", !score.counted);
    const unit = panel.querySelector("[data-unit]");
    if (!unit) continue;
    panel.querySelector("[data-reading]").textContent = score.reading;
    unit.textContent = score.unit;
    unit.hidden = !score.unit;
  }
}

export function showMap(map, now, words) {
  for (const line of map.querySelectorAll("[data-part]")) {
    const code = line.dataset.part;
    const remains = line.querySelector("[data-remains]");
    line.hidden = document.getElementById(`a-${code}`).hidden;
    line.querySelector("[data-done]").hidden = !now.done.includes(code);
    if (!remains) continue;
    remains.hidden = !now.left[code];
    remains.textContent = `${now.left[code]} ${words.left}`;
  }
}

export function showCounts(sheet, told) {
  for (const [code, text] of Object.entries(told)) {
    const count = sheet.querySelector(`[data-told="${CSS.escape(code)}"]`);
    if (count) count.textContent = text;
  }
}
