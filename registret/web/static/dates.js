/* Dates are read back in words while they are typed, and stand in the field as they were understood when it is left.
   Reads what kernel/dates.py reads, which decides: tests/dates.json holds both to the same. */

const DAYS = [
  String.raw`(?<year>\d{4})(?<mark>[-/.])(?<month>\d{1,2})\k<mark>(?<day>\d{1,2})`,
  String.raw`(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)`,
  String.raw`(?<short>\d\d)-(?<month>\d\d)-(?<day>\d\d)`,
  String.raw`(?<short>\d\d)(?<month>\d\d)(?<day>\d\d)`,
  String.raw`(?<day>\d{1,2})(?<mark>[-/.])(?<month>\d{1,2})\k<mark>(?<year>\d{4})`,
  String.raw`(?<day>\d{1,2})/(?<month>\d{1,2})(?:[-/](?<short>\d\d))?`,
  String.raw`(?<day>\d{1,2})\s?(?<name>jan|feb|mar|apr|ma[jy]|jun|jul|aug|sep|o[kc]t|nov|dec)[a-z]*\.?`,
].map((pattern) => new RegExp(`^${pattern}(?=\\s|$)\\s*`));
const MONTHS = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"];
const ALSO = { may: "maj", oct: "okt" };
const RELATIVE = [
  [/^(?:i ?dag|today)(?=\s|$)\s*/, 0],
  [/^(?:i ?går|yesterday)(?=\s|$)\s*/, -1],
  [/^(?:i ?förrgår)(?=\s|$)\s*/, -2],
  [/^(?:i ?morgon|tomorrow)(?=\s|$)\s*/, 1],
];
const SAME_DAY = /^(?:samma dag|same day)(?=\s|$)\s*/;
const YEAR = /^(?<year>\d{4})(?=\s|$)\s*/;
const CLOCK = /^(?:kl|klockan|at)\b\.?\s*/;
const TIMES = [
  /^(?<hour>\d{1,2})[:.,](?<minute>\d\d)(?:[:.]\d\d)?$/,
  /^(?<hour>\d{1,2})(?<minute>\d\d)$/,
  /^(?<hour>\d\d)(?<minute>\d\d)\d\d$/,
  /^(?<hour>\d{1,2})$/,
];
const INVISIBLE = /[\0\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const MINUTE = 60000;
const DAY = 24 * 60 * MINUTE;

const two = (number) => String(number).padStart(2, "0");
const isoDay = (ms) => new Date(ms).toISOString().slice(0, 10);
const msOf = (iso) => Date.parse(`${iso}Z`);

function real(year, month, day) {
  const ms = Date.UTC(year, month - 1, day);
  const found = new Date(ms);
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === day && year > 0 ? isoDay(ms) : null;
}

function dated(parts, year, asked) {
  const { day, month, name, short } = parts;
  if (asked.fullYear && !year) return null;
  const thisYear = Number(asked.now.slice(0, 4));
  const number = year ? Number(year) : short ? 2000 + Number(short) : thisYear;
  const on = real(number, month ? Number(month) : MONTHS.indexOf(ALSO[name] || name) + 1, Number(day));
  const isGuess = !year && !short;
  const today = asked.now.slice(0, 10);
  if (isGuess && asked.reach === "past" && on > today) return null;
  if (isGuess && asked.reach === "coming" && on < today) return null;
  return on;
}

/* The day that a text begins with, what stands after it, and whether it is the arrival's; null if there is none. */
function dayOf(text, asked) {
  for (const [pattern, days] of RELATIVE) {
    const match = text.match(pattern);
    if (match) {
      const today = msOf(`${asked.now.slice(0, 10)}T00:00`);
      return { on: isoDay(today + days * DAY), rest: text.slice(match[0].length) };
    }
  }
  const same = text.match(SAME_DAY);
  if (same) {
    return asked.arrived
      ? { on: asked.arrived.slice(0, 10), rest: text.slice(same[0].length), isArrival: true }
      : { on: null, rest: "" };
  }
  const match = DAYS.map((pattern) => text.match(pattern)).find(Boolean);
  if (!match) return null;
  const parts = match.groups;
  let { year } = parts;
  let rest = text.slice(match[0].length);
  const after = !year && !parts.short && rest.match(YEAR);
  if (after) {
    const left = rest.slice(after[0].length);
    const isNear = Math.abs(after.groups.year - asked.now.slice(0, 4)) <= 1;
    if (left || asked.kind === "day") [year, rest] = [after.groups.year, left];
    else if (isNear) return { on: null, rest };
  }
  const on = dated(parts, year, asked);
  const isWhole = year || parts.short || !asked.fullYear;
  return { on, rest, isUnreal: on === null && asked.reach === "any" && Boolean(isWhole) };
}

function clockOf(text) {
  const plain = text.replace(CLOCK, "");
  const match = TIMES.map((pattern) => plain.match(pattern)).find(Boolean);
  return match ? { hour: Number(match.groups.hour), minute: Number(match.groups.minute || 0) } : null;
}

function isWithin(on, asked) {
  const today = asked.now.slice(0, 10);
  if (asked.reach === "past" && on > today) return false;
  if (asked.reach === "coming" && on < today) return false;
  return on >= (asked.earliest || "1900-01-01") && on <= (asked.latest || "2199-12-31");
}

/* The clock goes from two to three in the night of the last Sunday in March. */
function isSkipped(on, hour) {
  const day = new Date(msOf(`${on}T00:00`));
  return hour === 2 && day.getUTCMonth() === 2 && day.getUTCDay() === 0 && day.getUTCDate() > 24;
}

/* Why a text is not taken: `ahead` if its day is only to come, `early` if it is before what the field takes, `unreal`
   if the calendar has no such day, `timeless` if only the time lacks, `unread` if nothing is understood; empty if it
   is taken. */
export function troubleOf(written, asked) {
  if (!written.trim() || understood(written, asked)) return "";
  const anyDay = { ...asked, reach: "any" };
  if (asked.reach === "past" && understood(written, anyDay)) return "ahead";
  const found = dayOf(plain(written), anyDay);
  if (found?.isUnreal) return "unreal";
  if (found?.on < (asked.earliest || "1900-01-01")) return "early";
  return found?.on && !found.rest && asked.kind === "moment" ? "timeless" : "unread";
}

const plain = (written) =>
  written
    .replace(INVISIBLE, "")
    .toLowerCase()
    .trim()
    .replace(/\s+/g, " ")
    .replace(/(?<=\d)t(?=\d)/g, " ");

/* `2026-11-25`, or of a moment `2026-11-25T14:30`; null if the server would not take it. */
export function understood(written, asked) {
  const text = plain(written);
  let found = dayOf(text, asked);
  if (asked.kind === "day") return found?.on && !found.rest && isWithin(found.on, asked) ? found.on : null;
  if (!found && asked.arrived && asked.alone && text.length > 2) {
    found = { on: asked.arrived.slice(0, 10), rest: text, isArrival: true };
  }
  if (!found?.on || !isWithin(found.on, asked)) return null;
  const clock = clockOf(found.rest);
  if (!clock || clock.hour > 23 || clock.minute > 59 || isSkipped(found.on, clock.hour)) return null;
  const moment = `${found.on}T${two(clock.hour)}:${two(clock.minute)}`;
  if (asked.reach === "past" && moment > asked.now) return null;
  return found.isArrival && moment < asked.arrived ? null : moment;
}

const english = document.documentElement.lang === "en";
const language = english ? "en-GB" : "sv-SE";
const inDays = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const inNumbers = new Intl.RelativeTimeFormat(language);

function distance(days) {
  const size = Math.abs(days);
  const sign = Math.sign(days);
  if (size <= 31) return inDays.format(days, "day");
  const months = Math.max(1, Math.floor(size / 30.4375));
  if (months < 24) return inNumbers.format(sign * months, "month");
  return inNumbers.format(sign * Math.floor(months / 12), "year");
}

/* `onsdag 25 november 2026 kl. 14.30, i går` */
export function inWords(iso, now) {
  const [on, clock] = iso.split("T");
  const parts = { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" };
  const named = new Intl.DateTimeFormat(language, parts).formatToParts(msOf(`${on}T00:00`));
  const part = (type) => named.find((one) => one.type === type).value;
  const day = `${part("weekday")} ${part("day")} ${part("month")} ${part("year")}`;
  const at = clock ? (english ? ` at ${clock}` : ` kl. ${clock.replace(":", ".")}`) : "";
  return `${day}${at}, ${distance(Math.round((msOf(`${on}T00:00`) - msOf(`${now.slice(0, 10)}T00:00`)) / DAY))}`;
}

export const askedOf = ({ dataset }) => ({
  kind: dataset.date,
  now: new Date(msOf(dataset.now) + performance.now()).toISOString().slice(0, 16),
  reach: dataset.reach,
  earliest: dataset.earliest,
  latest: dataset.latest,
  arrived: dataset.arrived,
  alone: "timeAlone" in dataset,
  fullYear: "fullYear" in dataset,
});

function readBack(input) {
  const asked = askedOf(input);
  const iso = understood(input.value, asked);
  document.getElementById(`${input.id}-last`).textContent = iso ? inWords(iso, asked.now) : "";
  return iso;
}

/* `put`: another script has filled the field. */
for (const kind of ["input", "put"]) {
  document.addEventListener(kind, ({ target }) => {
    if (target.matches?.("[data-date]")) readBack(target);
  });
}

/* Before others hear that the field was left: what is sent is what was understood, whatever day it is by then. */
document.addEventListener(
  "change",
  ({ target }) => {
    if (!target.matches?.("[data-date]")) return;
    const iso = readBack(target);
    if (iso) target.value = iso.replace("T", " ");
  },
  true,
);
