/* The form of a step. What is written is saved on the server every few seconds and on leaving a field, never in the
   browser, for computers are shared. */

import { entrance } from "./fields.js";
import { Form } from "./form.js";
import { enterGoesOn, oneStop } from "./keys.js";
import { follow } from "./map.js";
import { post } from "./net.js";
import { Saver } from "./saver.js";
import { Sender } from "./send.js";
import { Unsaved } from "./unsaved.js";

const LOOKS_EVERY = 15000;

const wordsOf = (sheet) =>
  Object.fromEntries(
    [...sheet.querySelectorAll("[data-word]")].map((one) => [one.dataset.word, one.textContent.trim()]),
  );

function listens(sheet, form, saver) {
  const { unsaved, fields, others } = form;
  const note = ({ target, type }) => {
    if (!target.name || target.type === "hidden" || !target.closest("[data-q]")) return;
    fields.exclude(target);
    if (unsaved.held.has(target.name)) others.collide(target.name, unsaved.held.get(target.name));
    if (unsaved.clash.has(target.name)) {
      form.settle();
      return;
    }
    fields.say(target.name, "changed", "");
    form.dock.isUnsigned = false;
    unsaved.note(target.name);
    saver.later(type === "change" ? 100 : 1500);
  };
  for (const kind of ["input", "change"]) sheet.addEventListener(kind, note);
}

/* Answers do not wait for the page to be looked at again: a lid may be closing. */
function leaves(saver, unsaved) {
  addEventListener("beforeunload", (event) => {
    if (unsaved.isEmpty) return;
    saver.save();
    event.preventDefault();
  });
  addEventListener("pagehide", () => saver.save({ lasting: true }));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) saver.save({ lasting: true });
  });
  addEventListener("online", () => saver.later(0));
}

/* What others write is asked for while the page is looked at; after a no, not before something could be saved again. */
function looksAround(sheet, form, saver) {
  let asked = 0;
  const look = async () => {
    const isOff = saver.isRunning || saver.stopped || saver.hasFailed || saver.isElsewhere || document.hidden;
    if (isOff || Date.now() - asked < 2000) return;
    asked = Date.now();
    await saver.alone(async () => {
      const { kind, body } = await post(sheet.dataset.news, form.body(), { byItself: true });
      if (kind !== "away" && kind !== "nothing") saver.take({ kind, body }, new Map());
    });
  };
  setInterval(look, LOOKS_EVERY);
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);
}

/* Logging in again, in whatever tab, saves what waited here. */
function comesBack(form, saver) {
  const tabs = new BroadcastChannel("formular");
  const back = () => {
    if (saver.stopped === "ended" && !form.unsaved.isEmpty) saver.again();
  };
  tabs.onmessage = back;
  addEventListener("focus", back);
  tabs.postMessage("inne");
}

/* The session has ended, and the page would be left: with answers that are not saved it stays, under a veil, for an
   hour at most. */
function keeps(form, saver) {
  document.addEventListener("registret:leave", (event) => {
    if (form.unsaved.isEmpty || event.defaultPrevented) return;
    event.preventDefault();
    saver.take({ kind: "ended", body: null }, new Map());
    document.body.hidden = false;
  });
}

function byKeyboard(sheet, form, saver) {
  for (const row of sheet.querySelectorAll("[data-row]")) oneStop(row);
  enterGoesOn(sheet, () => saver.flush());
  document.querySelector("[data-troubles]").addEventListener("click", (event) => {
    const code = event.target.closest("a")?.hash.slice(1);
    if (!code || !form.fields.question(code)) return;
    event.preventDefault();
    form.fields.lead(code);
  });
  if ("untouched" in sheet.dataset && !location.hash) entrance(form.fields.shown[0]).focus({ preventScroll: true });
}

function start(sheet) {
  const unsaved = new Unsaved();
  const words = wordsOf(sheet);
  const form = new Form(sheet, { unsaved, words });
  const send = (codes, options) => post(sheet.dataset.autosave, form.bodyOf(codes), options);
  const saver = new Saver({ unsaved, send, page: form });
  form.use(saver);
  new Sender({ sheet, form, saver, unsaved, words, dock: form.dock });
  listens(sheet, form, saver);
  leaves(saver, unsaved);
  looksAround(sheet, form, saver);
  comesBack(form, saver);
  keeps(form, saver);
  byKeyboard(sheet, form, saver);
  follow(form.map);
}

start(document.querySelector("form[data-autosave]"));
