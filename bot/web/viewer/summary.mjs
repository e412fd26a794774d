// What stands on top: what this is, of when, what is masked, what is missing, and what
// the link still does.

import { byId, counted, make, moment, sized } from "./dom.mjs";

/** `found` is {bundle, size, leased}; bundle is null for what is none. */
export function showSummary(found) {
  const { bundle, leased } = found;
  byId("title").textContent = titleOf(bundle, leased);
  byId("exercise").hidden = bundle?.exercise !== true;
  byId("unmasked").hidden = !bundle?.original;
  byId("pasted").hidden = !leased.by;
  byId("pasted-by").textContent = leased.by ?? "";
  if (bundle?.original) byId("head").textContent = "Unmasked original";
  if (leased.by) byId("head").textContent = "Sealed text";
  fill(byId("facts"), [...ofBundle(bundle), ticket(leased)]);
  fill(byId("more-facts"), more(found));
  missing(bundle?.missing ?? []);
}

function titleOf(bundle, leased) {
  if (bundle?.original) return `Original of ${bundle.original}`;
  if (bundle) return `Diagnostics of ${bundle.incident}`;
  return leased.by ? `What ${leased.by} sealed for you` : "What was sealed";
}

function ofBundle(bundle) {
  if (!bundle) return [];
  const rows = [];
  if (bundle.original) rows.push(["Incident", bundle.incident]);
  if (bundle.since && !bundle.original) rows.push(["Looked at", `${moment(bundle.since)} to ${moment(bundle.until)}`]);
  if (bundle.collectedAt && !bundle.original) {
    const took = bundle.tookMs === null || bundle.tookMs < 100 ? "" : `, in ${(bundle.tookMs / 1000).toLocaleString("en", { maximumFractionDigits: 1 })} s`;
    rows.push(["Collected", `${moment(bundle.collectedAt)}${took}`]);
  }
  if (!bundle.original) rows.push(["Masked", bundle.masked || "nothing"]);
  return rows;
}

function ticket(leased) {
  const whose = leased.for ? `was made for ${leased.for}` : "was made for whoever holds the link";
  return ["Ticket", `${whose}; ${leased.uses_left > 0 ? `it opens again, ${leased.uses_left} left` : "it is used up"}`];
}

function more({ bundle, leased, size }) {
  const rows = [
    ["Runs out", `${moment(leased.expires_at)}; the key is destroyed then at the latest`],
    ["Size", sized(size)],
  ];
  if (bundle) rows.unshift(["Files", counted(bundle.files.length, "file")]);
  if (bundle?.definition) rows.push(["Masked by", `definition of sensitive data, ${bundle.definition}`]);
  return rows;
}

function fill(list, rows) {
  list.replaceChildren();
  for (const [name, value] of rows) list.append(make("dt", { text: name }), make("dd", { text: value }));
}

function missing(rows) {
  const place = byId("missing");
  place.hidden = rows.length === 0;
  const said = rows.map((one) => make("li", {}, make("strong", { text: one.by || "Tocsin" }), `: ${one.why}`));
  place.replaceChildren(make("h3", { text: `Not in here (${rows.length})` }), make("ul", {}, ...said));
}
