// Who is signed in, where the server wants to know: asks it, and offers to sign in.
//
// Signing in happens in another tab, so that ticket and key stay where they are, in the
// memory of this page: they are neither kept nor sent along. When this tab is looked at
// again, the server is asked again. The other side is bot/web/visitors.py.

import { byId } from "./dom.mjs";

export function watchIdentity() {
  look();
  window.addEventListener("focus", look);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
}

async function look() {
  if (byId("ready").hidden) return;
  const me = await asked();
  const must = me.required && !me.signed_in;
  byId("open").hidden = must;
  byId("sign-in").hidden = !must;
  byId("signed-in").hidden = !(me.required && me.signed_in);
  byId("signed-in-as").textContent = me.person;
}

// Without an answer the button stays: the server decides in any case.
async function asked() {
  const none = { required: false, signed_in: false, person: "" };
  try {
    const answer = await fetch("../share/me", { cache: "no-store", credentials: "same-origin", referrerPolicy: "no-referrer" });
    return answer.ok ? await answer.json() : none;
  } catch {
    return none;
  }
}
