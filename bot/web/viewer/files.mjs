// One file of what was opened: its name, what it says, ways to look at it, saving it.
// It is drawn when it is first opened, so a large bundle opens as quickly as a small one.

import { button, byId, make, sized } from "./dom.mjs";
import { waysOf } from "./kinds.mjs";
import { save } from "./saving.mjs";

const OPEN_BYTES = 512 * 1024;

/** Put the files on the page; `keeps` lets them be saved. */
export function showFiles(files, keeps) {
  const [place, contents] = [byId("files"), byId("contents")];
  const list = make("ol");
  files.forEach((file, n) => {
    const section = fileSection(file, `file-${n + 1}`, keeps, isOpen(file, n, files.length));
    place.append(section);
    const go = button(file.name, () => visit(section), { class: "jump" });
    list.append(make("li", {}, go));
  });
  contents.replaceChildren(list);
  contents.hidden = files.length < 2;
}

// The alert and the plots are what is looked for first; one file alone is open anyway.
const isOpen = (file, n, of) => of === 1 || ((n === 0 || file.type === "svg") && file.content.length <= OPEN_BYTES);

function visit(section) {
  section.open = true;
  section.scrollIntoView();
  (section.querySelector("summary") ?? section).focus({ preventScroll: true });
}

function fileSection(file, id, keeps, open) {
  if (!file.content.length) return emptySection(file, id);
  const told = [make("h3", { text: file.name }), make("span", { class: "soft", text: sized(file.content.length) })];
  if (file.says) told.push(make("span", { class: "says", text: file.says }));
  const body = make("div", { class: "body" });
  const section = make("details", { class: "file", id }, make("summary", {}, ...told), body);
  const draw = () => {
    if (!section.open || body.firstChild) return;
    body.append(...saysOf(file), ...looks(file, keeps));
  };
  section.addEventListener("toggle", draw);
  section.open = open;
  draw();
  return section;
}

// What holds nothing has nothing to unfold: its sentence tells why.
function emptySection(file, id) {
  const told = make("p", { class: "says", text: file.says || "It is empty." });
  return make("section", { class: "file empty", id, tabindex: "-1" }, make("h3", { text: file.name }), told, ...saysOf(file));
}

function saysOf(file) {
  const rows = [];
  const masked = (file.masked ?? []).map((one) => `${one.count} × ${one.kind.replaceAll("_", " ")}`).join(", ");
  if (masked) rows.push(make("p", { class: "soft", text: `Masked here: ${masked}.` }));
  if (file.call) rows.push(make("p", { class: "soft" }, "Asked: ", make("code", { text: file.call })));
  return rows;
}

function looks(file, keeps) {
  const ways = waysOf(file);
  const place = make("div", { class: "look" });
  const note = make("p", { class: "soft note" });
  const tools = make("div", { class: "tools", role: "group", "aria-label": `Ways to look at ${file.name}` });
  const presses = ways.map((way) => button(way.label, () => choose(way), { "aria-pressed": "false" }));
  const choose = (way) => {
    presses.forEach((press, n) => press.setAttribute("aria-pressed", String(ways[n] === way)));
    note.textContent = way.note ?? "";
    note.hidden = !way.note;
    place.replaceChildren(way.build());
  };
  if (ways.length > 1) tools.append(...presses);
  if (keeps) tools.append(button("Save file", () => save(file.name, file.content), { "aria-label": `Save ${file.name}` }));
  if (ways.length) choose(ways[0]);
  else note.textContent = file.content.length ? `${file.content.length} bytes that are not text.${keeps ? " Save the file to look at it." : ""}` : "It is empty.";
  return [tools, note, place];
}
