// What a file is and how it can be looked at: tree, table, plot, lines, or only saved.
// A bundle says it of each file; of anything else its content decides.

import { counted, make, sized } from "./dom.mjs";
import { List, Members, parseJson } from "./json.mjs";
import { lines } from "./lines.mjs";
import { table } from "./table.mjs";
import { tree } from "./tree.mjs";

const MOST_TREE = 32 * 1024 * 1024;
const MOST_SHOWN = 16 * 1024 * 1024;
const MOST_PLOT = 4 * 1024 * 1024;
const MOST_ROWS = 200_000;
const MOST_COLUMNS = 100;
const LOOKED_AT = 20;

/** Bytes as text, null where they are none. */
export function textIn(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The kind of a file that nobody told it of. */
export function kindOf(text) {
  const start = text.slice(0, 200_000).trimStart();
  const first = start.split(/\r?\n/, LOOKED_AT).filter((one) => one.trim());
  if (/^[[{]/.test(start)) {
    if (text.length <= MOST_TREE && tried(text) !== undefined) return "json";
    if (first.every((line) => tried(line) instanceof Members)) return "jsonl";
    return "text";
  }
  const wide = first.slice(0, -1).map((line) => recordsIn(line).next().value?.length ?? 0);
  return wide.length > 1 && wide[0] > 1 && wide.every((n) => n === wide[0]) ? "csv" : "text";
}

function tried(text) {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/**
 * The ways to look at a file, best first: [{label, build, note}].
 * `build` makes the element and may be slow; `note` says what it leaves out.
 */
export function waysOf(file) {
  if (file.type === "svg" && file.content.length <= MOST_PLOT) return [{ label: "Plot", build: () => plot(file) }, textWay(file)];
  const text = textIn(file.content);
  if (text === null) return [];
  const kind = ["json", "jsonl", "csv", "text"].includes(file.type) ? file.type : "text";
  // What is told to be text is shown as it stands first, JSON or not.
  if (kind === "text") return [textWay(file), ...(/^\s*[[{]/.test(text) ? jsonWays(file.name, text) : [])];
  const ways = { json: jsonWays, jsonl: jsonlWays, csv: csvWays }[kind](file.name, text);
  return [...ways, textWay(file)];
}

function textWay(file) {
  const cut = file.content.length > MOST_SHOWN;
  // The last character of a cut text may be cut too.
  const text = () => new TextDecoder().decode(cut ? file.content.subarray(0, MOST_SHOWN) : file.content);
  const note = cut ? `The first ${sized(MOST_SHOWN)} of ${sized(file.content.length)} are shown; save the file for all of it.` : "";
  return { label: "Text", build: () => lines(file.name, text()), note };
}

function jsonWays(name, text) {
  const value = text.length <= MOST_TREE ? tried(text) : undefined;
  if (value === undefined) return [];
  const asTree = { label: "Tree", build: () => tree(value, name) };
  const records = value instanceof List && value.items.length > 1 && value.items.every((one) => one instanceof Members);
  return records ? [asTree, rowsWay(name, value.items)] : [asTree];
}

function jsonlWays(name, text) {
  const sheet = new Sheet();
  let bad = 0;
  for (const line of linesIn(text)) {
    if (sheet.rows.length >= MOST_ROWS) break;
    const found = tried(line);
    if (found instanceof Members) sheet.add(found);
    else bad += 1;
  }
  if (!sheet.rows.length) return [];
  const note = bad ? `${counted(bad, "line")} ${bad === 1 ? "is" : "are"} no JSON object and only in the text.` : "";
  return [sheet.way(name, note)];
}

function* linesIn(text) {
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end < 0 ? text.length : end);
    if (line.trim()) yield line;
    at = end < 0 ? text.length : end + 1;
  }
}

// Rows under columns that come as they are met.
class Sheet {
  columns = new Map();
  rows = [];

  add(record) {
    const row = [];
    // Of a member that stands twice the first is shown; the text has both.
    record.names.forEach((key, n) => {
      if (!this.columns.has(key) && this.columns.size < MOST_COLUMNS) this.columns.set(key, this.columns.size);
      const at = this.columns.get(key);
      if (at !== undefined && row[at] === undefined) row[at] = record.items[n];
    });
    this.rows.push(row);
  }

  way(name, note = "") {
    const [columns, rows] = [[...this.columns.keys()], this.rows];
    return { label: "Table", build: () => table(name, columns, rows), note: withMost(note, rows.length) };
  }
}

function rowsWay(name, records) {
  const sheet = new Sheet();
  records.slice(0, MOST_ROWS).forEach((one) => sheet.add(one));
  return sheet.way(name);
}

const withMost = (note, n) => (n >= MOST_ROWS ? `${note} The first ${MOST_ROWS.toLocaleString("en")} rows are shown; save the file for all.`.trim() : note);

function csvWays(name, text) {
  const rows = [];
  for (const record of recordsIn(text)) {
    if (rows.length > MOST_ROWS) break;
    if (record.length > 1 || record[0]) rows.push(record);
  }
  const [head, ...body] = rows;
  if (!body.length) return [];
  const columns = head.slice(0, MOST_COLUMNS);
  const even = body.map((row) => columns.map((_, n) => row[n]));
  return [{ label: "Table", build: () => table(name, columns, even), note: withMost("", body.length) }];
}

/** Records of comma-separated values (RFC 4180), or of tab-separated ones. */
export function* recordsIn(text) {
  const end = text.indexOf("\n");
  const head = end < 0 ? text : text.slice(0, end);
  const mark = head.includes("\t") && !head.includes(",") ? "\t" : ",";
  const plain = mark === "," ? /[^,\r\n]*/y : /[^\t\r\n]*/y;
  let at = text.startsWith("\ufeff") ? 1 : 0;
  let record = [];
  while (at < text.length) {
    const [field, next] = text[at] === '"' ? quoted(text, at) : [null, at];
    plain.lastIndex = next;
    const rest = plain.exec(text)[0];
    record.push((field ?? "") + rest);
    at = plain.lastIndex;
    if (text[at] === mark) {
      at += 1;
      if (at < text.length) continue;
      record.push("");
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    yield record;
    record = [];
  }
}

function quoted(text, from) {
  let said = "";
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return [said + text.slice(at), text.length];
    said += text.slice(at, end);
    if (text[end + 1] !== '"') return [said, end + 1];
    said += '"';
    at = end + 2;
  }
}

// An SVG runs nothing and loads nothing as the source of an image; it is never inline.
function plot(file) {
  let binary = "";
  for (let at = 0; at < file.content.length; at += 8192) binary += String.fromCharCode(...file.content.subarray(at, at + 8192));
  const alt = file.says || `Plot ${file.name}`;
  return make("figure", { tabindex: "0", role: "group", "aria-label": `${file.name}, scrolls` }, make("img", { class: "plot", alt, src: `data:image/svg+xml;base64,${btoa(binary)}` }));
}
