// JSON read without losing anything: numbers keep their digits, and a member that stands
// twice is there twice. JSON.parse rounds long ids and hides all but the last.
//
// No recursion, so depth is harmless; keys lie in lists, so no key is special. Grammar:
// RFC 8259.

export class Numeral {
  constructor(text) {
    this.text = text;
  }
}
export class List {
  items = [];
}
export class Members {
  names = [];
  items = [];

  get(name) {
    const n = this.names.indexOf(name);
    return n < 0 ? undefined : this.items[n];
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS = { t: ["true", true], f: ["false", false], n: ["null", null] };
// What a string cannot simply be cut out with: escapes, and what must be one.
const NOT_PLAIN = /[\\\u0000-\u001f]/;

/**
 * Read one text.
 * @returns {*} string, number, true, false, null, Numeral, List or Members; a Numeral
 *   where a number would lose digits.
 * @throws {SyntaxError} It is not JSON, or holds more than can be shown.
 */
export function parseJson(text) {
  const reader = new Reader(text);
  const open = [];
  let value = reader.begin(open);
  for (;;) {
    // `value` is whole here unless it is a container that was just opened.
    if (value === OPENED) {
      value = reader.begin(open);
      continue;
    }
    const around = open.at(-1);
    if (around === undefined) return reader.end(value);
    around.items.push(value);
    const closes = around instanceof List ? "]" : "}";
    const mark = reader.mark();
    if (mark === closes) value = open.pop();
    else if (mark === ",") {
      if (around instanceof Members) reader.name(around);
      value = reader.begin(open);
    } else throw new SyntaxError();
  }
}

const OPENED = Symbol();
// More lists and members than this would fill a browser's memory: shown as text instead.
const MOST_HELD = 2_000_000;

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.left = MOST_HELD;
  }

  skip() {
    let code = this.text.charCodeAt(this.at);
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.text.charCodeAt((this.at += 1));
    return this.text[this.at];
  }

  mark() {
    const found = this.skip();
    this.at += 1;
    return found;
  }

  end(value) {
    if (this.skip() !== undefined) throw new SyntaxError();
    return value;
  }

  name(around) {
    if (this.skip() !== '"') throw new SyntaxError();
    around.names.push(this.string());
    if (this.mark() !== ":") throw new SyntaxError();
  }

  /** Read a value; of a container only its beginning, unless it is empty. */
  begin(open) {
    const first = this.skip();
    if (first === '"') return this.string();
    if (first === "{" || first === "[") return this.container(first, open);
    const [word, value] = first && Object.hasOwn(WORDS, first) ? WORDS[first] : [];
    if (word && this.text.startsWith(word, this.at)) {
      this.at += word.length;
      return value;
    }
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text);
    if (!found) throw new SyntaxError();
    this.at = NUMBER.lastIndex;
    const number = Number(found[0]);
    return String(number) === found[0] ? number : new Numeral(found[0]);
  }

  container(first, open) {
    this.at += 1;
    this.left -= 1;
    if (this.left < 0) throw new SyntaxError();
    const made = first === "[" ? new List() : new Members();
    if (this.skip() === (first === "[" ? "]" : "}")) {
      this.at += 1;
      return made;
    }
    if (made instanceof Members) this.name(made);
    open.push(made);
    return OPENED;
  }

  string() {
    let end = this.at;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) throw new SyntaxError();
    } while (this.isEscaped(end));
    const found = this.text.slice(this.at + 1, end);
    const from = this.at;
    this.at = end + 1;
    return NOT_PLAIN.test(found) ? JSON.parse(this.text.slice(from, end + 1)) : found;
  }

  isEscaped(at) {
    let back = at;
    while (this.text[back - 1] === "\\") back -= 1;
    return (at - back) % 2 === 1;
  }
}

/** One line about a value, at most `most` characters long. */
export function brief(value, most = 120, depth = 0) {
  if (value instanceof Numeral) return value.text;
  if (typeof value === "string") return depth ? JSON.stringify(cut(value, most)) : cut(value, most);
  if (!(value instanceof List || value instanceof Members)) return String(value);
  const isList = value instanceof List;
  if (depth >= 3) return isList ? "[…]" : "{…}";
  let said = "";
  for (let n = 0; n < value.items.length; n += 1) {
    if (said.length >= most) {
      said += "…";
      break;
    }
    const name = isList ? "" : `${cut(value.names[n], 60)}: `;
    said += `${n ? ", " : ""}${name}${brief(value.items[n], most - said.length, depth + 1)}`;
  }
  return isList ? `[${said}]` : `{${said}}`;
}

const cut = (text, most) => (text.length > most ? `${text.slice(0, Math.max(most, 1))}…` : text);
