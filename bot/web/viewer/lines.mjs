// Text by lines, as logs are read: a filter, wrapping on and off, more on demand. Lines
// stand in blocks that the browser lays out only where they are looked at.

import { button, counted, make } from "./dom.mjs";

const BLOCK = 100;
const AT_ONCE = 5000;
// Fewer lines than this are laid out at once.
const FEW = 500;
const LONGEST = 4000;

export function lines(name, text) {
  return new Lines(name, text).element;
}

class Lines {
  constructor(name, text) {
    this.all = text.split(/\r\n|\n|\r/);
    if (this.all.at(-1) === "") this.all.pop();
    this.name = name;
    this.found = this.all.map((_, n) => n);
    this.word = "";
    this.count = make("span", { class: "soft", role: "status" });
    this.sheet = make("div", { class: "log wrap", tabindex: "0", role: "region", "aria-label": `${name}, text` });
    this.more = button("", () => this.add());
    this.element = make("div", {}, this.bar(), this.sheet, this.more);
    this.begin();
  }

  bar() {
    const bar = make("div", { class: "bar" });
    if (this.all.length > 1) {
      const find = make("input", { type: "search", "aria-label": `Filter the lines of ${this.name}`, placeholder: "Filter lines", autocomplete: "off", spellcheck: "false" });
      let waiting = 0;
      find.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(() => this.filter(find.value), 120);
      });
      bar.append(find);
    }
    const wrap = button("Wrap lines", () => wrap.setAttribute("aria-pressed", String(this.sheet.classList.toggle("wrap"))), { "aria-pressed": "true" });
    bar.append(wrap, this.count);
    return bar;
  }

  filter(word) {
    this.word = word.toLowerCase();
    this.found = [];
    this.all.forEach((line, n) => line.toLowerCase().includes(this.word) && this.found.push(n));
    this.begin();
  }

  begin() {
    this.shown = 0;
    this.sheet.replaceChildren();
    const [found, all] = [this.found.length, this.all.length];
    const few = found === all ? "" : ` of ${all.toLocaleString("en")}`;
    this.count.textContent = found || !this.word ? `${found.toLocaleString("en")}${few} ${all === 1 ? "line" : "lines"}` : "No line matches.";
    this.add();
  }

  add() {
    const until = Math.min(this.shown + AT_ONCE, this.found.length);
    while (this.shown < until) {
      const block = make("div", { class: this.found.length > FEW ? "block later" : "block" });
      for (const n of this.found.slice(this.shown, Math.min(this.shown + BLOCK, until))) block.append(this.line(n));
      this.sheet.append(block);
      this.shown = Math.min(this.shown + BLOCK, until);
    }
    const left = this.found.length - this.shown;
    this.more.hidden = left === 0;
    this.more.textContent = `Show ${Math.min(left, AT_ONCE).toLocaleString("en")} more of ${counted(left, "line")}`;
  }

  line(n) {
    const all = this.all[n];
    const text = all.length > LONGEST ? all.slice(0, LONGEST) : all;
    const shown = make("bdi");
    let at = 0;
    const low = this.word ? text.toLowerCase() : "";
    // Lowering can change a length (İ): then nothing is marked, and all of it is shown.
    const step = this.word && low.length === text.length ? low.indexOf(this.word) : -1;
    for (let hit = step; hit >= 0; hit = low.indexOf(this.word, at)) {
      shown.append(text.slice(at, hit), make("mark", { text: text.slice(hit, hit + this.word.length) }));
      at = hit + this.word.length;
    }
    shown.append(text.slice(at));
    const rest = all.length - text.length;
    if (rest) shown.append(make("em", { text: ` … ${counted(rest, "more character")} in this line: save the file to see them` }));
    return make("div", { class: "l" }, make("span", { class: "n", "data-n": String(n + 1) }), shown);
  }
}
