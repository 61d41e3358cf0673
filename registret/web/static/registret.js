/* Everything here is a comfort: each page works without it. */
"use strict";

/* An error summary takes focus, so that the first thing read is what to mend. */
document.querySelector(".errs")?.focus();

/* On a telephone a menu is wider than the screen: where one is comes into sight, also when the window becomes that narrow. */
const intoSight = () => {
  for (const current of document.querySelectorAll(":is(.tabs, .steps) [aria-current]")) {
    const list = current.closest("ul, ol");
    list.scrollLeft += current.getBoundingClientRect().left - list.getBoundingClientRect().left - list.clientWidth / 4;
  }
};
intoSight();
matchMedia("(max-width: 40rem)").addEventListener("change", intoSight);

/* A dialog that the server has opened becomes a real one: focus stays inside, Escape means "Ändra". */
for (const dialog of document.querySelectorAll("dialog[data-modal]")) {
  dialog.close();
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    dialog.querySelector("[name=change]").click();
  });
}

/* A text to take along: one press instead of marking it. */
for (const button of document.querySelectorAll("[data-copy]")) {
  const status = button.parentElement.querySelector("[data-copied]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(field.value);
      status.textContent = status.dataset.copied;
    } catch { field.select(); }
  });
}

/* A form of an episode: what is written is saved on the server every few seconds and on leaving a field, never in the
   browser, for computers are shared. The server answers what is asked now, what is odd, and what scores come to. */
const sheet = document.querySelector("form[data-autosave]");
if (sheet) {
  const { autosave, saving, saved, offline, gone, again, refused, elsewhere, kept, news, unsaved, unsavedSeveral } = sheet.dataset;
  const status = sheet.querySelector("[data-status]");
  const says = document.createElement("span");
  const todo = status.querySelector("[data-todo]");
  let last = status.querySelector("[data-saved-at]").textContent;
  says.textContent = last;
  status.replaceChildren(says, document.createElement("br"), " ", todo);
  const at = sheet.querySelector("[name=base]");
  const changed = new Map();
  /* On the page and not on the server, until somebody mends or chooses: answers that cannot be, and those that somebody
     else has changed meanwhile. None of these is sent. What others changed in a field with focus waits until it is left. */
  const bad = new Set(), clash = new Map(), held = new Map();
  let timer = 0, running = false, failures = 0, stopped = false, turn = 0, asked = 0, deaf = false;
  const question = (code) => document.querySelector(`[data-q="${CSS.escape(code)}"]`);
  const inputs = (code) => sheet.querySelectorAll(`[name="${CSS.escape(code)}"]`);
  const unfold = (element) => { for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true; };
  const tell = (text, isBad) => { says.textContent = text; says.className = isBad ? "err" : ""; };
  const notSaved = () => [...sheet.querySelectorAll("[data-q]:not([hidden])")].map((field) => field.dataset.q).filter((code) => bad.has(code) || clash.has(code));
  const lead = (code) => {
    const field = question(code);
    unfold(field);
    (field.querySelector("input:checked") || field.querySelector("input, select")).focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  };
  const settle = () => {
    const left = notSaved();
    if (!left.length) { tell(last); return; }
    const link = document.createElement("a");
    Object.assign(link, { href: `#${left[0]}`, textContent: `${left.length} ${left.length === 1 ? unsaved : unsavedSeveral}` });
    link.addEventListener("click", (event) => { event.preventDefault(); lead(left[0]); });
    tell("", true);
    says.append(link);
  };
  /* What is said at a field is not said under the dock, and pushes nothing under it that somebody is writing in. */
  const liftOut = (field) => {
    for (const one of [field, document.activeElement?.closest("[data-q]")]) {
      const box = one?.getBoundingClientRect();
      if (box && box.bottom > status.parentElement.getBoundingClientRect().top && box.top < innerHeight) one.scrollIntoView({ block: "nearest" });
    }
  };

  /* "Unknown" and a value exclude each other; "None of them" and the others too. */
  const exclude = (target) => {
    for (const other of inputs(target.name)) {
      if (other === target || !target.value) continue;
      const apart = ["data-missing", "data-alone"].some((name) => target.hasAttribute(name) || other.hasAttribute(name));
      if (!apart || (target.type === "checkbox" && !target.checked)) continue;
      if (other.type === "checkbox") other.checked = false;
      else if (other.type !== "radio") { other.value = ""; other.dispatchEvent(new Event("put", { bubbles: true })); }
    }
  };
  const put = (code, texts) => {
    for (const input of inputs(code)) {
      if (input.type === "radio" || input.type === "checkbox") {
        input.checked = texts.includes(input.value);
        if (input.checked) unfold(input);
      }
      else {
        input.value = texts.find((text) => !text.startsWith("missing:"))?.replace("T", " ") ?? "";
        input.dispatchEvent(new Event("put", { bubbles: true }));
      }
    }
  };
  const mark = (code, kind, text) => {
    const field = question(code);
    if (kind === "changed" && text && !field.querySelector("[data-changed]")) {
      const made = sheet.querySelector("[data-line]").content.firstElementChild.cloneNode(true);
      made.id = `${code}-andrat`;
      field.querySelector("[data-odd]").after(made);
    }
    const line = field?.querySelector(`[data-${kind}]`);
    if (!line) return;
    line.hidden = !text;
    line.querySelector("span").textContent = text || "";
    if (text) unfold(field);
    if (kind === "fault") {
      field.classList.remove("is-left");
      field.classList.toggle("is-bad", !!text);
      for (const input of inputs(code)) if (text) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
    }
    const described = [...field.querySelectorAll(".hint, .err, .odd")].filter((one) => !one.hidden).map((one) => one.id).join(" ");
    const target = field.matches("fieldset") ? field : field.querySelector("input, select");
    if (described) target.setAttribute("aria-describedby", described); else target.removeAttribute("aria-describedby");
    if (text && kind === "fault") liftOut(field);
  };
  const adopt = (code, other) => {
    held.delete(code);
    put(code, other.texts);
    mark(code, "changed", other.changed);
  };
  const release = (code) => {
    clash.delete(code);
    question(code).querySelector("[data-choose]")?.remove();
    mark(code, "fault", "");
  };
  /* Two answers to one question: both are shown, and neither is written over the other before somebody has chosen. */
  const collide = (code, other, fault = "") => {
    const field = question(code);
    for (const kind of [held, changed, bad]) kind.delete(code);
    clash.set(code, other);
    mark(code, "changed", "");
    mark(code, "fault", `${other.clash} ${fault}`.trim());
    if (field.querySelector("[data-choose]")) return;
    const choice = sheet.querySelector("[data-choice]").content.firstElementChild.cloneNode(true);
    for (const button of choice.children) {
      button.setAttribute("aria-describedby", `${code}-fel`);
      button.addEventListener("click", () => {
        const theirs = clash.get(code);
        release(code);
        if (button.matches("[data-take]")) adopt(code, theirs);
        else { turn += 1; changed.set(code, turn); later(0); }
        settle();
        lead(code);
      });
    }
    field.querySelector("[data-fault]").after(choice);
    liftOut(field);
  };
  const inOrder = (texts) => String(texts.filter(Boolean).map((text) => text.replace("T", " ")).sort());
  const hear = (now) => {
    const heard = [];
    const written = new FormData(sheet);
    for (const [code, other] of Object.entries(now.others)) {
      if (inOrder(written.getAll(code)) === inOrder(other.texts)) { if (clash.has(code)) release(code); continue; }
      const mine = changed.has(code) || bad.has(code) || clash.has(code) || now.conflicts.includes(code);
      const isHere = question(code).contains(document.activeElement);
      if (mine) collide(code, other, now.faults[code]);
      else if (isHere) { held.set(code, other); mark(code, "changed", other.clash); }
      else adopt(code, other);
      if (!question(code).hidden) heard.push(`${other.label} ${mine || isHere ? other.clash : other.changed}`);
    }
    if (heard.length) sheet.querySelector("[data-heard]").textContent = heard.join(" ");
  };
  const show = (now, sent) => {
    at.value = now.version;
    for (const field of sheet.querySelectorAll("[data-q]")) field.hidden = !now.shown.includes(field.dataset.q);
    for (const block of sheet.querySelectorAll(".block")) block.hidden = !block.querySelector("[data-q]:not([hidden])");
    for (const code of sent) {
      if (now.faults[code]) bad.add(code); else bad.delete(code);
      if (!clash.has(code)) mark(code, "fault", now.faults[code]);
    }
    for (const [code, text] of Object.entries(now.odd)) mark(code, "odd", bad.has(code) ? "" : text);
    hear(now);
    for (const [code, score] of Object.entries(now.scores)) {
      const panel = sheet.querySelector(`[data-score="${CSS.escape(code)}"]`);
      const [output, unit] = [panel.querySelector("output"), panel.querySelector("[data-unit]")];
      output.textContent = score.value;
      output.classList.toggle("word", score.word);
      output.parentElement.classList.toggle("open", !score.counted);
      if (!unit) continue;
      panel.querySelector("[data-reading]").textContent = score.reading;
      unit.textContent = score.unit;
      unit.hidden = !score.unit;
    }
    for (const tag of document.querySelectorAll("[data-left]")) {
      const n = now.left[tag.dataset.left] || 0;
      tag.hidden = !n;
      tag.textContent = `${n} ${kept}`;
    }
    for (const [code, text] of Object.entries(now.told)) sheet.querySelector(`[data-told="${CSS.escape(code)}"]`).textContent = text;
    todo.textContent = now.closed ? "" : now.to_do;
    last = `${saved} ${now.saved}`;
    if (now.closed) { stopped = true; tell(now.closed, true); } else if (!changed.size) settle();
  };
  const bodyFor = () => {
    const body = new FormData();
    for (const name of ["csrfmiddlewaretoken", "visad", "base"]) body.append(name, sheet.querySelector(`[name=${name}]`).value);
    return body;
  };
  /* byItself: nobody has just done anything, so the session grows no younger by it. */
  const ask = async (address, body, byItself) => {
    const headers = { Accept: "application/json", ...(byItself && { "X-By-Itself": "1" }) };
    const answer = await fetch(address, { method: "POST", body, redirect: "error", headers });
    return { status: answer.status, now: answer.status === 200 ? await answer.json() : null };
  };
  const loggedOut = () => {
    stopped = true;
    tell(gone, true);
    const link = document.createElement("a");
    Object.assign(link, { href: document.body.dataset.back, textContent: again });
    says.append(" ", link);
  };
  const save = async () => {
    clearTimeout(timer);
    if (running || stopped || !changed.size) return;
    running = true;
    const sent = new Map(changed);
    const body = bodyFor();
    for (const code of sent.keys()) {
      body.append("changed", code);
      for (const text of new FormData(sheet).getAll(code)) body.append(code, text);
    }
    tell(saving);
    let answer = null;
    try { answer = await ask(autosave, body, failures > 0); } catch { /* The network is gone; what was typed stays on the page. */ }
    running = false;
    if (answer?.now) {
      failures = 0;
      deaf = false;
      for (const [code, when] of sent) if (changed.get(code) === when) changed.delete(code);
      show(answer.now, sent.keys());
      if (changed.size) later(300);
    } else if (answer && (answer.status === 401 || answer.status === 423)) {
      loggedOut();
    } else if (answer && answer.status < 500) {
      /* Another person or seat: whoever goes back to the former one writes on, and leaving loses what was typed. */
      const isElsewhere = answer.status === 412;
      stopped = !isElsewhere;
      tell(isElsewhere ? elsewhere : refused, true);
    } else {
      failures += 1;
      tell(offline, true);
      later(Math.min(1000 * 2 ** failures, 15000));
    }
  };
  const later = (wait) => { clearTimeout(timer); timer = setTimeout(save, wait); };
  const note = (event) => {
    const { target } = event;
    if (!target.name || target.type === "hidden") return;
    exclude(target);
    if (held.has(target.name)) collide(target.name, held.get(target.name));
    if (clash.has(target.name)) { settle(); return; }
    mark(target.name, "changed", "");
    turn += 1;
    changed.set(target.name, turn);
    later(event.type === "change" ? 100 : 2000);
  };
  sheet.addEventListener("input", note);
  sheet.addEventListener("change", note);
  sheet.addEventListener("focusout", (event) => {
    for (const [code, other] of held) if (!question(code).contains(event.relatedTarget)) adopt(code, other);
  });
  /* The form is sent: the server gets all of it, so first it is chosen what is not to be written over. */
  sheet.addEventListener("submit", (event) => {
    const open = stopped ? null : notSaved().find((code) => clash.has(code));
    if (open) { event.preventDefault(); lead(open); return; }
    for (const [code, other] of [...held, ...clash]) adopt(code, other);
    for (const kind of [changed, bad, clash]) kind.clear();
    clearTimeout(timer);
  });
  addEventListener("beforeunload", (event) => { if ((changed.size || notSaved().length) && !stopped) { save(); event.preventDefault(); } });
  addEventListener("online", () => later(0));

  /* What others write is asked for while the page is looked at; after a no, not before something could be saved again. */
  const look = async () => {
    if (running || stopped || deaf || document.hidden || Date.now() - asked < 2000) return;
    asked = Date.now();
    running = true;
    let answer = null;
    try { answer = await ask(news, bodyFor(), true); } catch { /* The network is gone; whoever writes is told. */ }
    running = false;
    if (answer?.now) show(answer.now, []);
    else if (answer && answer.status >= 400 && answer.status < 500) {
      deaf = true;
      if (answer.status === 401 || answer.status === 423) loggedOut();
    }
    if (changed.size && !failures) later(300);
  };
  setInterval(look, 15000);
  addEventListener("focus", look);
  document.addEventListener("visibilitychange", look);

  /* A page that came back from the server with answers that it did not keep. */
  for (const field of sheet.querySelectorAll(".is-bad")) {
    const code = field.dataset.q, { theirs } = field.dataset;
    if (theirs) collide(code, { texts: JSON.parse(theirs), changed: "", clash: field.querySelector("[data-fault] span").textContent });
    else bad.add(code);
  }
  if (notSaved().length) settle();
}
