// What the page asks of the server: nonce, claim with proof of the key, ciphertext, ack.
// The other side is bot/web/shares.py; both derive the same in bot/sharing/proof.py.

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { link } from "./link.mjs";

const ACK_TRIES = 4;
const utf8 = (text) => new TextEncoder().encode(text);

/** The server said no; it never says why. */
export class Refused extends Error {}
/** Nobody answered to the end. */
export class Lost extends Error {}

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(`../share/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      // The cookie of a sign-in, where there is one, says who is reading.
      credentials: "same-origin",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch {
    throw new Lost();
  }
  if (!answer.ok) throw new Refused();
  return answer;
}

function proof(nonce) {
  const auth = hkdf(sha256, utf8(link.key), undefined, utf8("tocsin.share.auth.v1"), 32);
  return bytesToHex(hmac(sha256, auth, utf8(`tocsin.claim.v1\n${link.share}\n${link.ticket}\n${nonce}`)));
}

export async function claim() {
  const { nonce } = await (await post("nonce", {})).json();
  const { share, ticket } = link;
  return (await post("claim", { share, ticket, nonce, proof: proof(nonce) })).json();
}

/** The ciphertext as a stream. */
export const content = async (lease) => (await post("content", { share: link.share, lease })).body;

/** Say that all of it was decrypted. Only an answer ends it: a lost connection is tried again. */
export async function acknowledge(lease) {
  for (let n = 1; ; n += 1) {
    try {
      await post("ack", { share: link.share, lease });
      return;
    } catch (error) {
      if (error instanceof Refused || n === ACK_TRIES) throw error;
      await new Promise((go) => setTimeout(go, 1000 * n));
    }
  }
}
