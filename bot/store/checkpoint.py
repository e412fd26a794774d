r"""Signed heads of the log, as C2SP signed notes. Pure; no key in here.

    <origin>\n<size>\n<base64 root>\n\n— <origin> <base64(key id || signature)>\n

Formats: c2sp.org/tlog-checkpoint and c2sp.org/signed-note, Ed25519 (type 0x01):
key id = SHA-256(name || 0x0A || 0x01 || public key)[:4], verifier key =
``<name>+<key id in hex>+<base64(0x01 || public key)>``. The signature is over the
text up to and including the newline before the blank line.
"""

import hashlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.errors import BadRequest, Tampered
from bot.ports import TreeHead

_ED25519 = b"\x01"
_DASH = "\N{EM DASH} "
_KEY_ID_BYTES = 4
_HASH_BYTES = 32
_FIXED_LINES = 3  # origin, size, root; lines after them are extensions


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A head of a log and who signed it; whether rightly is not known yet.

    Attributes:
        text: The signed text, its last newline included.
        signatures: Key name, and key id with signature behind it.
    """

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[tuple[str, bytes], ...]


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the 4 bytes that tell keys of one name apart."""
    named = name.encode() + b"\n" + _ED25519 + public_key
    return hashlib.sha256(named).digest()[:_KEY_ID_BYTES]


def vkey(name: str, public_key: bytes) -> str:
    """Return the verifier key people keep to check our signatures."""
    encoded = b64encode(_ED25519 + public_key).decode()
    return f"{name}+{key_id(name, public_key).hex()}+{encoded}"


def parse_vkey(text: str) -> tuple[str, bytes]:
    """Return the name and the public key in a verifier key.

    Raises:
        BadRequest: It is not an Ed25519 verifier key, or it was mistyped.
    """
    name, _, rest = text.strip().partition("+")
    shown_id, _, encoded = rest.partition("+")
    key = _from_base64(encoded)
    if not name or key is None or len(key) != 1 + _HASH_BYTES or key[:1] != _ED25519:
        raise _bad_vkey("it does not read <name>+<id>+<base64 of an Ed25519 key>")
    if key_id(name, key[1:]).hex() != shown_id:
        raise _bad_vkey("its id does not belong to its name and key")
    return name, key[1:]


def sign_note(
    origin: str, head: TreeHead, *, sign: Callable[[bytes], bytes], public_key: bytes
) -> str:
    """Return a head of the log as a signed note.

    Args:
        origin: ``tocsin/<install id>``; also the name of the key.
        sign: Returns the 64-byte Ed25519 signature of a message.
    """
    text = f"{origin}\n{head.size}\n{b64encode(head.root).decode()}\n"
    signature = key_id(origin, public_key) + sign(text.encode())
    return f"{text}\n{_DASH}{origin} {b64encode(signature).decode()}\n"


def parse_note(note: str) -> Checkpoint:
    """Return what a signed note says, without checking who signed it.

    Raises:
        Tampered: It is not a signed checkpoint.
    """
    text, blank, signed = note.rpartition("\n\n")
    lines = text.split("\n")
    if not blank or len(lines) < _FIXED_LINES or "" in lines:
        raise _bad_note("it does not have the lines of a checkpoint")
    origin, size, encoded = lines[:_FIXED_LINES]
    root = _from_base64(encoded)
    if not _is_size(size) or root is None or len(root) != _HASH_BYTES:
        raise _bad_note("its size or its root cannot be read")
    return Checkpoint(
        origin=origin,
        size=int(size),
        root=root,
        text=text + "\n",
        signatures=_signatures(signed),
    )


def verify_note(note: str, verifier: str) -> Checkpoint:
    """Return what a note says after checking its signature.

    Args:
        verifier: The `vkey` of the log it should come from.

    Raises:
        Tampered: The key did not sign this text.
        BadRequest: The verifier key cannot be read.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    name, public_key = parse_vkey(verifier)
    checkpoint = parse_note(note)
    if checkpoint.origin != name:
        raise _bad_note(f"it is of {checkpoint.origin!a}, the key is of {name!a}")
    known = key_id(name, public_key)
    ours = [
        signature[_KEY_ID_BYTES:]
        for signer, signature in checkpoint.signatures
        if signer == name and signature[:_KEY_ID_BYTES] == known
    ]
    if not ours:
        raise _bad_note("it is signed by another key")
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        for signature in ours:
            key.verify(signature, checkpoint.text.encode())
    except InvalidSignature:
        raise _bad_note("its signature does not fit its text") from None
    return checkpoint


def _signatures(block: str) -> tuple[tuple[str, bytes], ...]:
    lines = block.split("\n")
    if lines[-1] or len(lines) == 1:
        raise _bad_note("its signature lines cannot be read")
    return tuple(_signature(line) for line in lines[:-1])


def _signature(line: str) -> tuple[str, bytes]:
    name, space, encoded = line.removeprefix(_DASH).rpartition(" ")
    signature = _from_base64(encoded)
    if not (line.startswith(_DASH) and name and space and signature):
        raise _bad_note("its signature lines cannot be read")
    return name, signature


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and str(int(text)) == text


def _from_base64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (NotBase64, ValueError):
        return None


def _bad_note(because: str) -> Tampered:
    return Tampered(
        "The checkpoint cannot be trusted",
        because=because,
        next_move="Compare it with a copy that was kept elsewhere.",
    )


def _bad_vkey(because: str) -> BadRequest:
    return BadRequest(
        "The verifier key was not used",
        because=because,
        next_move="Copy it again from where it was published.",
    )
