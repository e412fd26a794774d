// Rows as a table that stays quick: only what can be seen is in the page. Columns sort,
// a box filters, and a row opens to show its whole fields, which a phone needs.

import { button, counted, life, make } from "./dom.mjs";
import { brief, List, Members } from "./json.mjs";
import { tree } from "./tree.mjs";

const ROW_PX = 34;
const AROUND = 12;
const PRINTED = 2000;
const CELL = 200;
const MOST_FIELD = 100_000;
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/;

const shortly = (value) => (value === undefined ? "" : brief(value, CELL));

/** `rows` are lists of values, undefined where a row has no such column. */
export function table(name, columns, rows) {
  return new Table(name, columns, rows).element;
}

class Table {
  constructor(name, columns, rows) {
    Object.assign(this, { name, columns, rows, shown: rows, sorted: null, down: false });
    this.count = make("span", { class: "soft", role: "status" });
    this.body = make("tbody");
    this.heads = columns.map((column, n) => this.head(column, n));
    const head = make("tr", { "aria-rowindex": "1" }, make("th", { scope: "col", class: "n", text: "#" }), ...this.heads);
    this.grid = make("table", { "aria-label": name, "aria-colcount": String(columns.length + 1) }, make("thead", {}, head), this.body);
    this.window = make("div", { class: "rows", tabindex: "0", role: "region", "aria-label": `${name}, scrolls` }, this.grid);
    this.row = make("div", { class: "row-whole", hidden: true });
    this.window.addEventListener("scroll", () => this.later(), { passive: true });
    this.body.addEventListener("click", (event) => this.open(event.target.closest("tr")));
    this.element = make("div", { class: "table" }, this.bar(), this.window, this.row);
    // Its height is known once it stands in the page.
    new ResizeObserver(() => this.later()).observe(this.window);
    this.printing();
    this.draw();
  }

  bar() {
    const find = make("input", { type: "search", "aria-label": `Filter the rows of ${this.name}`, placeholder: "Filter rows", autocomplete: "off", spellcheck: "false" });
    let waiting = 0;
    find.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.filter(find.value), 120);
    });
    return make("div", { class: "bar" }, find, this.count);
  }

  head(column, n) {
    const press = button(column, () => this.sort(n), { class: "sort" });
    return make("th", { scope: "col" }, press);
  }

  filter(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    this.texts ??= new WeakMap();
    this.shown = words.length ? this.inOrder().filter((row) => words.every((word) => this.textOf(row).includes(word))) : this.inOrder();
    this.window.scrollTop = 0;
    this.draw();
  }

  textOf(row) {
    if (!this.texts.has(row)) this.texts.set(row, Array.from(row, (value) => (value === undefined ? "" : brief(value, 2000))).join("\n").toLowerCase());
    return this.texts.get(row);
  }

  inOrder() {
    return this.order ?? this.rows;
  }

  sort(n) {
    this.down = this.sorted === n && !this.down;
    this.sorted = n;
    this.heads.forEach((head, at) => (at === n ? head.setAttribute("aria-sort", this.down ? "descending" : "ascending") : head.removeAttribute("aria-sort")));
    const keyed = this.rows.map((row, at) => [shortly(row[n]), at, row]);
    const isNumeric = keyed.every(([text]) => !text || NUMBER.test(text));
    const collator = new Intl.Collator("en");
    const side = this.down ? -1 : 1;
    // Empty fields come last either way; equal ones stay in their order.
    keyed.sort(([a, i], [b, j]) => (!a || !b ? Number(!a) - Number(!b) : side * (isNumeric ? a - b : collator.compare(a, b))) || i - j);
    const seen = new Set(this.shown);
    this.order = keyed.map(([, , row]) => row);
    this.shown = this.order.filter((row) => seen.has(row));
    this.draw();
  }

  later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw(all = false) {
    const total = this.shown.length;
    const fits = Math.ceil((this.window.clientHeight || 480) / ROW_PX);
    const top = all ? 0 : Math.min(Math.floor(this.window.scrollTop / ROW_PX), Math.max(total - fits, 0));
    const from = Math.max(top - AROUND, 0);
    const until = Math.min(all ? PRINTED : top + fits + AROUND, total);
    this.numbers ??= new Map(this.rows.map((row, n) => [row, n + 1]));
    const rows = this.shown.slice(from, until).map((row, n) => this.line(row, from + n));
    this.body.replaceChildren(space(from), ...rows, space(all ? 0 : total - until));
    this.grid.setAttribute("aria-rowcount", String(total + 1));
    const few = total === this.rows.length ? "" : ` of ${this.rows.length.toLocaleString("en")}`;
    const said = total ? `${total.toLocaleString("en")}${few} ${this.rows.length === 1 ? "row" : "rows"}` : "No row matches.";
    if (this.count.textContent !== said) this.count.textContent = said;
  }

  line(row, at) {
    const n = this.numbers.get(row);
    const press = button(n.toLocaleString("en"), () => {}, { class: "n", "aria-label": `Show row ${n} whole` });
    const cells = this.columns.map((_, at) => make("td", {}, make("bdi", { text: shortly(row[at]) })));
    return make("tr", { "aria-rowindex": String(at + 2), "data-at": String(at) }, make("th", { scope: "row", class: "n" }, press), ...cells);
  }

  open(line) {
    const row = this.shown[Number(line?.dataset.at ?? -1)];
    if (!row || String(getSelection())) return;
    const list = make("dl");
    this.columns.forEach((column, n) => {
      if (row[n] !== undefined) list.append(make("dt", {}, make("bdi", { text: column })), make("dd", {}, wholeField(row[n], column)));
    });
    const title = make("h4", { tabindex: "-1", text: `Row ${this.numbers.get(row).toLocaleString("en")}` });
    const close = button("Close", () => {
      this.row.hidden = true;
      this.body.querySelector(`tr[data-at="${line.dataset.at}"] button`)?.focus();
    });
    this.row.replaceChildren(make("header", {}, title, close), list);
    this.row.hidden = false;
    this.row.scrollIntoView({ block: "nearest" });
    title.focus({ preventScroll: true });
  }

  printing() {
    addEventListener("beforeprint", () => this.draw(true), { signal: life.signal });
    addEventListener("afterprint", () => this.draw(), { signal: life.signal });
  }
}

function wholeField(value, name) {
  if (value instanceof List || value instanceof Members) return tree(value, name);
  const text = typeof value === "string" ? value : brief(value);
  const rest = text.length - MOST_FIELD;
  return make("bdi", { text: rest > 0 ? `${text.slice(0, MOST_FIELD)}… ${counted(rest, "more character")}: save the file to see them` : text });
}

function space(rows) {
  const cell = make("tr", { class: "space", "aria-hidden": "true" });
  // Past some 30 million pixels browsers stop counting; such rows are found by the filter.
  cell.style.height = `${Math.min(rows * ROW_PX, 15_000_000)}px`;
  return cell;
}
