// The practice workspace in a browser: one person's Slack, kept fresh by long polls.
// All deeds go through POST do, so the page can do no more than the HTTP driver.

import { menu, render, valueOf } from "./blocks.js";
import { dateText, el, emoji, mrkdwn, names } from "./text.js";

const byId = (id) => document.getElementById(id);
const state = { me: "", place: "", thread: "", seq: 0, cast: null, channels: new Map(), messages: new Map(), whispers: new Map(), unread: new Set(), view: null, home: null, errors: {}, stop: null, actedAt: 0, dismissed: new Set() };
const REACTIONS = ["+1", "eyes", "white_check_mark", "pushpin", "-1"];
const SAID = {
  operation_timeout: "Tocsin did not answer in time.", dispatch_failed: "Tocsin did not answer.", not_in_channel: "You are not in that channel.",
  no_such_command: "There is no such command.", no_such_button: "This button is out of date.", user_is_deactivated: "This account is deactivated.",
  bots_have_no_client: "Bots have no client.", invalid_ack: "Tocsin answered something Slack does not understand.", already_reacted: "You have reacted so already.",
};
const KINDS = { member: "Full member", guest: "Guest: sees only some channels", external: "External: from another organization", bot: "Bot: cannot press or write", deactivated: "Deactivated: can do nothing" };
const DUMB = ["bot", "deactivated"];

function toast(text, kind = "") {
  const node = el("p", { class: `toast ${kind}` }, text);
  byId("toasts").append(node);
  setTimeout(() => node.remove(), 7000);
}

async function get(path, signal) {
  const answer = await fetch(path, { signal });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function act(what) {
  state.actedAt = Date.now();
  try {
    const answer = await fetch("do", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ as: state.me, ...what }) });
    const found = await answer.json();
    const quiet = what.do === "close" && found.error === "dispatch_failed"; // Slack tells nobody about it
    if (!found.ok && !quiet && !["missing_value", "value_too_short", "value_too_long"].includes(found.error)) toast(`That failed: ${SAID[found.error] ?? found.error}`, "bad");
    return found;
  } catch {
    toast("The practice server cannot be reached.", "bad");
    return { ok: false, error: "unreachable" };
  }
}

// ---- messages

const keyOf = (message) => `${message.channel}:${message.ts}`;
const author = (message) => names.people.get(message.user) ?? { id: message.user, real_name: message.user, name: message.user, kind: "bot" };
const initials = (name) => name.split(" ").map((word) => word[0]).slice(0, 2).join("");
const clock = (ts) => dateText(ts, "{time}");

function avatar(person) {
  const hue = [...person.id].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return el("span", { class: `avatar hue-${person.id === state.cast.bot ? "bot" : hue}`, "aria-hidden": "true" }, person.id === state.cast.bot ? el("img", { src: "bell.svg", alt: "" }) : initials(person.real_name));
}

function badge(person) {
  const word = person.kind === "bot" ? "APP" : person.kind === "member" ? "" : person.kind.toUpperCase();
  return word ? el("span", { class: `badge ${person.kind}` }, word) : null;
}

function reactions(message) {
  return (message.reactions ?? []).map((one) => el("button", {
    type: "button", class: one.users.includes(state.me) ? "reaction mine" : "reaction",
    "aria-label": `${one.name}, ${one.count}: ${one.users.map((id) => names.people.get(id)?.name ?? id).join(", ")}`,
    onclick: () => act({ do: "react", channel: message.channel, ts: message.ts, name: one.name }),
  }, `${emoji(one.name)} ${one.count}`));
}

function tools(message) {
  const more = el("button", { type: "button", class: "tool", "aria-label": `Actions for the message of ${author(message).real_name}` }, "⋯");
  const where = { channel: message.channel, ts: message.ts };
  const shortcuts = Object.values(state.cast.shortcuts).filter((one) => one.type === "message");
  return menu(more, () => [
    { label: "Reply in thread", act: () => openThread(message.thread_ts ?? message.ts) },
    ...shortcuts.map((one) => ({ label: one.name, act: () => act({ do: "shortcut", callback_id: one.callback_id, ...where }) })),
    ...REACTIONS.map((name) => ({ label: `React ${emoji(name)}`, act: () => act({ do: "react", name, ...where }) })),
  ]);
}

function messageNode(message, before, inThread) {
  const person = author(message);
  const near = before && before.user === message.user && !before.to === !message.to && Number(message.ts) - Number(before.ts) < 300 && !message.to;
  const press = (block, element, extra) => act({ do: "click", channel: message.channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id, ...extra });
  const body = message.blocks?.length ? render(message.blocks, { press }) : mrkdwn(message.text);
  const replies = [...state.messages.values()].filter((one) => one.thread_ts === message.ts && one.channel === message.channel && one.ts !== message.ts);
  const node = el("article", { class: `message${near ? " near" : ""}${message.to ? " whisper" : ""}`, id: `m-${message.channel}-${message.ts.replace(".", "")}${inThread ? "-t" : ""}`, "aria-label": `${person.real_name} at ${clock(message.ts)}` },
    near ? el("time", { class: "gutter" }, clock(message.ts)) : avatar(person));
  const content = el("div", { class: "content" });
  if (message.to) content.append(el("p", { class: "only-you" }, "Only visible to you"));
  if (!near) content.append(el("p", { class: "who" }, el("strong", {}, person.real_name), badge(person), el("time", { title: new Date(message.ts * 1000).toLocaleString() }, clock(message.ts))));
  if (message.subtype === "thread_broadcast" && !inThread) content.append(el("p", { class: "only-you" }, "replied to a thread"));
  content.append(body);
  if (message.edited) content.append(el("span", { class: "edited" }, "(edited) "));
  const chips = reactions(message);
  if (chips.length) content.append(el("div", { class: "reactions" }, ...chips));
  if (replies.length && !inThread) {
    content.append(el("button", { type: "button", class: "replies", onclick: () => openThread(message.ts) }, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`, el("span", { class: "last" }, ` last at ${clock(replies.at(-1).ts)}`)));
  }
  if (message.to) content.append(el("button", { type: "button", class: "plain dismiss", onclick: () => { state.dismissed.add(message.ts); draw(); } }, "Dismiss"));
  node.append(content);
  if (!message.to) node.append(el("div", { class: "tools" }, tools(message)));
  return node;
}

// Lists are drawn anew whenever something changes; focus must survive that, and a modal.
const controlsIn = (id) => [...byId(id)?.querySelectorAll("button, a, select, input") ?? []];
const nameOf = (node) => node.getAttribute("aria-label") ?? node.textContent;

function spotOf(node) {
  const message = node?.closest?.(".message")?.id;
  return message ? { message, list: node.closest(".messages").id, name: nameOf(node) } : null;
}

function refocus(spot) {
  // A button that is gone must not leave its focus, and the next Enter, to another one.
  (controlsIn(spot.message).find((node) => nameOf(node) === spot.name) ?? byId(spot.list)).focus();
}

function fill(list, rows, inThread, empty) {
  const stuck = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  const spot = list.contains(document.activeElement) ? spotOf(document.activeElement) : null;
  const nodes = [];
  let day = "";
  rows.forEach((message, n) => {
    const today = dateText(message.ts, "{date_pretty}");
    if (today !== day && !inThread) nodes.push(el("p", { class: "day" }, el("span", {}, today)));
    nodes.push(messageNode(message, today === day || inThread ? rows[n - 1] : null, inThread));
    day = today;
  });
  if (!rows.length) nodes.push(empty);
  list.replaceChildren(...nodes);
  if (stuck) list.scrollTop = list.scrollHeight;
  if (spot) refocus(spot);
}

// ---- places

function rowsOf(channel, thread) {
  const shown = [...state.messages.values(), ...[...state.whispers.values()].filter((one) => !state.dismissed.has(one.ts))];
  const here = shown.filter((one) => one.channel === channel);
  const wanted = thread
    ? here.filter((one) => one.ts === thread || one.thread_ts === thread)
    : here.filter((one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype);
  return wanted.sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

const sign = (channel) => (channel.is_private ? "◈" : channel.is_im ? "@" : "#");
const title = (channel) => `${channel.name}, ${channel.is_private ? "private channel" : "channel"}`;

function drawChannels() {
  const order = [...state.channels.values()].sort((a, b) => a.created - b.created || a.seq - b.seq);
  const fixed = ["C0INCIDENTS", "C0GENERAL", "C0PRIVATE"];
  order.sort((a, b) => (fixed.indexOf(a.id) + 1 || 9) - (fixed.indexOf(b.id) + 1 || 9));
  byId("channels").replaceChildren(...order.map((channel) => el("li", {}, el("button", {
    type: "button", class: `place${state.unread.has(channel.id) ? " unread" : ""}`, "aria-current": channel.id === state.place ? "page" : null,
    "aria-label": `${title(channel)}${state.unread.has(channel.id) ? ", unread" : ""}`, onclick: () => go(channel.id),
  }, el("span", { class: "sign", "aria-hidden": "true" }, sign(channel)), channel.name, state.unread.has(channel.id) ? el("span", { class: "dot" }) : null))));
  if (!order.length) byId("channels").append(el("li", { class: "empty" }, "You are in no channel."));
  byId("home-link").setAttribute("aria-current", state.place === "home" ? "page" : "false");
}

function draw() {
  drawChannels();
  const channel = state.channels.get(state.place);
  const home = state.place === "home";
  byId("place-name").textContent = home ? "Tocsin" : channel ? `${sign(channel)} ${channel.name}` : "No channel";
  byId("place-topic").textContent = home ? "Home" : channel ? `${channel.members.length} members · ${channel.topic}` : "";
  byId("composer").hidden = home;
  if (home) drawHome();
  else fill(byId("messages"), rowsOf(state.place, ""), false, el("div", { class: "empty-state" },
    el("h3", {}, channel ? `This is the start of ${sign(channel)} ${channel.name}` : "Nothing to see"),
    el("p", {}, channel ? "Nobody has written here yet. Type /incident help, or wait for an alert." : "This person is in no channel.")));
  const open = state.thread && rowsOf(state.place, state.thread).length;
  byId("thread").hidden = !open;
  document.body.classList.toggle("with-thread", Boolean(open));
  if (open) {
    byId("thread-place").textContent = `#${channel?.name ?? ""}`;
    fill(byId("thread-messages"), rowsOf(state.place, state.thread), true, el("p", {}, ""));
  }
  drawModal();
}

function drawHome() {
  const press = (block, element, extra) => act({ do: "click", view: state.home.id, action_id: element.action_id, block_id: block.block_id, ...extra });
  byId("messages").replaceChildren(state.home
    ? el("div", { class: "home" }, render(state.home.blocks, { press, values: state.home.state.values }))
    : el("div", { class: "empty-state" }, el("h3", {}, "Nothing here yet"), el("p", {}, "The app has not published a Home tab for you.")));
}

function pane(name) { document.body.dataset.pane = name; }

function go(place, message) {
  state.place = place;
  state.thread = "";
  state.unread.delete(place);
  location.hash = place === "home" ? "/home" : `/archives/${place}`;
  pane("main");
  composers();
  draw();
  byId("messages").scrollTop = byId("messages").scrollHeight;
  if (place === "home") act({ do: "home" });
  if (message) byId(`m-${place}-${message.replace(/^p/, "")}`)?.scrollIntoView({ block: "center" });
}

function openThread(ts) {
  state.thread = ts;
  pane("thread");
  composers();
  draw();
  byId("thread-messages").scrollTop = byId("thread-messages").scrollHeight;
  byId("thread-composer").querySelector("textarea")?.focus();
}

function closeThread() { state.thread = ""; pane("main"); draw(); byId("composer").querySelector("textarea")?.focus(); }

// ---- writing

function suggestions(text, at, thread) {
  const before = text.slice(0, at);
  if (!thread && /^\/\S*$/.test(before)) {
    return Object.values(state.cast.commands).filter((one) => one.command.startsWith(before))
      .map((one) => ({ from: 0, put: `${one.command} `, label: one.command, note: one.usage_hint ?? one.description ?? "" }));
  }
  const word = before.match(/(?:^|\s)@([\w-]*)$/);
  if (!word) return [];
  const groups = [...names.groups.values()].map((one) => ({ name: one.name, note: one.title }));
  const people = [...names.people.values()].map((one) => ({ name: one.name, note: one.real_name }));
  return [...people, ...groups].filter((one) => one.name.startsWith(word[1].toLowerCase())).slice(0, 8)
    .map((one) => ({ from: at - word[1].length - 1, put: `@${one.name} `, label: `@${one.name}`, note: one.note }));
}

function composer(holder, thread) {
  const person = names.people.get(state.me);
  const channel = state.channels.get(state.place);
  if (!person || DUMB.includes(person.kind) || !channel) {
    holder.replaceChildren(el("p", { class: "mute" }, person && DUMB.includes(person.kind) ? `${person.real_name} cannot write. ${KINDS[person.kind]}.` : "Choose a channel to write."));
    return;
  }
  const listId = thread ? "thread-suggestions" : "suggestions";
  const list = el("ul", { class: "suggestions", id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const label = thread ? "Reply in the thread" : `Message ${sign(channel)} ${channel.name}`;
  const box = el("textarea", { id: thread ? "thread-text" : "composer-text", rows: 1, placeholder: thread ? "Reply…" : `Message #${channel.name}, or /incident`, "aria-label": label, role: "combobox", "aria-autocomplete": "list", "aria-controls": listId, "aria-expanded": "false" });
  let rows = [], picked = 0;
  const close = () => { rows = []; list.hidden = true; box.setAttribute("aria-expanded", "false"); box.removeAttribute("aria-activedescendant"); };
  const choose = (row) => { box.setRangeText(row.put, row.from, box.selectionStart, "end"); close(); box.focus(); };
  const show = () => {
    rows = suggestions(box.value, box.selectionStart, thread);
    picked = Math.min(picked, Math.max(rows.length - 1, 0));
    if (!rows.length) { close(); return; }
    list.replaceChildren(...rows.map((row, n) => el("li", { role: "option", id: `${listId}-${n}`, "aria-selected": String(n === picked), onpointerdown: (event) => { event.preventDefault(); choose(row); } }, el("strong", {}, row.label), el("span", {}, row.note))));
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    box.setAttribute("aria-activedescendant", `${listId}-${picked}`);
  };
  const grow = () => { box.rows = Math.min(8, box.value.split("\n").length); };
  const send = async () => {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    grow();
    close();
    const said = byId(thread ? "thread-messages" : "messages");
    said.scrollTop = said.scrollHeight; // who writes looks at the end, where the answer comes
    const where = { channel: state.place, text };
    const found = await act(thread ? { do: "say", ...where, thread_ts: state.thread } : { do: text.startsWith("/") ? "command" : "say", ...where });
    if (!found.ok && !box.value) box.value = text;
  };
  box.addEventListener("input", () => { picked = 0; grow(); show(); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (rows.length && step) { event.preventDefault(); picked = (picked + step + rows.length) % rows.length; show(); }
    else if (rows.length && (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey))) { event.preventDefault(); choose(rows[picked]); }
    else if (event.key === "Escape" && rows.length) { event.stopPropagation(); close(); }
    else if (event.key === "Escape" && thread) closeThread();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
  });
  const globals = Object.values(state.cast.shortcuts).filter((one) => one.type === "global");
  const bolt = el("button", { type: "button", class: "tool", "aria-label": "Shortcuts" }, "⚡");
  const quick = globals.length && !thread ? menu(bolt, () => globals.map((one) => ({ label: one.name, act: () => act({ do: "shortcut", callback_id: one.callback_id }) }))) : null;
  holder.replaceChildren(el("form", { class: "box", onsubmit: (event) => { event.preventDefault(); send(); } }, list, box,
    el("div", { class: "box-foot" }, quick ?? el("span"), el("span", { class: "keys" }, el("kbd", {}, "Enter"), " sends, ", el("kbd", {}, "Shift"), " + ", el("kbd", {}, "Enter"), " new line"), el("button", { type: "submit", class: "button primary send", "aria-label": "Send" }, "Send"))));
}

function composers() {
  composer(byId("composer"), false);
  composer(byId("thread-composer"), true);
}

// ---- modals

const typed = new Map();

function remember() {
  for (const node of byId("modal").querySelectorAll("[data-block]")) typed.set(node.dataset.block, valueOf(node));
}

function restore() {
  for (const node of byId("modal").querySelectorAll("[data-block]")) {
    if (!typed.has(node.dataset.block)) continue;
    const value = typed.get(node.dataset.block);
    if (node.matches(".choices")) for (const one of node.querySelectorAll("input")) one.checked = [value].flat().includes(one.value);
    else if (node.multiple) for (const one of node.options) one.selected = value.includes(one.value);
    else node.value = value;
  }
}

let drawn = "";
let opener = null; // where focus was before the modal

function drawModal() {
  const dialog = byId("modal");
  const view = state.view;
  const stamp = view ? `${view.id} ${view.hash} ${JSON.stringify(state.errors)}` : "";
  if (stamp === drawn) return;
  const same = view && drawn.startsWith(view.id);
  drawn = stamp;
  if (!view) {
    typed.clear();
    if (dialog.open) { dialog.close(); if (opener) refocus(opener); }
    return;
  }
  if (same) remember(); else typed.clear();
  const focused = same ? document.activeElement?.dataset?.block : "";
  const press = (block, element, extra) => act({ do: "click", view: view.id, action_id: element.action_id, block_id: block.block_id, ...extra });
  const shut = el("button", { type: "button", class: "plain", "aria-label": "Close", onclick: closeModal }, "✕");
  dialog.replaceChildren(el("form", { method: "dialog", onsubmit: submitModal },
    el("header", { class: "dialog-head" }, el("h2", { id: "modal-title" }, view.title.text), shut),
    el("div", { class: "dialog-body" }, render(view.blocks, { press, values: view.state.values, errors: state.errors })),
    el("footer", { class: "dialog-foot" },
      el("button", { type: "button", class: "button", onclick: closeModal }, view.close?.text ?? (view.submit ? "Cancel" : "Close")),
      view.submit ? el("button", { type: "submit", class: "button primary" }, view.submit.text) : null)));
  if (same) restore();
  if (!dialog.open) { opener = spotOf(document.activeElement); dialog.showModal(); }
  const wrong = dialog.querySelector("[aria-invalid]");
  const wanted = wrong ?? (focused ? dialog.querySelector(`[data-block="${CSS.escape(focused)}"]`) : dialog.querySelector("[data-block]"));
  (wanted?.matches(".choices") ? wanted.querySelector("input") : wanted)?.focus();
}

async function closeModal() {
  if (!state.view) return;
  await act({ do: "close", view: state.view.id });
}

async function submitModal(event) {
  event.preventDefault();
  const view = state.view;
  remember();
  const given = {};
  for (const node of byId("modal").querySelectorAll("[data-block]")) {
    const value = valueOf(node);
    if (value !== "" && value.length !== 0) given[node.dataset.block] = value;
    else if (node.matches("input, textarea")) given[node.dataset.block] = "";
  }
  const button = byId("modal").querySelector("[type=submit]");
  if (button) button.disabled = true;
  const found = await act({ do: "submit", view: view.id, values: given });
  if (button) button.disabled = false;
  const labels = found.error === "missing_value" ? found.offered : [];
  const missing = view.blocks.filter((block) => block.type === "input" && labels.includes(block.label.text));
  state.errors = found.ack?.response_action === "errors" ? found.ack.errors : Object.fromEntries(missing.map((block) => [block.block_id, "Please fill this in."]));
  if (found.error?.startsWith("value_too")) toast(`Please write ${found.offered[0]}.`, "bad");
  drawModal();
}

byId("modal").addEventListener("cancel", (event) => { event.preventDefault(); closeModal(); });

// ---- staying fresh

function take(news) {
  if (news.after === 0) { state.messages.clear(); state.whispers.clear(); }
  state.channels = new Map(news.channels.map((one) => [one.id, one]));
  names.channels = state.channels;
  for (const message of news.messages) {
    if (news.after && !state.messages.has(keyOf(message)) && message.channel !== state.place && message.user !== state.me) state.unread.add(message.channel);
    state.messages.set(keyOf(message), message);
  }
  for (const message of news.ephemerals) {
    state.whispers.set(message.ts, message);
    if (news.after && message.channel !== state.place) state.unread.add(message.channel);
  }
  for (const notice of news.notices) {
    // What this page did itself it has shown already.
    if (news.after && Date.now() - state.actedAt > 5000) toast(`That failed: ${SAID[notice.error] ?? notice.error}`, "bad");
  }
  if (state.view?.hash !== news.view?.hash) state.errors = {};
  state.view = news.view;
  state.home = news.home;
  state.seq = news.seq;
}

async function follow(signal) {
  let pause = 500;
  while (!signal.aborted) {
    try {
      const news = await get(`people/${state.me}/events?after=${state.seq}&wait=25`, signal);
      if (signal.aborted) return;
      const known = new Set(state.channels.keys());
      take(news);
      for (const id of state.channels.keys()) if (known.size && !known.has(id)) (await get(`channels/${id}/messages`)).messages.forEach((one) => state.messages.set(keyOf(one), one));
      if (!state.channels.has(state.place) && state.place !== "home") { state.place = [...state.channels.keys()][0] ?? ""; composers(); }
      byId("link-state").textContent = "";
      draw();
      pause = 500;
    } catch {
      if (signal.aborted) return;
      byId("link-state").textContent = "Reconnecting…";
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 2, 8000);
    }
  }
}

async function become(id) {
  state.stop?.abort();
  state.stop = new AbortController();
  Object.assign(state, { me: id, seq: 0, thread: "", view: null, home: null, errors: {}, channels: new Map(), messages: new Map(), whispers: new Map(), unread: new Set() });
  names.me = id;
  sessionStorage.setItem("person", id);
  const person = names.people.get(id);
  byId("person").value = id;
  const groups = person.groups.map((one) => names.groups.get(one)?.title).filter(Boolean);
  byId("person-kind").textContent = [KINDS[person.kind], ...groups].join(" · ");
  byId("person-kind").className = `kind ${person.kind}`;
  take(await get(`people/${id}/events`));
  const [, place, message] = location.hash.match(/^#\/(?:archives\/)?(\w+)(?:\/(p\d+))?/) ?? [];
  const wanted = [place, state.place, "C0INCIDENTS"].find((one) => one === "home" || state.channels.has(one));
  go(wanted ?? [...state.channels.keys()][0] ?? "", message);
  follow(state.stop.signal);
}

async function start() {
  state.cast = await get("people");
  names.people = new Map(state.cast.people.map((one) => [one.id, one]));
  names.groups = new Map(state.cast.groups.map((one) => [one.id, one]));
  const own = state.cast.people.filter((one) => one.id !== state.cast.bot);
  byId("person").replaceChildren(...own.map((one) => el("option", { value: one.id }, `${one.real_name}${one.kind === "member" ? "" : ` (${one.kind})`}`)));
  byId("person").addEventListener("change", (event) => become(event.target.value));
  byId("home-link").addEventListener("click", () => go("home"));
  byId("thread-close").addEventListener("click", closeThread);
  for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => pane(button.dataset.go));
  const asked = new URLSearchParams(location.search).get("as") ?? sessionStorage.getItem("person");
  await become(names.people.has(asked) ? asked : "U0ONCALL");
}

start().catch(() => toast("The practice server cannot be reached. Reload to try again.", "bad"));
