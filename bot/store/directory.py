"""Checks an exported directory with nothing else present.

What the files are is in `export.py`; this reads them and nothing of the store.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bot.domain.errors import BadRequest, Tampered
from bot.store.checkpoint import Checkpoint, verify_note
from bot.store.leaf import not_as_recorded, word_digest
from bot.store.proof import parse_proof, verify_proof
from bot.store.replay import Replay, Report, cut_short
from bot.store.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class _Claim:
    """A signed head that the entries must lead to at its size."""

    who: str
    checkpoint: Checkpoint


def verify_directory(
    directory: Path, *, verifier: str = "", anchor: str = ""
) -> Report:
    """Check an exported log: entries, words, signed head and every proof.

    Args:
        verifier: The log's `vkey`, from a place you trust. Without it the one in
            the directory is used, which shows only that the export fits itself.
        anchor: A signed note that was kept elsewhere; the log must continue it.

    Raises:
        Tampered: The entries are not what the key signed. Names the first entry
            that shows it.
        BadRequest: The directory is not an export.
    """
    verifier = verifier or _read(directory / "vkey")
    head = verify_note(_read(directory / "checkpoint"), verifier)
    claims = [_Claim(who="the checkpoint", checkpoint=head)]
    if anchor:
        kept = verify_note(anchor, verifier)
        claims.append(_Claim(who="the anchored checkpoint", checkpoint=kept))
    proofs = _proofs(directory / "proofs")
    words = _words(directory / "words.jsonl")
    replay = Replay()
    _agree(replay, claims)
    for leaf in _lines(directory / "entries.jsonl"):
        facts, _ = replay.add(leaf)
        replay.count_words(facts, words.pop(facts.seq, {}))
        for name, text in proofs.pop(facts.seq, {}).items():
            claims.append(_proved(name, text, facts.seq, leaf, verifier))
        _agree(replay, claims)
    _check_end(replay, claims, unread=(*proofs, *words))
    return replay.report(checkpoint_size=head.size)


def _agree(replay: Replay, claims: list[_Claim]) -> None:
    for claim in claims:
        if claim.checkpoint.size == replay.size:
            replay.agree(claim.checkpoint, who=claim.who)


def _check_end(
    replay: Replay, claims: list[_Claim], *, unread: tuple[int, ...]
) -> None:
    for claim in claims:
        if claim.checkpoint.size > replay.size:
            raise cut_short(claim.checkpoint.size, replay.size, who=claim.who)
    signed = claims[0].checkpoint.size
    if signed < replay.size:
        raise not_as_recorded(signed, "it stands after the last one that is signed")
    if unread:
        raise not_as_recorded(
            min(unread), "a proof or a word of it is there, and it is not"
        )


def _proved(name: str, text: str, seq: int, leaf: bytes, verifier: str) -> _Claim:
    try:
        checkpoint = verify_proof(text, leaf, verifier)
    except Tampered as error:
        raise not_as_recorded(seq, f"its proof {name}: {error.because}") from error
    return _Claim(who=f"the proof {name}", checkpoint=checkpoint)


def _proofs(directory: Path) -> dict[int, dict[str, str]]:
    """Return the text of every proof by entry and file name."""
    found: dict[int, dict[str, str]] = {}
    for file in sorted(directory.glob("*.tlog-proof")):
        text = _read(file)
        found.setdefault(parse_proof(text).seq, {})[file.name] = text
    return found


def _words(path: Path) -> dict[int, dict[str, Word]]:
    found: dict[int, dict[str, Word]] = {}
    for line in _lines(path) if path.exists() else ():
        seq, name, word = _word(line)
        found.setdefault(seq, {})[name] = word
    return found


def _word(line: bytes) -> tuple[int, str, Word]:
    try:
        row: Mapping[str, Any] = orjson.loads(line)
        salt, text = bytes.fromhex(row["salt"]), row["text"]
        word = Word(digest=word_digest(salt, text), salt=salt, text=text)
        return int(row["seq"]), row["name"], word
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Tampered(
            "The words were not checked",
            because="a line of words.jsonl cannot be read",
            next_move="Export the log again.",
        ) from None


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file without their newline."""
    try:
        with path.open("rb") as file:
            for line in file:
                yield line.removesuffix(b"\n")
    except OSError:
        raise _not_an_export(path) from None


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise _not_an_export(path) from None


def _not_an_export(path: Path) -> BadRequest:
    return BadRequest(
        "The log was not checked",
        because=f"{path} cannot be read",
        next_move="Name a directory that `tocsin log export` wrote.",
    )
