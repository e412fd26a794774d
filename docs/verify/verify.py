#!/usr/bin/env python3
r"""Checks a Tocsin log without Tocsin: Python's standard library and openssl only.

    python3 verify.py proof 41.tlog-proof 41.record --vkey VKEY
    python3 verify.py log EXPORTED_DIRECTORY [--vkey VKEY] [--anchor CHECKPOINT]

VKEY is the log's verifier key, or a file that holds it. Get it from a place the
log's owner cannot change quietly; a key that comes with the log proves only that
the log fits itself. CHECKPOINT is a signed head that was kept elsewhere; without
one, entries cut off at the end cannot be noticed.

What is checked, each by its public definition:

    entry hash   SHA-256(0x00 || entry bytes)                         RFC 6962 2.1
    node hash    SHA-256(0x01 || left || right)                       RFC 6962 2.1
    proof        c2sp.org/tlog-proof, audit path as in RFC 9162 2.1.3.2
    checkpoint   <origin>\n<size>\n<base64 root>\n                    c2sp.org/tlog-checkpoint
    signature    — <name> base64(key id || Ed25519 signature)         c2sp.org/signed-note
    word         SHA-256("tocsin.word.v1" || 0x00 || salt || text)

Exit status: 0 whole, 1 not whole, 2 wrong usage.
"""  # noqa: E501 - a table

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

# SubjectPublicKeyInfo of an Ed25519 key, up to the 32 bytes of the key (RFC 8410).
ED25519_DER = bytes.fromhex("302a300506032b6570032100")
DASH = "\N{EM DASH} "


class Wrong(Exception):
    """The log is not what was signed, or a file is not what it should be."""


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Check a Tocsin log without Tocsin.")
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("proof", help="check that one entry is in the log")
    one.add_argument("proof", type=Path)
    one.add_argument("record", type=Path, help="file with the entry's exact bytes")
    one.add_argument("--vkey", required=True)
    whole = commands.add_parser("log", help="check an exported directory")
    whole.add_argument("directory", type=Path)
    whole.add_argument("--vkey", default="")
    whole.add_argument("--anchor", type=Path)
    asked = parser.parse_args()
    try:
        says = check_proof(asked) if asked.command == "proof" else check_log(asked)
    except (Wrong, OSError, ValueError, KeyError, TypeError) as wrong:
        sys.stderr.write(f"error: {wrong}\n")
        return 1
    sys.stdout.write(says + "\n")
    return 0


def check_proof(asked: argparse.Namespace) -> str:
    """Check one entry; return what to print."""
    record = asked.record.read_bytes()
    text = asked.proof.read_text("utf-8")
    seq, size = proved(text, record, vkey(asked.vkey))
    return f"proved: entry {seq} is in the log of {size:,} entries"


def check_log(asked: argparse.Namespace) -> str:
    """Check an exported directory; return what to print."""
    folder = asked.directory
    key = vkey(asked.vkey or str(folder / "vkey"))
    size, root = signed_head((folder / "checkpoint").read_text("utf-8"), key)
    roots = {size: root}
    if asked.anchor:
        old_size, old_root = signed_head(asked.anchor.read_text("utf-8"), key)
        if old_size > size:
            raise Wrong(f"the anchor has seen {old_size} entries, the log has {size}")
        if roots.setdefault(old_size, old_root) != old_root:
            raise Wrong("the anchor signs another root for the same size")
    entries = (folder / "entries.jsonl").read_bytes().split(b"\n")[:-1]
    if len(entries) != size:
        raise Wrong(f"{len(entries)} entries are there, the checkpoint signs {size}")
    check_places(entries)
    check_roots(entries, roots)
    proofs = sorted((folder / "proofs").glob("*.tlog-proof"))
    for file in proofs:
        text = file.read_text("utf-8")
        seq = parsed_proof(text)[0]
        if seq >= size:
            raise Wrong(f"{file.name} proves an entry that is not there")
        proved(text, entries[seq], key)
    words = check_words(folder / "words.jsonl", entries)
    says = f"whole: {size:,} entries, root {root.hex()[:16]}…, {len(proofs)} proofs"
    return says + f", {words} words"


def check_places(entries: list[bytes]) -> None:
    """Check that entries and the versions of each stream follow one another."""
    versions: dict[str, int] = {}
    for seq, line in enumerate(entries):
        entry = json.loads(line)
        stream = entry["stream"]
        versions[stream] = versions.get(stream, 0) + 1
        if entry["v"] != 1 or entry["seq"] != seq:
            raise Wrong(f"entry {seq}: another one stands in its place")
        if entry["version"] != versions[stream]:
            raise Wrong(f"entry {seq}: a version of {stream} before it is missing")


def check_roots(entries: list[bytes], roots: dict[int, bytes]) -> None:
    """Check the root over the first `size` entries for every signed size."""
    peaks: list[tuple[int, bytes]] = []  # full subtrees, widest first
    for size in range(len(entries) + 1):
        if size in roots and fold(peaks) != roots[size]:
            raise Wrong(f"the first {size} entries are not what the key signed")
        if size < len(entries):
            width, top = 1, digest(b"\x00" + entries[size])
            while peaks and peaks[-1][0] == width:
                width, top = width * 2, digest(b"\x01" + peaks.pop()[1] + top)
            peaks.append((width, top))


def fold(peaks: list[tuple[int, bytes]]) -> bytes:
    """Return the root over full subtrees."""
    if not peaks:
        return digest(b"")
    root = peaks[-1][1]
    for _, left in reversed(peaks[:-1]):
        root = digest(b"\x01" + left + root)
    return root


def check_words(path: Path, entries: list[bytes]) -> int:
    """Check every exported text against its entry; return how many there are."""
    if not path.exists():
        return 0
    lines = path.read_bytes().split(b"\n")[:-1]
    for line in lines:
        word = json.loads(line)
        salted = bytes.fromhex(word["salt"]) + word["text"].encode()
        entry = json.loads(entries[word["seq"]])
        if entry["words"].get(word["name"]) != digest(TAG + salted).hex():
            raise Wrong(f"entry {word['seq']}: its word {word['name']} was changed")
    return len(lines)


TAG = b"tocsin.word.v1\x00"


def proved(text: str, record: bytes, key: tuple[str, bytes]) -> tuple[int, int]:
    """Check a proof; return the entry's number and the size of the signed log."""
    seq, path, note = parsed_proof(text)
    size, root = signed_head(note, key)
    first, last, top = seq, size - 1, digest(b"\x00" + record)
    for sibling in path if 0 <= seq < size else ():
        if last == 0:
            break
        if first & 1 or first == last:
            top = digest(b"\x01" + sibling + top)
            while first and not first & 1:
                first, last = first >> 1, last >> 1
        else:
            top = digest(b"\x01" + top + sibling)
        first, last = first >> 1, last >> 1
    if not 0 <= seq < size or last or top != root:
        raise Wrong(f"entry {seq}: the proof does not lead to the signed root")
    if json.loads(record)["seq"] != seq:
        raise Wrong(f"entry {seq}: the record says it is another")
    return seq, size


def parsed_proof(text: str) -> tuple[int, list[bytes], str]:
    """Return number, audit path and signed note of a proof."""
    head, _, note = text.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    if lines[0] != "c2sp.org/tlog-proof@v1" or not lines[1].startswith("index "):
        raise Wrong("this is not a proof")
    path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    return int(lines[1].removeprefix("index ")), path, note


def signed_head(note: str, key: tuple[str, bytes]) -> tuple[int, bytes]:
    """Return size and root of a checkpoint that the key signed."""
    text, _, signatures = note.rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    name, public = key
    known = digest(name.encode() + b"\n\x01" + public)[:4]
    for line in signatures.splitlines():
        signer, _, encoded = line.removeprefix(DASH).rpartition(" ")
        signature = base64.b64decode(encoded, validate=True)
        if signer == name == origin and signature[:4] == known:
            check_signature(f"{text}\n".encode(), signature[4:], public)
            return int(size), base64.b64decode(root, validate=True)
    raise Wrong("the checkpoint is not signed by this key")


def check_signature(text: bytes, signature: bytes, public: bytes) -> None:
    """Check an Ed25519 signature with the openssl program, 3.0 or newer."""
    pem = base64.encodebytes(ED25519_DER + public)
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / name for name in ("key", "text", "signature")}
        files["key"].write_bytes(
            b"-----BEGIN PUBLIC KEY-----\n" + pem + b"-----END PUBLIC KEY-----\n"
        )
        files["text"].write_bytes(text)
        files["signature"].write_bytes(signature)
        answer = subprocess.run(  # noqa: S603 - nothing of it comes from the log
            [
                *("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", files["key"]),
                *("-rawin", "-in", files["text"], "-sigfile", files["signature"]),
            ],
            capture_output=True,
            check=False,
        )
    if answer.returncode != 0:
        raise Wrong("the signature of the checkpoint does not fit")


def vkey(text: str) -> tuple[str, bytes]:
    """Return name and public key of a verifier key, given as text or as a file."""
    if "+" not in text or Path(text).exists():
        text = Path(text).read_text("utf-8")
    name, _, rest = text.strip().partition("+")
    shown, _, encoded = rest.partition("+")
    key = base64.b64decode(encoded, validate=True)
    if key[:1] != b"\x01" or digest(name.encode() + b"\n" + key)[:4].hex() != shown:
        raise Wrong("this is not an Ed25519 verifier key, or it was mistyped")
    return name, key[1:]


def digest(content: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(content).digest()


if __name__ == "__main__":
    sys.exit(main())
