// A bundle taken apart: an uncompressed tar whose first member is manifest.json.
//
// Strict on purpose: only what bot/sharing/archive.py writes is a bundle (POSIX ustar,
// plain files, ASCII names). Anything else is shown as the bytes that it is.

const BLOCK = 512;
const FORMAT = "tocsin-bundle/2";
const MOST_MEMBERS = 2000;
const NAME = /^[A-Za-z0-9._+=-]+(?:\/[A-Za-z0-9._+=-]+)*$/;

/** The bundle in `bytes`, or null where they are none. */
export function bundleIn(bytes) {
  const members = membersOf(bytes);
  const manifest = members && members.keys().next().value === "manifest.json" ? read(members.get("manifest.json")) : null;
  if (manifest?.format !== FORMAT || !Array.isArray(manifest.files)) return null;
  const files = [];
  for (const told of manifest.files) {
    const content = members.get(string(told?.name));
    if (content) files.push({ ...fileOf(told), content });
  }
  return { ...summaryOf(manifest), files };
}

// What the manifest says is text from outside too: only what has the right type is used.
const string = (value) => (typeof value === "string" ? value : "");

const summaryOf = (told) => ({
  incident: string(told.incident),
  exercise: told.exercise === true,
  original: string(told.original),
  since: string(told.since),
  until: string(told.until),
  collectedAt: string(told.collected_at),
  tookMs: Number.isFinite(told.took_ms) ? told.took_ms : null,
  masked: string(told.masked),
  definition: string(told.definition),
  missing: (Array.isArray(told.missing) ? told.missing : []).map((one) => ({ by: string(one?.by), why: string(one?.why) })),
});

const fileOf = (told) => ({
  name: told.name,
  says: string(told.says),
  type: string(told.type),
  by: string(told.by),
  call: string(told.call),
  masked: (Array.isArray(told.masked) ? told.masked : [])
    .filter((one) => string(one?.kind) && Number.isInteger(one.count))
    .map((one) => ({ kind: one.kind, count: one.count })),
});

function read(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}

/** Name to bytes, in the order of the archive; null where it is no archive of ours. */
export function membersOf(bytes) {
  const found = new Map();
  let at = 0;
  while (at + BLOCK <= bytes.length) {
    const head = bytes.subarray(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) return found;
    const member = memberOf(head);
    const start = at + BLOCK;
    if (!member || found.has(member.name) || found.size >= MOST_MEMBERS) return null;
    if (member.size > bytes.length - start) return null;
    found.set(member.name, bytes.subarray(start, start + member.size));
    at = start + Math.ceil(member.size / BLOCK) * BLOCK;
  }
  return null;
}

// Fields of POSIX.1-1988 ustar: name 0+100, size 124+12 and checksum 148+8 in octal, kind
// of file 156, magic 257, prefix of the name 345.
function memberOf(head) {
  const ascii = (from, most) => {
    const part = head.subarray(from, from + most);
    const end = part.indexOf(0);
    return String.fromCharCode(...part.subarray(0, end < 0 ? most : end));
  };
  const octal = (from, most) => (/^[0-7]+ ?$/.test(ascii(from, most)) ? parseInt(ascii(from, most), 8) : NaN);
  let sum = 0;
  for (let n = 0; n < BLOCK; n += 1) sum += n >= 148 && n < 156 ? 32 : head[n];
  const [name, size, kind] = [ascii(0, 100), octal(124, 12), head[156]];
  const isPlain = kind === 48 && ascii(257, 5) === "ustar" && !ascii(345, 155);
  const isSafe = NAME.test(name) && !name.split("/").includes("..");
  return isPlain && isSafe && octal(148, 8) === sum && Number.isSafeInteger(size) ? { name, size } : null;
}
