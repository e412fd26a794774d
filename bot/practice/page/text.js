// Slack's text forms as DOM nodes: mrkdwn, rich text, dates, mentions, emoji.
// Everything a message says goes through textContent; nothing becomes markup.

export const names = { people: new Map(), channels: new Map(), groups: new Map() };

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key in node && key !== "list" && key !== "form") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const EMOJI = {
  "+1": "👍", "-1": "👎", thumbsup: "👍", thumbsdown: "👎", eyes: "👀", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌",
  warning: "⚠️", rotating_light: "🚨", bell: "🔔", pushpin: "📌", round_pushpin: "📍", lock: "🔒", unlock: "🔓", key: "🔑",
  fire: "🔥", mag: "🔍", hourglass: "⌛", hourglass_flowing_sand: "⏳", clock1: "🕐", link: "🔗", memo: "📝", robot_face: "🤖",
  no_entry: "⛔", no_entry_sign: "🚫", octagonal_sign: "🛑", question: "❓", exclamation: "❗", bulb: "💡", wave: "👋", tada: "🎉",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴", white_circle: "⚪",
  arrow_right: "➡️", arrow_up: "⬆️", arrow_down: "⬇️", shield: "🛡️", test_tube: "🧪", information_source: "ℹ️", pencil2: "✏️",
  busts_in_silhouette: "👥", bust_in_silhouette: "👤", chart_with_upwards_trend: "📈", package: "📦", gear: "⚙️", seedling: "🌱",
};

export const emoji = (name) => EMOJI[name] ?? `:${name}:`;

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

export function link(url, label) {
  let safe = null;
  try { safe = new URL(url); } catch { safe = null; }
  if (!safe || !["http:", "https:", "mailto:"].includes(safe.protocol)) return el("span", {}, label || url);
  return el("a", { href: safe.href, target: "_blank", rel: "noopener noreferrer", title: safe.href }, label || url);
}

const DAY = { weekday: "long", month: "long", day: "numeric", year: "numeric" };
const FORMS = {
  date_num: (d) => d.toLocaleDateString("sv-SE"),
  date_slash: (d) => d.toLocaleDateString(),
  date: (d) => d.toLocaleDateString([], { month: "long", day: "numeric", year: "numeric" }),
  date_short: (d) => d.toLocaleDateString([], { month: "short", day: "numeric", year: "numeric" }),
  date_long: (d) => d.toLocaleDateString([], DAY),
  time: (d) => d.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
  time_secs: (d) => d.toLocaleTimeString(),
  ago: (d) => ago(d),
};

function ago(date) {
  const minutes = Math.round((date - Date.now()) / 60000);
  const format = new Intl.RelativeTimeFormat([], { numeric: "auto" });
  if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
  const hours = Math.round(minutes / 60);
  return Math.abs(hours) < 48 ? format.format(hours, "hour") : format.format(Math.round(hours / 24), "day");
}

function nearby(date) {
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / 86400000);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

export function dateText(seconds, format, fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return fallback || "";
  return format.replace(/\{(\w+)\}/g, (whole, name) => {
    const plain = name.replace(/_pretty$/, "");
    if (plain !== name && nearby(date)) return nearby(date);
    return FORMS[plain] ? FORMS[plain](date) : whole;
  });
}

function dateNode(seconds, format, url, fallback) {
  const date = new Date(Number(seconds) * 1000);
  const shown = dateText(seconds, format, fallback);
  const time = el("time", { title: fallback || "" }, shown);
  if (!Number.isNaN(date.getTime())) time.dateTime = date.toISOString();
  return url ? link(url, shown) : time;
}

const mention = (text, mine) => el("span", { class: mine ? "mention me-too" : "mention" }, text);

export const personName = (id) => names.people.get(id)?.name ?? id;
const user = (id) => mention(`@${personName(id)}`, id === names.me);
const group = (id, label) => mention(`@${names.groups.get(id)?.name ?? (label || id).replace(/^@/, "")}`, names.groups.get(id)?.users.includes(names.me));
const channel = (id, label) => mention(`#${names.channels.get(id)?.name ?? (label || id)}`);

function control(inside) {
  const cut = inside.indexOf("|");
  const [target, label] = cut < 0 ? [inside, ""] : [inside.slice(0, cut), unescape(inside.slice(cut + 1))];
  if (target.startsWith("@")) return user(target.slice(1));
  if (target.startsWith("#")) return channel(target.slice(1), label);
  if (target.startsWith("!subteam^")) return group(target.slice(9), label);
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    return dateNode(seconds, unescape(format || ""), url, label);
  }
  if (target.startsWith("!")) return mention(`@${label || target.slice(1)}`, true);
  return link(unescape(target), label || unescape(target).replace(/^mailto:/, ""));
}

const INLINE = /```([\s\S]*?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?=\S)([^*\n]*[^\s*])\*(?![\w*])|(?<![\w_])_(?=\S)([^_\n]*[^\s_])_(?![\w_])|(?<![\w~])~(?=\S)([^~\n]*[^\s~])~(?![\w~])|:([a-z0-9_+-]+):/g;

function inline(text) {
  const found = document.createDocumentFragment();
  let at = 0;
  for (const hit of text.matchAll(INLINE)) {
    found.append(unescape(text.slice(at, hit.index)));
    const [, fence, code, angle, bold, italic, strike, face] = hit;
    if (fence !== undefined) found.append(el("pre", {}, el("code", {}, unescape(fence.replace(/^\n/, "")))));
    else if (code !== undefined) found.append(el("code", {}, unescape(code)));
    else if (angle !== undefined) found.append(control(angle));
    else if (bold !== undefined) found.append(el("strong", {}, inline(bold)));
    else if (italic !== undefined) found.append(el("em", {}, inline(italic)));
    else if (strike !== undefined) found.append(el("s", {}, inline(strike)));
    else found.append(emoji(face));
    at = hit.index + hit[0].length;
  }
  found.append(unescape(text.slice(at)));
  return found;
}

export function mrkdwn(text) {
  const out = el("div", { class: "mrkdwn" });
  for (const part of text.split(/(```[\s\S]*?```)/)) {
    if (part.startsWith("```") && part.length > 5) { out.append(inline(part)); continue; }
    let quote = null;
    part.replace(out.lastChild?.nodeName === "PRE" ? /^\n/ : "", "").split("\n").forEach((line, n, all) => {
      const quoted = line.match(/^(?:&gt;|>)\s?(.*)$/);
      if (quoted) {
        quote ??= out.appendChild(el("blockquote"));
        if (quote.childNodes.length) quote.append(el("br"));
        quote.append(inline(quoted[1]));
        return;
      }
      if (quote && !line && n === all.length - 1) return;
      const after = quote;
      quote = null;
      out.append(inline(line));
      if (n < all.length - 1 && !after) out.append(el("br"));
    });
  }
  return out;
}

export function textObject(object, tag = "span") {
  if (!object) return el(tag);
  if (object.type === "mrkdwn") return mrkdwn(object.text);
  const shown = object.emoji === false ? object.text : object.text.replace(/:([a-z0-9_+-]+):/g, (_, name) => emoji(name));
  return el(tag, { class: "plain-text" }, shown);
}

function styled(node, style = {}) {
  let out = node;
  for (const [key, tag] of [["code", "code"], ["strike", "s"], ["italic", "em"], ["bold", "strong"], ["underline", "u"]]) {
    if (style[key]) out = el(tag, {}, out);
  }
  return out;
}

function richInline(one) {
  switch (one.type) {
    case "text": return styled(document.createTextNode(one.text), one.style);
    case "link": return styled(link(one.url, one.text), one.style);
    case "user": return user(one.user_id);
    case "usergroup": return group(one.usergroup_id);
    case "channel": return channel(one.channel_id);
    case "emoji": return document.createTextNode(emoji(one.name));
    case "date": return dateNode(one.timestamp, one.format, one.url, one.fallback);
    case "broadcast": return mention(`@${one.range}`, true);
    default: return document.createTextNode(one.value ?? "");
  }
}

export function richText(block) {
  const out = el("div", { class: "rich" });
  for (const part of block.elements) {
    const content = () => part.elements.map((one) => (one.elements ? el("li", {}, ...one.elements.map(richInline)) : richInline(one)));
    if (part.type === "rich_text_list") {
      const list = el(part.style === "ordered" ? "ol" : "ul", { class: `indent-${Math.min(part.indent ?? 0, 4)}` }, ...content());
      if (part.offset) list.start = part.offset + 1;
      out.append(list);
    } else if (part.type === "rich_text_quote") out.append(el("blockquote", {}, ...content()));
    else if (part.type === "rich_text_preformatted") out.append(el("pre", {}, el("code", {}, ...content())));
    else out.append(el("p", {}, ...content()));
  }
  return out;
}

export function markdown(text) {
  const out = el("div", { class: "rich" });
  const plain = (line) => inline(line.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replace(/\[([^\]|]+)\]\((https?:[^)\s|]+)\)/g, "<$2|$1>").replace(/\*\*([^*]+)\*\*/g, "*$1*"));
  let list = null;
  for (const line of text.split("\n")) {
    const item = line.match(/^\s*[-*]\s+(.*)$/);
    if (item) { list ??= out.appendChild(el("ul")); list.append(el("li", {}, plain(item[1]))); continue; }
    list = null;
    const title = line.match(/^#+\s+(.*)$/);
    if (title) out.append(el("p", {}, el("strong", {}, plain(title[1]))));
    else if (line.trim()) out.append(el("p", {}, plain(line)));
  }
  return out;
}
