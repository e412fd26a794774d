// Opens a sealed share in the browser: proof of key, claim, decrypt, acknowledge, show.
//
// The fragment of the link holds the ticket and the key. It is taken out of the address
// at once and sent to nobody: the server sees the ticket and a proof that we hold the
// key. What was decrypted is shown as text only and is gone when the page is left.
// The other side is bot/web/shares.py; both derive the same in bot/sharing/proof.py.

import { Decrypter } from "age-encryption";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { watchIdentity } from "./identity.mjs";

const BUNDLE = "tocsin-bundle/1";
const ACK_TRIES = 4;
const byId = (id) => document.getElementById(id);
const utf8 = (text) => new TextEncoder().encode(text);

const share = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const [ticket, key] = location.hash.slice(1).split(".");
if (location.hash) history.replaceState(null, "", location.pathname);

let opened = null; // { name, bytes, address }

function show(part) {
  for (const one of ["ready", "busy", "failed", "shown"]) byId(one).hidden = one !== part;
  byId(part).querySelector("h2[tabindex]")?.focus();
}

function say(step) {
  byId("step").textContent = step;
}

async function post(path, body) {
  const answer = await fetch(`../share/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    cache: "no-store",
    credentials: "same-origin", // who is signed in, where the server wants to know
    referrerPolicy: "no-referrer",
  });
  if (!answer.ok) throw new Error("refused");
  return answer;
}

function proof(nonce) {
  const auth = hkdf(sha256, utf8(key), undefined, utf8("tocsin.share.auth.v1"), 32);
  return bytesToHex(hmac(sha256, auth, utf8(`tocsin.claim.v1\n${share}\n${ticket}\n${nonce}`)));
}

async function open() {
  show("busy");
  try {
    say("Showing the server that you hold the key.");
    const { nonce } = await (await post("nonce", {})).json();
    const claimed = await (await post("claim", { share, ticket, nonce, proof: proof(nonce) })).json();
    say("Fetching and decrypting.");
    const sealed = new Uint8Array(await (await post("content", { share, lease: claimed.lease })).arrayBuffer());
    const decrypter = new Decrypter();
    decrypter.addIdentity(key);
    const bytes = await decrypter.decrypt(sealed, "uint8array");
    await acknowledge(claimed.lease);
    reveal(bytes, claimed);
  } catch {
    show("failed");
  }
}

// Only an answer ends it: a lost connection is tried again while the lease lasts.
async function acknowledge(lease) {
  for (let n = 1; ; n += 1) {
    try {
      await post("ack", { share, lease });
      return;
    } catch (error) {
      if (error.message === "refused" || n === ACK_TRIES) throw error;
      await new Promise((go) => setTimeout(go, 1000 * n));
    }
  }
}

function reveal(bytes, claimed) {
  const text = asText(bytes);
  const bundle = text === null ? null : asBundle(text);
  const original = typeof bundle?.original === "string" ? bundle.original : "";
  byId("title").textContent = original ? `Original of ${original}` : bundle ? `Diagnostics of ${bundle.incident}` : "What was sealed";
  if (original) byId("head").textContent = "Unmasked original";
  byId("unmasked").hidden = !original;
  // An original is for reading: what leaves the page is in nobody's hands any more.
  for (const one of ["save", "print"]) byId(one).hidden = original !== "";
  byId("exercise").hidden = bundle?.exercise !== true;
  facts(claimed, bundle, bytes.length);
  const files = bundle ? bundle.files : text === null ? [notText(bytes.length)] : [{ name: "Text", says: "", content: text }];
  files.forEach(addFile);
  byId("contents").hidden = files.length < 2;
  const name = bundle ? `${bundle.incident}-diagnostics.json` : `${share}.${text === null ? "bin" : "txt"}`;
  opened = { name: name.replace(/[^A-Za-z0-9._-]/g, "_"), bytes };
  show("shown");
}

function asText(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function asBundle(text) {
  try {
    const found = JSON.parse(text);
    return found?.format === BUNDLE && Array.isArray(found.files) ? found : null;
  } catch {
    return null;
  }
}

const notText = (size) => ({ name: "Not text", says: `${size} bytes that are not text. Save a copy to look at them.`, content: "" });

function facts(claimed, bundle, size) {
  const rows = [
    ["Ticket", claimed.for ? `was made for ${claimed.for}` : "was made for whoever holds the link"],
    ["Opens", claimed.uses_left > 0 ? `this link opens again, ${claimed.uses_left} left` : "this link is used up"],
    ["Runs out", `${moment(claimed.expires_at)}; the key is destroyed then at the latest`],
    ["Size", `${size.toLocaleString()} bytes`],
  ];
  if (typeof bundle?.original === "string") rows.unshift(["Incident", bundle.incident]);
  if (typeof bundle?.masked === "string") rows.push(["Masked", bundle.masked || "nothing"]);
  if (typeof bundle?.definition === "string") rows.push(["Masked by", `definition of sensitive data, ${bundle.definition}`]);
  if (bundle?.since) rows.unshift(["Time", `${moment(bundle.since)} to ${moment(bundle.until)}`]);
  const list = byId("facts");
  list.replaceChildren();
  for (const [name, value] of rows) list.append(element("dt", name), element("dd", value));
}

const TIME = { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const moment = (text) => new Date(text).toLocaleString(undefined, TIME);

function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

function addFile(file, n) {
  const [name, says, content] = [file.name, file.says, file.content].map((one) => (typeof one === "string" ? one : ""));
  const place = document.createElement("section");
  place.className = "file";
  place.id = `file-${n + 1}`;
  const head = document.createElement("header");
  head.append(element("h3", name), element("p", says));
  place.append(head);
  if (content) {
    const pre = element("pre", content);
    pre.tabIndex = 0;
    pre.setAttribute("aria-label", name);
    place.append(pre);
  }
  byId("files").append(place);
  const link = element("a", name);
  link.href = `#file-${n + 1}`;
  const item = document.createElement("li");
  item.append(link);
  byId("contents").firstElementChild.append(item);
}

function save() {
  if (!opened) return;
  opened.address ??= URL.createObjectURL(new Blob([opened.bytes], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = opened.address;
  link.download = opened.name;
  link.click();
}

function clear() {
  if (opened?.address) URL.revokeObjectURL(opened.address);
  opened?.bytes.fill(0);
  opened = null;
  byId("files").replaceChildren();
  byId("facts").replaceChildren();
  byId("title").textContent = "";
  byId("contents").firstElementChild.replaceChildren();
  if (!byId("shown").hidden) show("failed");
}

byId("open").addEventListener("click", open, { once: true });
byId("save").addEventListener("click", save);
byId("print").addEventListener("click", () => window.print());
byId("clear").addEventListener("click", clear);
window.addEventListener("pagehide", clear);
show(ticket && key ? "ready" : "failed");
watchIdentity();
