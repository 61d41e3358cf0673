/* Fields to search in (ARIA combobox with a list box). Each of them works without this script. */

const plain = (text) => text.toLocaleLowerCase("sv").trim();

function made(name, fields) {
  return Object.assign(document.createElement(name), fields);
}

function chevron() {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("class", "i");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.append(document.createElementNS(space, "path"));
  picture.firstChild.setAttribute("d", "M6 9l6 6 6-6");
  return picture;
}

function asItem(option, id) {
  const item = made("li", { id, role: "option", textContent: option.title });
  item.setAttribute("aria-selected", "false");
  if (option.group) item.append(" ", made("small", { textContent: option.group }));
  return item;
}

/* `find(all)` returns the options that fit what is typed, or all of them, or a promise of these. An option has a
   `title` and may have a `group`. `choose(option)` is called when one is chosen, `leave()` when the field is left. */
function combobox(input, { label, find, choose, leave = () => {} }) {
  const box = made("div", { className: "combo" });
  const list = made("ul", { className: "combo-list", id: `${input.id}-lista`, role: "listbox", hidden: true });
  let shown = [];
  let at = -1;
  let turn = 0;

  const close = () => {
    turn += 1;
    at = -1;
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const take = (option) => {
    close();
    choose(option);
  };
  const mark = (to) => {
    at = shown.length ? (to + shown.length) % shown.length : -1;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    const item = list.children[at];
    if (!item) return;
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  };
  const show = (options) => {
    shown = options;
    list.replaceChildren(...options.map((option, i) => asItem(option, `${list.id}-${i}`)));
    list.hidden = shown.length === 0;
    at = -1;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  };
  const open = async (all) => {
    turn += 1;
    const mine = turn;
    const options = find(all);
    const found = options instanceof Promise ? await options : options;
    if (mine === turn) show(found);
  };
  const arrow = async (step) => {
    if (list.hidden) await open(!input.value);
    mark(at < 0 && step < 0 ? -1 : at + step);
  };

  input.before(box);
  box.append(input, chevron(), list);
  list.setAttribute("aria-label", label);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (place >= 0) take(shown[place]);
  });
  input.addEventListener("click", () => {
    input.select();
    open(true);
  });
  input.addEventListener("blur", () => {
    close();
    leave();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      arrow(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      if (at >= 0) take(shown[at]);
      else if (shown.length === 1) take(shown[0]);
      else close();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  return { box, open };
}

const matching = (options, typed) => {
  const words = plain(typed).split(/\s+/);
  return options.filter((option) => words.every((word) => option.words.includes(word)));
};

/* A long list: the list itself stays the form's field. */
function ofSelect(select) {
  const options = [...select.options].filter((option) => option.value).map((option) => {
    const group = option.parentElement.label || "";
    return { value: option.value, title: option.textContent, group, words: plain(`${option.textContent} ${group}`) };
  });
  const chosen = select.selectedOptions[0];
  const label = select.labels[0].textContent;
  const none = made("p", { className: "small soft", role: "status" });
  /* It has a name so that what was typed is still there on a page with errors. */
  const input = made("input", {
    id: select.id,
    name: `${select.name}_typed`,
    type: "text",
    autocomplete: "off",
    value: chosen?.value ? chosen.textContent : select.dataset.typed || "",
  });
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
  }
  select.id = `${select.id}-val`;
  select.hidden = true;
  select.after(input);

  const fitting = () => matching(options, input.value);
  const tell = () => {
    none.textContent = plain(input.value) && !select.value && !fitting().length ? select.dataset.search : "";
  };
  const choose = (option) => {
    select.value = option.value;
    input.value = option.title;
    tell();
  };
  const leave = () => {
    const found = plain(input.value) && !select.value ? fitting() : [];
    const same = found.filter((option) => plain(option.title) === plain(input.value));
    if (same.length === 1) choose(same[0]);
    else if (found.length === 1) choose(found[0]);
  };
  const { box, open } = combobox(input, {
    label,
    find: (all) => (all || select.value ? options : fitting()),
    choose,
    leave,
  });
  box.after(none);
  input.addEventListener("input", () => {
    select.value = "";
    open(false);
    tell();
  });
}

/* Codes of a list that the server searches in: what is typed stays the answer, whether a name was found or not. */
function ofCodes(input) {
  const { codes, within, none } = input.dataset;
  const several = input.hasAttribute("data-several");
  const named = document.getElementById(`${input.id}-namn`);
  const known = new Map();
  let timer = 0;

  const typed = () => (several ? input.value.split(/[\s,;]+/).at(-1) : input.value.trim());
  const asked = async (text) => {
    if (!known.has(text)) {
      /* In the body: addresses are logged. */
      const body = new FormData();
      body.set("csrfmiddlewaretoken", input.form.elements.csrfmiddlewaretoken.value);
      body.set("inom", within);
      body.set("q", text);
      const answer = await fetch(codes, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!answer.ok) return [];
      const found = (await answer.json()).codes;
      known.set(text, found.map(({ code, name }) => ({ title: code, group: name })));
    }
    return known.get(text);
  };
  /* Without a network there is nothing to choose from, and the code can be written all the same. */
  const search = (text) => asked(text).catch(() => []);
  const put = (code) => {
    const before = several ? input.value.split(/[\s,;]+/).slice(0, -1) : [];
    input.value = [...before, code].join(" ");
  };
  const leave = async () => {
    const text = typed();
    const bare = (code) => plain(code).replaceAll(".", "");
    const same = text ? (await search(text)).find((option) => bare(option.title) === bare(text)) : undefined;
    if (text !== typed()) return;
    if (same && !several) {
      put(same.title);
      named.textContent = same.group;
    }
  };
  const { open } = combobox(input, {
    label: input.labels[0].textContent,
    find: (all) => search(all ? "" : typed()),
    choose: (option) => {
      put(option.title);
      named.textContent = several ? `${option.title} ${option.group}` : option.group;
      for (const kind of ["input", "change"]) input.dispatchEvent(new CustomEvent(kind, { bubbles: true }));
    },
    leave,
  });
  input.addEventListener("input", (event) => {
    if (event instanceof CustomEvent) return;
    /* Every code has a digit: words are a search, and nobody is told while searching that they are no code. */
    if (!/\d/.test(typed())) event.stopPropagation();
    clearTimeout(timer);
    named.textContent = "";
    timer = setTimeout(async () => {
      const text = typed();
      if (!text) return;
      if (!(await search(text)).length && text === typed()) named.textContent = none;
      if (document.activeElement === input) open(false);
    }, 150);
  });
}

document.querySelectorAll("select[data-search]").forEach(ofSelect);
document.querySelectorAll("input[data-codes]").forEach(ofCodes);

/* Many options behind a fold: a field that ticks what it finds replaces the fold. What is ticked stands in the row. */
const MANY = 10;

function ofFold(fold) {
  const labels = [...fold.querySelectorAll("label")];
  const boxes = labels.map((label) => label.querySelector("input"));
  if (labels.length < MANY || boxes.some((box) => box.disabled)) return;
  const title = fold.querySelector("summary").textContent.trim();
  const input = made("input", { id: `${boxes[0].name}-fler`, type: "text", autocomplete: "off" });
  const label = made("label", { className: "small", htmlFor: input.id, textContent: title });
  const options = labels.map((one, i) => {
    const name = one.textContent.trim();
    return { title: name, box: boxes[i], words: plain(name) };
  });
  const row = fold.parentElement;
  for (const one of labels) one.classList.add("other");
  fold.before(...labels);
  fold.remove();
  const place = made("div", { className: "more" });
  place.append(label, input);
  row.after(place);
  const left = () => options.filter(({ box }) => !box.checked);
  const { open } = combobox(input, {
    label: title,
    find: (all) => (all ? left() : matching(left(), input.value)),
    choose: ({ box }) => {
      input.value = "";
      box.checked = true;
      for (const kind of ["input", "change"]) box.dispatchEvent(new Event(kind, { bubbles: true }));
    },
  });
  /* What is searched for is no answer. */
  input.addEventListener("change", (event) => event.stopPropagation());
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    open(!input.value);
  });
}

document.querySelectorAll(".chips > details").forEach(ofFold);
