// What is too large for a browser: the lines to run, for as long as the lease lasts.
//
// The key is in none of them. A shell keeps its lines, so it asks for the key without
// showing it, and `age` reads it from a file descriptor.

import { address, link } from "./link.mjs";
import { button, byId, make, show, sized } from "./dom.mjs";

/** Show how to open it elsewhere; `again` claims anew. */
export function showBig(leased, again) {
  const base = `${location.origin}${location.pathname}`.replace(/\/d\/[^/]*$/, "");
  const given = JSON.stringify({ share: link.share, lease: leased.lease });
  const ask = `curl -sSf -H 'Content-Type: application/json' -d ${quoted(given)} ${quoted(base)}`;
  byId("big-size").textContent = sized(leased.size_bytes);
  byId("big-lines").replaceChildren(
    step("1. In bash or zsh, run this line, paste the key and press Enter. Nothing is shown and nothing is kept.", "read -rs KEY"),
    secret("The key", link.key),
    step(
      "2. Run this line while the time below runs: it fetches, decrypts, and says that it was opened.",
      `${ask}/share/content | age -d -i <(printf '%s\\n' "$KEY") -o ${link.share}.opened && ${ask}/share/ack; unset KEY`,
    ),
  );
  byId("big-other").replaceChildren(
    make("p", { text: "What comes out is what was sealed; of an incident's diagnostics it is an archive, which tar xf takes apart." }),
    step("Where Tocsin is installed, this asks for the link instead, once the time for fetching it is over, within the hour:", `tocsin unseal - > ${link.share}.opened`),
    secret("The link", address()),
  );
  countdown(leased.lease_s, again);
  show("big");
}

// Single quotes keep everything but themselves as it is.
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function step(says, line) {
  const code = make("pre", { class: "command", tabindex: "0", "aria-label": "Line to run", text: line });
  return make("div", { class: "step" }, make("p", { text: says }), code, button("Select", () => getSelection().selectAllChildren(code)));
}

function secret(name, value) {
  const field = make("input", { type: "password", readonly: true, autocomplete: "off", "aria-label": name });
  field.value = value;
  const reveal = button("Show and select", () => {
    field.type = "text";
    field.select();
  });
  return make("div", { class: "secret" }, make("span", { text: name }), field, reveal);
}

// Minutes for a long time, so that a screen reader is not told each second of it.
const said = (seconds) => (seconds > 120 ? `${Math.ceil(seconds / 60)} more minutes` : `${seconds} more seconds`);

function countdown(seconds, again) {
  const [place, press] = [byId("big-left"), byId("big-again")];
  const ends = Date.now() + seconds * 1000;
  press.hidden = true;
  press.onclick = again;
  const tick = () => {
    const left = Math.max(Math.ceil((ends - Date.now()) / 1000), 0);
    place.textContent = left ? `These lines work for ${said(left)}; the fetching must end within them.` : "The lines have run out. Get new ones.";
    if (left) return;
    clearInterval(ticking);
    press.hidden = false;
  };
  const ticking = setInterval(tick, 1000);
  tick();
}
