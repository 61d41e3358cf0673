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
