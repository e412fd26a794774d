"""Checks a whole log: the one in the store, or an exported directory.

Nothing that is kept about an entry is believed: every leaf is hashed again, and
what comes out is compared with the kept hashes, the words and the signed head.
What the leaves themselves must keep is in `replay.py`.
"""

from bot.ports import Keys
from bot.store import merkle
from bot.store.checkpoint import Checkpoint, verify_note, vkey
from bot.store.leaf import Leaf, not_as_recorded
from bot.store.log_tables import leftover
from bot.store.replay import Replay, Report, cut_short
from bot.store.transaction import SqliteTransaction
from bot.store.words import Word

_NEWEST = "the newest checkpoint"


def verify_store(tx: SqliteTransaction, keys: Keys) -> Report:
    """Check the log in the store from its first entry to its last.

    Raises:
        Tampered: An entry, a hash or a word is not what was recorded, or the log
            is not what its newest checkpoint signed. Names the first such entry.
    """
    newest = tx.log.newest_checkpoint()
    verifier = vkey(tx.origin, keys.public_key())
    checkpoint = None if newest is None else verify_note(newest, verifier)
    replay = Replay()
    _agree(replay, checkpoint)
    rows = tx.connection.execute(
        "SELECT seq, stream, version, leaf, hashes FROM entry ORDER BY seq"
    )
    for seq, stream, version, leaf, hashes in rows:
        if seq != replay.size:
            raise not_as_recorded(replay.size, "it is missing")
        facts, grown = replay.add(leaf)
        if (facts.stream, facts.version) != (stream, version):
            raise not_as_recorded(seq, "it stands under another stream than it says")
        _check_hashes(facts, hashes, grown)
        replay.count_words(facts, _words(tx, facts))
        _agree(replay, checkpoint)
    if checkpoint is not None and checkpoint.size > replay.size:
        raise cut_short(checkpoint.size, replay.size, who=_NEWEST)
    _check_leftovers(tx, replay.size)
    return replay.report(checkpoint_size=checkpoint.size if checkpoint else 0)


def _agree(replay: Replay, checkpoint: Checkpoint | None) -> None:
    if checkpoint is not None and checkpoint.size == replay.size:
        replay.agree(checkpoint, who=_NEWEST)


def _check_hashes(
    facts: Leaf, kept: bytes, grown: tuple[tuple[int, int, bytes], ...]
) -> None:
    for level, _, expected in grown:
        start = level * merkle.BYTES
        if kept[start : start + merkle.BYTES] != expected:
            raise not_as_recorded(
                facts.seq, f"the kept hash at level {level} is not that of its entries"
            )
    if len(kept) > len(grown) * merkle.BYTES:
        raise not_as_recorded(facts.seq, "hashes are kept with it that it has not made")


def _words(tx: SqliteTransaction, facts: Leaf) -> dict[str, Word]:
    rows = tx.connection.execute(
        "SELECT name, digest, salt, text FROM word WHERE seq = ?", (facts.seq,)
    )
    return {
        name: Word(digest=digest, salt=salt, text=text)
        for name, digest, salt, text in rows
    }


def _check_leftovers(tx: SqliteTransaction, size: int) -> None:
    """Check that nothing is kept about entries that do not exist."""
    (words,) = tx.connection.execute(
        "SELECT count(*) FROM word WHERE seq >= ?", (size,)
    ).fetchone()
    if words:
        raise leftover(size, what="words")
