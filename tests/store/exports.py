"""Exported logs, and what somebody who wants to deceive does to one."""

import base64
from collections.abc import Callable
from pathlib import Path

import orjson

from bot.ports import TreeHead
from bot.store import merkle
from bot.store.checkpoint import parse_note, sign_note, vkey
from bot.store.export import export_log
from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore

Deceit = Callable[[Path], None]


def exported(
    store: SqliteStore, keys: FileKeys, directory: Path, *, with_words: bool = True
) -> Path:
    store.read(
        lambda tx: export_log(
            tx, directory, keys=keys, proofs=[0, 4], with_words=with_words
        )
    )
    return directory


def lines(directory: Path) -> list[bytes]:
    return (directory / "entries.jsonl").read_bytes().split(b"\n")[:-1]


def write(directory: Path, entries: list[bytes]) -> None:
    text = b"".join(entry + b"\n" for entry in entries)
    (directory / "entries.jsonl").write_bytes(text)


def edited(directory: Path) -> None:
    entries = lines(directory)
    entries[4] = entries[4].replace(b"U0ONCALL", b"U0FRIEND")
    write(directory, entries)


def edited_where_nothing_is_proved(directory: Path) -> None:
    entries = lines(directory)
    entries[5] = entries[5].replace(b"U0ONCALL", b"U0FRIEND")
    write(directory, entries)


def appended(directory: Path) -> None:
    """Add an entry that fits, but that nobody signed."""
    entries = lines(directory)
    facts = orjson.loads(entries[9]) | {"seq": 10, "version": 5, "words": {}}
    more = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    write(directory, [*entries, more])


def deleted(directory: Path) -> None:
    entries = lines(directory)
    del entries[4]
    write(directory, entries)


def inserted(directory: Path) -> None:
    entries = lines(directory)
    entries.insert(4, entries[4])
    write(directory, entries)


def swapped(directory: Path) -> None:
    entries = lines(directory)
    entries[4], entries[5] = entries[5], entries[4]
    write(directory, entries)


def cut(directory: Path) -> None:
    write(directory, lines(directory)[:7])


def renumbered(directory: Path) -> None:
    """Take an entry out and give the later ones the numbers before theirs."""
    entries = lines(directory)
    del entries[4]
    for seq, entry in enumerate(entries):
        facts = orjson.loads(entry) | {"seq": seq}
        entries[seq] = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    write(directory, entries)


def resized(directory: Path) -> None:
    note = (directory / "checkpoint").read_text("utf-8")
    (directory / "checkpoint").write_text(note.replace("\n10\n", "\n9\n"), "utf-8")


def unsigned(directory: Path) -> None:
    note = (directory / "checkpoint").read_text("utf-8")
    text, _, line = note.rpartition(" ")
    raw = bytearray(base64.b64decode(line))
    raw[-1] ^= 1
    line = base64.b64encode(raw).decode()
    (directory / "checkpoint").write_text(f"{text} {line}\n", "utf-8")


def reworded(directory: Path) -> None:
    words = (directory / "words.jsonl").read_bytes()
    (directory / "words.jsonl").write_bytes(words.replace(b"note 4", b"note X"))


def disproved(directory: Path) -> None:
    proofs = directory / "proofs"
    (proofs / "4.tlog-proof").write_text(
        (proofs / "4.tlog-proof").read_text("utf-8").replace("index 4", "index 3"),
        "utf-8",
    )


DECEITS: tuple[Deceit, ...] = (
    *(edited, edited_where_nothing_is_proved, appended, deleted, inserted),
    *(swapped, cut, renumbered, resized, unsigned, reworded, disproved),
)


def cut_and_signed_again(directory: Path, keys: FileKeys) -> None:
    """What the owner of the key can do: a shorter log with a good signature."""
    resign(directory, lines(directory)[:7], keys)


def edited_and_signed_again(directory: Path, keys: FileKeys) -> None:
    """What the owner of the key can do: another history with a good signature."""
    edited(directory)
    resign(directory, lines(directory), keys)


def holed_and_signed_again(directory: Path, keys: FileKeys) -> None:
    """A stream without one of its versions, with a good signature."""
    renumbered(directory)
    resign(directory, lines(directory), keys)


def resign(directory: Path, entries: list[bytes], keys: FileKeys) -> None:
    write(directory, entries)
    for file in (*(directory / "proofs").iterdir(), directory / "words.jsonl"):
        file.unlink()
    nodes: dict[tuple[int, int], bytes] = {}
    for seq, entry in enumerate(entries):
        for level, pos, kept in merkle.grown(
            seq, merkle.leaf_hash(entry), lambda *at: nodes[at]
        ):
            nodes[level, pos] = kept
    head = TreeHead(len(entries), merkle.root(len(entries), lambda *at: nodes[at]))
    origin = parse_note((directory / "checkpoint").read_text("utf-8")).origin
    note = sign_note(origin, head, sign=keys.sign, public_key=keys.public_key())
    (directory / "checkpoint").write_text(note, "utf-8")
    (directory / "vkey").write_text(vkey(origin, keys.public_key()) + "\n", "utf-8")
