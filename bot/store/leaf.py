"""The exact bytes of an entry: what the tree commits to. Pure; no storage in here.

A leaf is canonical JSON (RFC 8785) of

    {actor, at, body, kind, seq, stream, v: 1, version, words: {name: digest}}

Because it holds only strings, whole numbers up to 2^53-1, true, false, null, lists
and maps with ASCII keys, sorted compact JSON *is* the canonical form; everything
for which that would not hold is refused. `at` is RFC 3339 in UTC with microseconds.

Words are texts that can be erased. The leaf holds only

    SHA-256("tocsin.word.v1" || 0x00 || salt || UTF-8 text), in hex

and the 16 random bytes of salt, erased with the text, keep anyone from guessing it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from bot.domain.errors import LogError, Tampered
from bot.ports import NewEntry

FORMAT = 1
SALT_BYTES = 16
MAX_INT = 2**53 - 1
# c2sp.org/tlog-tiles counts the bytes of an entry in 16 bits.
MAX_LEAF_BYTES = 2**16 - 1
_MAX_DEPTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What a leaf says; `words` are digests in hex."""

    seq: int
    stream: str
    version: int
    kind: str
    at: datetime
    actor: str
    body: Mapping[str, Any]
    words: Mapping[str, str]


def word_digest(salt: bytes, text: str) -> str:
    """Return the digest by which a leaf points to a word, in hex."""
    return hashlib.sha256(b"tocsin.word.v1\x00" + salt + text.encode()).hexdigest()


def leaf_of(
    entry: NewEntry, *, seq: int, stream: str, version: int, words: Mapping[str, str]
) -> tuple[bytes, Leaf]:
    """Return the canonical bytes of an entry, and what they say.

    Args:
        words: Digest of each of the entry's words, by name.

    Raises:
        LogError: The entry holds something that has no one byte form.
    """
    if entry.at.tzinfo is None:
        raise _refused("`at` has no time zone")
    if not all(isinstance(one, str) for one in (entry.kind, entry.actor)):
        raise _refused("its kind and actor are texts")
    facts = Leaf(
        seq=seq,
        stream=stream,
        version=version,
        kind=entry.kind,
        at=entry.at.astimezone(UTC),
        actor=entry.actor,
        body=_plain(entry.body, "body", _MAX_DEPTH),
        words=_plain(words, "words", 1),
    )
    leaf = _canonical(_written(facts))
    if len(leaf) > MAX_LEAF_BYTES:
        raise _refused(f"it has {len(leaf):,} bytes, more than {MAX_LEAF_BYTES:,}")
    return leaf, facts


def _written(facts: Leaf) -> dict[str, Any]:
    return {
        "v": FORMAT,
        "seq": facts.seq,
        "stream": facts.stream,
        "version": facts.version,
        "kind": facts.kind,
        "at": _stamp(facts.at),
        "actor": facts.actor,
        "body": facts.body,
        "words": facts.words,
    }


def parse_leaf(leaf: bytes) -> Leaf:
    """Return what a leaf says.

    Raises:
        ValueError: It is not a leaf of this format.
    """
    return _leaf(orjson.loads(leaf))


def _leaf(facts: object) -> Leaf:
    match facts:
        case {
            "v": 1,
            "seq": int(seq),
            "stream": str(stream),
            "version": int(version),
            "kind": str(kind),
            "at": str(at),
            "actor": str(actor),
            "body": dict(body),
            "words": dict(words),
            **rest,
        } if not rest:
            return Leaf(
                seq=seq,
                stream=stream,
                version=version,
                kind=kind,
                at=datetime.fromisoformat(at),
                actor=actor,
                body=body,
                words=words,
            )
        case _:
            raise ValueError("it does not have the form of an entry")


def parsed_leaf(seq: int, leaf: bytes) -> Leaf:
    """Return what the leaf of entry `seq` says.

    Raises:
        Tampered: It cannot be read.
    """
    try:
        return parse_leaf(leaf)
    except ValueError as error:
        raise not_as_recorded(seq, "it cannot be read") from error


def is_canonical(leaf: bytes) -> bool:
    """Return whether a leaf is written the one way we write it."""
    return orjson.dumps(orjson.loads(leaf), option=orjson.OPT_SORT_KEYS) == leaf


def not_as_recorded(seq: int, because: str) -> Tampered:
    """Return the error that says which entry was touched, and how it shows."""
    return Tampered(
        f"Entry {seq} is not what was recorded",
        because=because,
        next_move="Stop, keep a copy of the file, and compare it with a checkpoint "
        "that was kept elsewhere.",
    )


def _canonical(facts: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        raise _refused("it holds text that is not Unicode") from None


def _stamp(at: datetime) -> str:
    utc = at.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def _plain(value: object, where: str, depth: int) -> Any:
    """Return a value made of JSON's own types, or refuse it by its place."""
    match value:
        case None | bool() | str():
            return value
        case int() if abs(value) <= MAX_INT:
            return value
        case int():
            raise _refused(f"{where} is beyond 2^53-1")
        case Mapping() if depth:
            return {
                _key(name, where): _plain(inner, f"{where}.{name}", depth - 1)
                for name, inner in value.items()
            }
        case list() | tuple() if depth:
            return [
                _plain(inner, f"{where}[{n}]", depth - 1)
                for n, inner in enumerate(value)
            ]
        case Mapping() | list() | tuple():
            raise _refused(f"{where[:80]} is nested too deeply")
        case _:
            raise _refused(f"{where} is a {type(value).__name__}")


def _key(name: object, where: str) -> str:
    if isinstance(name, str) and name.isascii():
        return name
    raise _refused(f"{where} has the key {name!a}, and keys are ASCII text")


def _refused(because: str) -> LogError:
    return LogError(
        "The entry was not recorded",
        because=because,
        next_move="Record only text, whole numbers, true, false, null, lists and maps.",
    )
