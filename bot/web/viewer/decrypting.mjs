// From a stream of ciphertext to bytes, with progress. Every 64 KiB carries its own seal,
// and the last one says that it is the last: what was cut or changed is never shown.

import { Decrypter } from "age-encryption";
import { Lost } from "./door.mjs";

/** Larger things are for `age` in a terminal: all of it would lie in a browser's memory. */
export const MOST_BYTES = 256 * 1024 * 1024;

/** What came does not decrypt to its end. */
export class Broken extends Error {}

/**
 * Decrypt; `told` hears how many bytes of ciphertext came so far.
 * @throws {Broken} A byte is missing, too many or other than it was.
 * @throws {Lost} The connection ended.
 */
export async function decrypted(stream, key, size, told) {
  let came = 0;
  let lost = false;
  const reader = stream.getReader();
  const counted = new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        came += value.length;
        if (came > size) throw new Broken();
        told(came);
        controller.enqueue(value);
      } catch (error) {
        lost = !(error instanceof Broken);
        controller.error(error);
      }
    },
  });
  const decrypter = new Decrypter();
  try {
    decrypter.addIdentity(key);
    return await collected(await decrypter.decrypt(counted), size);
  } catch {
    reader.cancel().catch(() => {});
    throw lost ? new Lost() : new Broken();
  }
}

// Plaintext is always shorter than its ciphertext, so one piece of memory is enough.
async function collected(stream, size) {
  const bytes = new Uint8Array(size);
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes.subarray(0, length);
    bytes.set(value, length);
    length += value.length;
  }
}
