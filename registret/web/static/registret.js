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

/* A long list becomes a field to search in (ARIA combobox with a list box). The list itself stays the form's field. */
const plain = (text) => text.toLocaleLowerCase("sv").trim();

function searchable(select) {
  const options = [...select.options].filter((o) => o.value).map((o) => ({
    value: o.value, title: o.textContent, group: o.parentElement.label || "", words: plain(`${o.textContent} ${o.parentElement.label || ""}`),
  }));
  const box = document.createElement("div");
  const input = document.createElement("input");
  const list = document.createElement("ul");
  box.className = "combo";
  list.className = "combo-list";
  list.id = `${select.id}-lista`;
  list.role = "listbox";
  list.setAttribute("aria-label", select.labels[0].textContent);
  list.hidden = true;
  /* It has a name so that what was typed is still there on a page with errors. */
  Object.assign(input, { id: select.id, name: `${select.name}_typed`, type: "text", autocomplete: "off", role: "combobox", value: select.selectedOptions[0]?.value ? select.selectedOptions[0].textContent : select.dataset.typed || "" });
  for (const [name, value] of [["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) input.setAttribute(name, value);
  for (const name of ["aria-describedby", "aria-invalid"]) if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  select.id = `${select.id}-val`;
  select.hidden = true;
  const none = document.createElement("p");
  none.className = "small soft";
  none.role = "status";
  const chevron = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  chevron.setAttribute("class", "i");
  chevron.setAttribute("viewBox", "0 0 24 24");
  chevron.setAttribute("aria-hidden", "true");
  chevron.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  chevron.firstChild.setAttribute("d", "M6 9l6 6 6-6");
  select.after(box);
  box.append(input, chevron, list);
  box.after(none);
  let shown = [], at = -1;

  const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); at = -1; };
  const matching = () => { const words = plain(input.value).split(/\s+/); return options.filter((o) => words.every((w) => o.words.includes(w))); };
  const tell = () => { none.textContent = plain(input.value) && !select.value && !matching().length ? select.dataset.search : ""; };
  const choose = (option) => { select.value = option.value; input.value = option.title; tell(); close(); };
  const mark = (to) => {
    at = shown.length ? (to + shown.length) % shown.length : -1;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    const item = list.children[at];
    if (item) { input.setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
  };
  const open = (all) => {
    shown = all ? options : matching();
    list.replaceChildren(...shown.map((o, i) => {
      const item = document.createElement("li");
      const group = document.createElement("small");
      Object.assign(item, { id: `${list.id}-${i}`, role: "option", textContent: o.title });
      item.setAttribute("aria-selected", "false");
      group.textContent = o.group;
      item.append(group);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(o); });
      return item;
    }));
    list.hidden = shown.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    at = -1;
  };
  input.addEventListener("input", () => { select.value = ""; open(false); tell(); });
  input.addEventListener("click", () => { input.select(); open(true); });
  input.addEventListener("blur", () => {
    const found = plain(input.value) && !select.value ? matching() : [];
    const same = found.filter((o) => plain(o.title) === plain(input.value));
    if (same.length === 1) choose(same[0]); else if (found.length === 1) choose(found[0]);
    close();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open(!!select.value || !input.value);
      mark(event.key === "ArrowDown" ? at + 1 : at < 0 ? -1 : at - 1);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (at >= 0) choose(shown[at]); else if (shown.length === 1) choose(shown[0]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
}
document.querySelectorAll("select[data-search]").forEach(searchable);

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

/* Idle: the server decides; the page warns. Another tab's clicks count, so the page asks before it warns. */
const idle = document.getElementById("idle");
if (idle) {
  const { idle: whole, warn, back } = document.body.dataset;
  const words = idle.querySelector("[data-left]");
  const left = async () => {
    const answer = await fetch("/session", { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).left : 0;
  };
  const later = (seconds) => setTimeout(look, Math.max(1, seconds) * 1000);
  const look = async () => {
    let seconds;
    try { seconds = await left(); } catch { return later(15); }
    if (seconds <= 0) return location.assign(back);
    if (seconds > Number(warn)) { idle.close(); return later(seconds - Number(warn)); }
    if (!idle.open) idle.showModal();
    words.textContent = seconds > 60 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`;
    return later(Math.min(seconds, 10));
  };
  later(Number(whole) - Number(warn));
  const goOn = async (event) => {
    event.preventDefault();
    const form = idle.querySelector("form");
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    idle.close();
    if (!answer.ok) location.assign(back);
  };
  idle.addEventListener("submit", goOn);
  idle.addEventListener("cancel", goOn);
}

/* While somebody works: asks the card host that was used whether the card is still in. The server locks the session when
   it is not; the page only hides what it showed. One tab asks for all, and no click puts the next question off. */
const { probe, every } = document.body.dataset;
const cardNow = async (address) => {
  const answer = await fetch(address, { credentials: "include", cache: "no-store", referrerPolicy: "no-referrer" });
  return answer.ok ? (await answer.json()).card : null;
};
if (probe) {
  const tabs = new BroadcastChannel("kort");
  const hide = () => { document.body.hidden = true; location.replace(document.body.dataset.back); };
  const sleep = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
  const look = async () => {
    localStorage.setItem("kort", Date.now());
    const card = await cardNow(probe);
    if (card !== "none" && card !== "other") return;
    tabs.postMessage("ute");
    hide();
  };
  tabs.onmessage = hide;
  navigator.locks.request("kort", async () => {
    for (let failures = 0; !document.body.hidden;) {
      const since = (Date.now() - Number(localStorage.getItem("kort") || 0)) / 1000;
      const wait = failures ? Math.min(2 ** failures, Number(every)) : Number(every) - since;
      if (wait > 0) await sleep(Math.min(wait, Number(every)));
      /* A card that leaves in the middle of an answer looks like a network that is gone: ask again soon. */
      try { await look(); failures = 0; } catch { failures += 1; }
    }
  });
  /* Timers sleep in a tab that nobody sees. */
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look().catch(() => {}); });
  /* "Back" must not show what was hidden. */
  addEventListener("pagehide", (event) => { if (event.persisted) document.body.hidden = true; });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

/* After logging out: asks the card host that was used, every other second, whether the card is still in. */
const watch = document.getElementById("kortvakt");
/* The address is nobody's business but this page's: out of sight, and kept for when the page is loaded again. */
if (watch && location.hash.startsWith("#https://")) history.replaceState({ probe: location.hash.slice(1) }, "", location.pathname);
const atDoor = watch && history.state?.probe;
if (atDoor) {
  const until = Date.now() + 15 * 60 * 1000;
  const show = (state) => {
    watch.closest("main").classList.toggle("out", state === "ute");
    for (const name of ["okant", "inne", "ute"]) {
      for (const part of watch.querySelectorAll(`div.kort-${name}, span.kort-${name}`)) part.hidden = name !== state;
    }
  };
  const ask = async () => {
    const asked = Date.now();
    try {
      const card = await cardNow(atDoor);
      if (!card) return;
      show(card === "none" ? "ute" : "inne");
      if (card === "none") return;
    } catch { /* The network is gone for a moment: the page keeps what it last knew. */ }
    /* Some cards want their PIN for each answer. Whoever has logged out is not asked for it again and again. */
    if (Date.now() - asked > 5000) { show("okant"); return; }
    if (Date.now() < until) setTimeout(ask, 2000);
  };
  ask();
}
