// Elements made from text. Nothing here, or anywhere on the page, turns text into markup.

/** Ends when what was opened is cleared: nothing that still listens may hold it. */
export const life = new AbortController();

export const byId = (id) => document.getElementById(id);

/** Make an element. `given`: attributes; `class` and `text`; `on` = listeners by name. */
export function make(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  const { text, on = {}, class: named, ...attributes } = given;
  if (named) made.className = named;
  if (text !== undefined) made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, hear] of Object.entries(on)) made.addEventListener(name, hear);
  made.append(...inside);
  return made;
}

export function button(text, press, given = {}) {
  return make("button", { type: "button", class: "small", text, on: { click: press }, ...given });
}

/** Show one part of the page, and let a screen reader begin there. */
export function show(part) {
  for (const one of document.querySelectorAll("main > [data-part]")) one.hidden = one.id !== part;
  byId(part).querySelector("h2[tabindex]")?.focus();
}

const SIZES = ["bytes", "KiB", "MiB", "GiB"];

export function sized(bytes) {
  let [n, unit] = [bytes, 0];
  while (n >= 1024 && unit < SIZES.length - 1) [n, unit] = [n / 1024, unit + 1];
  return `${n.toLocaleString("en", { maximumFractionDigits: unit ? 1 : 0 })} ${SIZES[unit]}`;
}

export const counted = (n, one, many = `${one}s`) => `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

const TIME = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

/** A moment in the reader's own zone; text that is no time stays as it is. */
export function moment(text) {
  const found = new Date(text);
  return Number.isNaN(found.getTime()) ? String(text) : found.toLocaleString(undefined, TIME);
}
