"""Writes the log so that others can check it with nothing of ours.

    entries.jsonl  the exact bytes of every entry, one a line
    checkpoint     the signed head over exactly these entries
    vkey           the verifier key; compare it with one you got another way
    proofs/        <seq>.tlog-proof for chosen entries, and for the last;
                   consistency-<old>-<new> when an older checkpoint was given:
                   the hashes of RFC 6962 2.1.2, in base64, one a line
    words.jsonl    only when asked for: the texts that have not been erased

How it is checked is in `verify.py`, and without Tocsin in docs/verify.
"""

from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

import orjson

from bot.domain.errors import BadRequest, NotFound, Tampered
from bot.ports import Keys
from bot.store.checkpoint import parse_note, verify_note, vkey
from bot.store.proof import proof_text
from bot.store.signing import signed_head
from bot.store.transaction import SqliteTransaction


def export_log(
    tx: SqliteTransaction,
    directory: Path,
    *,
    keys: Keys,
    proofs: Sequence[int] = (),
    since: str = "",
    with_words: bool = False,
) -> int:
    """Write the whole log into a new directory; return how many entries it has.

    Args:
        proofs: Entries to prove one by one; the last one always is.
        since: An older signed note of this log; also prove that everything after
            it was only added.
        with_words: Also write the texts. They are as sensitive as the store.

    Raises:
        BadRequest: The directory has something in it.
        NotFound: There is no entry to prove under one of these numbers.
        Tampered: The log does not continue what was signed before, or `since`.
    """
    if directory.exists() and any(directory.iterdir()):
        raise BadRequest(
            "Nothing was exported",
            because=f"{directory} is not empty",
            next_move="Name a new directory.",
        )
    note = signed_head(tx, keys)
    size = parse_note(note).size
    wanted = {*proofs, size - 1} if size else set(proofs)
    verifier = vkey(tx.origin, keys.public_key())
    texts = {f"{seq}.tlog-proof": _proved(tx, seq, note, size) for seq in wanted}
    texts |= _continued(tx, since, size, verifier) if since else {}
    (directory / "proofs").mkdir(parents=True, exist_ok=True)
    _write_entries(tx, directory / "entries.jsonl")
    for name, text in texts.items():
        (directory / "proofs" / name).write_text(text, "utf-8")
    if with_words:
        _write_words(tx, directory / "words.jsonl")
    (directory / "vkey").write_text(verifier + "\n", "utf-8")
    (directory / "checkpoint").write_text(note, "utf-8")
    return size


def proof(tx: SqliteTransaction, seq: int, *, keys: Keys) -> tuple[str, bytes]:
    """Return the text of a ``.tlog-proof`` for an entry, and the entry's bytes.

    It is proved under the newest saved checkpoint, or under a new one if that does
    not cover the entry yet.

    Raises:
        NotFound: There is no such entry.
        Tampered: The entry, or what was signed before, does not fit the log.
    """
    saved = tx.log.newest_checkpoint()
    covers = saved is not None and parse_note(saved).size > seq
    note = saved if saved is not None and covers else signed_head(tx, keys)
    text = _proved(tx, seq, note, parse_note(note).size)
    (entry,) = tx.log.read(after=seq - 1, limit=1)
    return text, entry.leaf


def _proved(tx: SqliteTransaction, seq: int, note: str, size: int) -> str:
    if not 0 <= seq < size:
        raise NotFound(
            f"Entry {seq} was not proved",
            because=f"the log has {size:,} entries, numbered from 0",
            next_move="Name one of them.",
        )
    return proof_text(seq, tx.log.inclusion(seq, size=size), note)


def _continued(
    tx: SqliteTransaction, since: str, size: int, verifier: str
) -> dict[str, str]:
    """Return the proof that the log only added to `since`, under its file name."""
    before = verify_note(since, verifier)
    known = before.size <= size and tx.log.root_at(before.size) == before.root
    if not known:
        raise Tampered(
            "Nothing was exported",
            because=f"the log does not continue that checkpoint of {before.size:,} "
            "entries",
            next_move="Stop, keep a copy of the store, and restore the newest backup.",
        )
    path = tx.log.consistency(before.size, size)
    lines = "".join(b64encode(node).decode() + "\n" for node in path)
    return {f"consistency-{before.size}-{size}": lines}


def _write_entries(tx: SqliteTransaction, path: Path) -> None:
    rows = tx.connection.execute("SELECT leaf FROM entry ORDER BY seq")
    with path.open("wb") as file:
        file.writelines(leaf + b"\n" for (leaf,) in rows)


def _write_words(tx: SqliteTransaction, path: Path) -> None:
    rows = tx.connection.execute(
        "SELECT seq, name, salt, text FROM word ORDER BY seq, name"
    )
    with path.open("wb") as file:
        for seq, name, salt, text in rows:
            word = {"seq": seq, "name": name, "salt": salt.hex(), "text": text}
            file.write(orjson.dumps(word, option=orjson.OPT_APPEND_NEWLINE))
