/* The list of sections follows: it marks the one that is being read. */

const LINE = 0.35;

/* The last section that begins above the line at which people read; at the foot of the page the last of all. */
export function currentOf(tops, { height, atFoot }) {
  if (atFoot) return tops.length - 1;
  return Math.max(0, tops.findLastIndex((top) => top <= height * LINE));
}

function mark(map, line) {
  for (const link of map.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
  line.querySelector("a").setAttribute("aria-current", "true");
  const list = line.parentElement;
  list.scrollLeft += line.getBoundingClientRect().left - list.getBoundingClientRect().left - list.clientWidth / 3;
}

export function follow(map) {
  let current = null;
  let asked = false;
  const look = () => {
    asked = false;
    const lines = [...map.querySelectorAll("[data-part]:not([hidden])")];
    const tops = lines.map((line) => document.getElementById(`a-${line.dataset.part}`).getBoundingClientRect().top);
    const atFoot = scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
    const line = lines[currentOf(tops, { height: innerHeight, atFoot })];
    if (line && line !== current) mark(map, line);
    current = line;
  };
  const soon = () => {
    if (!asked) requestAnimationFrame(look);
    asked = true;
  };
  for (const kind of ["scroll", "resize"]) addEventListener(kind, soon, { passive: true });
  look();
}
