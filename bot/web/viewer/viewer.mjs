// Opens a sealed share in the browser: claim with proof of the key, decrypt, acknowledge,
// show. Each step is a module beside this one; here is their order, and the end of it all.
//
// What was decrypted is shown as text only and is gone when the page is left.

import { bundleIn } from "./archive.mjs";
import { showBig } from "./big.mjs";
import { Broken, decrypted, MOST_BYTES } from "./decrypting.mjs";
import { byId, life, show, sized } from "./dom.mjs";
import { acknowledge, claim, content, Lost, Refused } from "./door.mjs";
import { showFiles } from "./files.mjs";
import { watchIdentity } from "./identity.mjs";
import { kindOf, textIn } from "./kinds.mjs";
import { link } from "./link.mjs";
import { forget, save } from "./saving.mjs";
import { showSummary } from "./summary.mjs";

let opened = null; // { name, bytes }

async function open() {
  // A robot presses every button at once: one way in is enough.
  if (!byId("busy").hidden) return;
  if (!link.whole) return show("failed");
  show("busy");
  try {
    progress("Showing the server that you hold the key.");
    const leased = await claim();
    if (leased.size_bytes > MOST_BYTES) return showBig(leased, open);
    progress("Fetching and decrypting.", 0, leased.size_bytes);
    const told = (came) => progress("Fetching and decrypting.", came, leased.size_bytes);
    const bytes = await decrypted(await content(leased.lease), link.key, leased.size_bytes, told);
    progress("Telling the server that it was decrypted to the end.");
    await acknowledge(leased.lease);
    reveal(bytes, leased);
  } catch (error) {
    fail(error);
  }
}

function progress(step, came, size) {
  // Said once: a screen reader would say it again for every piece.
  if (byId("step").textContent !== step) byId("step").textContent = step;
  const bar = byId("progress");
  bar.hidden = byId("progress-said").hidden = size === undefined;
  if (size === undefined) return;
  bar.max = size;
  bar.value = came;
  const percent = size ? Math.floor((came / size) * 100) : 100;
  byId("progress-said").textContent = `${sized(came)} of ${sized(size)}, ${percent} %`;
}

// Nothing was acknowledged, so the slot goes back when the lease ends.
function fail(error) {
  if (error instanceof Refused) return show("failed");
  const cut = error instanceof Broken;
  byId("broken-head").textContent = cut ? "What came is not whole" : "The connection broke";
  byId("broken-why").textContent = cut ? "It was cut short or changed on its way, or the key in the link is not the whole key. Nothing of it is shown." : "Nothing of it is shown.";
  if (!cut && !(error instanceof Lost)) console.error(error);
  show("broken");
}

function reveal(bytes, leased) {
  const bundle = bundleIn(bytes);
  const files = bundle ? bundle.files : [rawFile(bytes)];
  // An original is for reading: what leaves the page is in nobody's hands any more.
  const keeps = !bundle?.original;
  for (const one of ["save", "print"]) byId(one).hidden = !keeps;
  showSummary({ bundle, size: bytes.length, leased });
  showFiles(files, keeps && files.length > 1);
  opened = { name: bundle ? `${bundle.incident}-diagnostics.tar` : `${link.share}.${files[0].ending}`, bytes };
  show("shown");
}

function rawFile(bytes) {
  const text = textIn(bytes);
  const type = text === null ? "" : kindOf(text);
  const ending = { json: "json", jsonl: "jsonl", csv: "csv", text: "txt" }[type] ?? "bin";
  return { name: text === null ? "Not text" : "Text", says: "", type, ending, content: bytes };
}

function clear() {
  if (!byId("shown").hidden || !byId("big").hidden) show("failed");
  forget();
  life.abort();
  opened?.bytes.fill(0);
  opened = null;
  for (const one of ["files", "facts", "more-facts", "contents", "missing", "title", "pasted-by", "big-lines", "big-other"]) byId(one).replaceChildren();
}

byId("open").addEventListener("click", open, { once: true });
byId("again").addEventListener("click", open);
byId("save").addEventListener("click", () => opened && save(opened.name, opened.bytes));
byId("print").addEventListener("click", () => window.print());
byId("clear").addEventListener("click", clear);
window.addEventListener("pagehide", clear);
window.addEventListener("pageshow", (event) => event.persisted && clear());
show(link.whole ? "ready" : "failed");
watchIdentity();
