// A JSON value as a tree: closed branches cost nothing, long lists come in parts.
// Keys as in the tree pattern of ARIA's authoring practices: arrows, Home, End, Enter.

import { counted, make } from "./dom.mjs";
import { brief, List, Members, Numeral } from "./json.mjs";

const AT_ONCE = 100;
const LONG = 160;
const MOST_TEXT = 200_000;
const OPEN_AT_START = 80;

export function tree(value, name) {
  const top = make("ul", { role: "tree", class: "tree", "aria-label": name });
  const first = branch(null, value, 1);
  top.append(first);
  first.tabIndex = 0;
  openUpTo(first, OPEN_AT_START);
  top.addEventListener("keydown", (event) => onKey(event, top));
  top.addEventListener("click", (event) => onClick(event, top));
  return top;
}

// What an item shows once it is opened; kept beside the element, not in it.
const inside = new WeakMap();
const sizes = new WeakMap();

function branch(name, value, level) {
  const line = make("span", { class: "line" });
  const item = make("li", { role: "treeitem", tabindex: "-1", "aria-level": String(level) }, line);
  if (name !== null) line.append(make("bdi", { class: "key", text: name }), make("span", { class: "colon", text: ": " }));
  const holds = value instanceof List || value instanceof Members;
  if (holds && value.items.length) {
    const what = counted(value.items.length, value instanceof List ? "item" : "member");
    line.append(make("span", { class: "size", text: what }), make("bdi", { class: "soft brief", text: brief(value) }));
    fold(item, () => parts(value, 0, level + 1));
    sizes.set(item, value.items.length);
  } else if (typeof value === "string" && (value.length > LONG || value.includes("\n"))) {
    const rest = make("bdi", { class: "text", text: `${value.slice(0, LONG)}…` });
    line.append(make("span", { class: "size", text: counted(value.length, "character") }), rest);
    fold(item, () => [whole(value, level + 1)]);
  } else line.append(scalar(value));
  return item;
}

function scalar(value) {
  if (value instanceof Numeral || typeof value === "number") return make("span", { class: "number", text: brief(value) });
  if (typeof value === "string") return make("bdi", { class: "text", text: value === "" ? "(empty text)" : value });
  if (value instanceof List) return make("span", { class: "soft", text: "no items" });
  if (value instanceof Members) return make("span", { class: "soft", text: "no members" });
  return make("span", { class: "word", text: String(value) });
}

function whole(text, level) {
  const rest = text.length - MOST_TEXT;
  const shown = make("pre", { text: rest > 0 ? text.slice(0, MOST_TEXT) : text });
  if (rest > 0) shown.append(make("em", { text: `\n… ${counted(rest, "more character")}: save the file to see them` }));
  return make("li", { role: "treeitem", tabindex: "-1", "aria-level": String(level) }, shown);
}

function parts(value, from, level) {
  const until = Math.min(from + AT_ONCE, value.items.length);
  const made = [];
  for (let n = from; n < until; n += 1) {
    made.push(branch(value instanceof List ? String(n) : value.names[n], value.items[n], level));
  }
  if (until < value.items.length) made.push(more(value, until, level));
  return made;
}

function more(value, from, level) {
  const left = value.items.length - from;
  const text = `Show ${Math.min(left, AT_ONCE)} more of ${left.toLocaleString("en")}`;
  const item = make("li", { role: "treeitem", tabindex: "-1", class: "more", "aria-level": String(level) }, make("span", { class: "line", text }));
  inside.set(item, () => {
    const next = parts(value, from, level);
    item.replaceWith(...next);
    return next[0];
  });
  return item;
}

function fold(item, contents) {
  item.setAttribute("aria-expanded", "false");
  inside.set(item, contents);
}

function turn(item, open) {
  if (!item.hasAttribute("aria-expanded")) return;
  item.setAttribute("aria-expanded", String(open));
  const group = item.querySelector(":scope > ul");
  if (open && !group) item.append(make("ul", { role: "group" }, ...inside.get(item)()));
  else if (group) group.hidden = !open;
}

// Open level by level as long as what shows stays short; long texts stay closed.
function openUpTo(first, most) {
  let [level, shown] = [[first], 1];
  while (level.length) {
    const next = [];
    for (const item of level) {
      const size = sizes.get(item) ?? Infinity;
      if (shown + size > most) continue;
      shown += size;
      turn(item, true);
      next.push(...item.querySelectorAll(":scope > ul > li"));
    }
    level = next;
  }
}

function act(item) {
  if (item.classList.contains("more")) return move(inside.get(item)(), item);
  turn(item, item.getAttribute("aria-expanded") === "false");
}

function move(to, from) {
  if (!to) return;
  if (from) from.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}

function onClick(event, top) {
  const line = event.target.closest(".line");
  if (!line || String(getSelection())) return;
  const item = line.parentElement;
  top.querySelectorAll('[tabindex="0"]').forEach((one) => (one.tabIndex = -1));
  move(item, null);
  act(item);
}

function onKey(event, top) {
  const item = event.target.closest('[role="treeitem"]');
  if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
  const seen = () => [...top.querySelectorAll('[role="treeitem"]')].filter((one) => !one.closest("ul[hidden]"));
  const expanded = item.getAttribute("aria-expanded");
  const beside = (step) => {
    const all = seen();
    return all[all.indexOf(item) + step];
  };
  const keys = {
    ArrowDown: () => move(beside(1), item),
    ArrowUp: () => move(beside(-1), item),
    Home: () => move(seen()[0], item),
    End: () => move(seen().at(-1), item),
    ArrowRight: () => (expanded === "false" ? turn(item, true) : expanded && move(beside(1), item)),
    ArrowLeft: () => (expanded === "true" ? turn(item, false) : move(item.parentElement.closest("li"), item)),
    Enter: () => act(item),
    " ": () => act(item),
  };
  if (!Object.hasOwn(keys, event.key)) return;
  event.preventDefault();
  keys[event.key]();
}
