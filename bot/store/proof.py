"""Proofs that one entry is in the log, as C2SP ``.tlog-proof`` texts. Pure.

    c2sp.org/tlog-proof@v1
    index <seq>
    <base64 hash>        the audit path, lowest first
    <blank line>
    <signed checkpoint>

Whoever has such a text, the entry's exact bytes and the log's verifier key can
check the entry without us and without the log (format: c2sp.org/tlog-proof).
"""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.errors import Tampered
from bot.store import merkle
from bot.store.checkpoint import Checkpoint, verify_note

_HEADER = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What a proof text says; nothing of it is checked yet."""

    seq: int
    path: tuple[bytes, ...]
    note: str


def proof_text(seq: int, path: Sequence[bytes], note: str) -> str:
    """Return the text of a proof.

    Args:
        path: The audit path in the tree that `note` signs.
    """
    hashes = [b64encode(sibling).decode() for sibling in path]
    return "\n".join([_HEADER, f"index {seq}", *hashes, "", note])


def parse_proof(text: str) -> Proof:
    """Return what a proof text says.

    Raises:
        Tampered: It is not a proof.
    """
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    # An `extra` line has no meaning here and is allowed by the format.
    rest = [line for line in lines[1:] if not line.startswith("extra ")]
    word, _, seq = rest[0].partition(" ") if rest else ("", "", "")
    is_proof = lines[0] == _HEADER and word == "index" and seq.isdecimal() and blank
    if not is_proof:
        raise _not_proved("it does not have the lines of a proof")
    try:
        path = tuple(b64decode(line, validate=True) for line in rest[1:])
    except (NotBase64, ValueError):
        raise _not_proved("its hashes cannot be read") from None
    return Proof(seq=int(seq), path=path, note=note)


def verify_proof(text: str, record: bytes, verifier: str) -> Checkpoint:
    """Return the signed checkpoint under which an entry is proved.

    Args:
        record: The exact bytes of the entry.
        verifier: The `vkey` of the log.

    Raises:
        Tampered: The proof does not lead from these bytes to a root that the
            log's key signed.
    """
    proof = parse_proof(text)
    checkpoint = verify_note(proof.note, verifier)
    is_proved = merkle.is_included(
        merkle.leaf_hash(record),
        proof.seq,
        size=checkpoint.size,
        root=checkpoint.root,
        path=proof.path,
    )
    if not is_proved:
        raise _not_proved("its hashes do not lead from the entry to the signed root")
    return checkpoint


def _not_proved(because: str) -> Tampered:
    return Tampered(
        "The proof does not hold",
        because=because,
        next_move="Ask for the proof and the entry again, or check the whole log.",
    )
