"""What a piece of work reads and writes, noted in order while it is worked out.

Keeps `bot.ports.Transaction` as far as plans need it; what cannot be answered
beforehand raises `Unforeseeable`. When a note counts is `foresight.py`'s business.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Never, cast

import orjson

from bot.domain.errors import Conflict
from bot.ports import Entry, NewEntry, Post, Timer, Transaction, TreeHead, Whisper

_READS = ("select", "with")


class Unforeseeable(Exception):
    """The answer is known only within the transaction."""


class Differs(Exception):
    """Something that the work read is not so any more; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One note.

    Attributes:
        run: Compares or writes; raises `Differs` or the log's `Conflict`.
    """

    run: Callable[[Transaction], object]
    writes: bool


class Foreseen:
    """A snapshot that remembers what was asked of it and what was to be written."""

    def __init__(self, tx: Transaction) -> None:
        self._steps: list[Step] = []
        self.worked_out: dict[str, Any] = {}
        self.log = _Log(tx, self.note)
        self.tables = _Tables(tx, self.note)
        self.timers = _Timers(self.note)
        self.outbox = _Outbox(self.note)

    @property
    def inbox(self) -> Never:
        """Nothing of a plan lies there."""
        raise Unforeseeable

    def note(self, run: Callable[[Transaction], object], *, writes: bool) -> None:
        """Remember one step."""
        self._steps.append(Step(run=run, writes=writes))

    def steps(self) -> Sequence[Step]:
        """Return what the transaction has to do: first the log's own comparisons."""
        return (*self.log.comparisons(), *self._steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """An entry that will be appended, as far as it can be told beforehand.

    Facts are as they come back from the log: through JSON.
    """

    stream: str
    kind: str
    at: datetime
    actor: str
    body: Mapping[str, Any]
    words: Mapping[str, str]

    @classmethod
    def of(cls, entry: NewEntry, stream: str) -> "Foretold":
        """Return what a new entry will be."""
        return cls(
            stream=stream,
            kind=entry.kind,
            at=entry.at,
            actor=entry.actor,
            body=orjson.loads(orjson.dumps(entry.body)),
            words=dict(entry.words),
        )

    def __getattr__(self, name: str) -> Never:
        """Its place in the log and its bytes are the transaction's."""
        raise Unforeseeable


_Note = Callable[..., None]


def _same(ask: Callable[[Transaction], object], found: object) -> Step:
    """Return the comparison of an answer with the one that was found."""

    def run(tx: Transaction) -> None:
        if ask(tx) != found:
            raise Differs

    return Step(run=run, writes=False)


class _Log:
    """The log as it is in the snapshot, with what the work appends counted in."""

    def __init__(self, tx: Transaction, note: _Note) -> None:
        self._tx = tx
        self._note = note
        self._found: dict[str, int] = {}
        self._added: dict[str, int] = {}
        self._told: dict[str, tuple[NewEntry, ...]] = {}
        self._relied_on: set[str] = set()

    def version(self, stream: str) -> int:
        if stream not in self._found:
            self._found[stream] = self._tx.log.version(stream)
        return self._found[stream] + self._added.get(stream, 0)

    def load(self, stream: str) -> tuple[Entry, ...]:
        entries = self._tx.log.load(stream)
        self._found[stream] = len(entries)
        if not (told := self._told.get(stream, ())):
            return entries
        self._relied_on.add(stream)
        own = tuple(Foretold.of(one, stream) for one in told)
        return (*entries, *cast("tuple[Entry, ...]", own))

    def append(
        self, stream: str, *, expected_version: int, entries: Sequence[NewEntry]
    ) -> tuple[Entry, ...]:
        """Note what is appended; entries get their places in the transaction."""
        if self.version(stream) != expected_version:
            raise Conflict(
                f"Nothing was added to {stream}",
                because=f"it has {self.version(stream)} entries",
                next_move="Load it again and decide again.",
            )
        self._added[stream] = self._added.get(stream, 0) + len(entries)
        self._told[stream] = (*self._told.get(stream, ()), *entries)

        def run(tx: Transaction) -> None:
            kept = tx.log.append(
                stream, expected_version=expected_version, entries=entries
            )
            # Words are masked as they are kept; whoever read them here read others.
            are_same = [one.words for one in kept] == [one.words for one in entries]
            if stream in self._relied_on and not are_same:
                raise Unforeseeable

        self._note(run, writes=True)
        return ()

    def head(self) -> TreeHead:
        """Return the head as it is now: a card says what it was when it was drawn."""
        return self._tx.log.head()

    def __getattr__(self, name: str) -> Never:
        """Proofs, checkpoints and erasing are the transaction's."""
        raise Unforeseeable

    def comparisons(self) -> list[Step]:
        """Return the comparisons of every stream that the work rests on.

        The words of one that is appended to may have been erased meanwhile, and a card
        must not show them again.
        """
        added, tx, found = sorted(self._added), self._tx, self._found
        return [
            _same(lambda tx: tx.log.versions(found), found),
            *(_words(stream, tx.log.words_left(stream)) for stream in added),
        ]


def _words(stream: str, found: int) -> Step:
    return _same(lambda tx: tx.log.words_left(stream), found)


class _Tables:
    def __init__(self, tx: Transaction, note: _Note) -> None:
        self._tx = tx
        self._note = note

    def execute(
        self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """Answer from the snapshot, as if nothing had been written meanwhile.

        A question about what the work itself wrote before is put at the same place
        in the transaction, so a wrong guess is noticed there.
        """
        if not sql.lstrip().lower().startswith(_READS):
            self._note(lambda tx: tx.tables.execute(sql, parameters), writes=True)
            return ()
        found = self._tx.tables.execute(sql, parameters)
        same = _same(lambda tx: tx.tables.execute(sql, parameters), found)
        self._note(same.run, writes=False)
        return found


class _Timers:
    def __init__(self, note: _Note) -> None:
        self._note = note

    def set(self, timer: Timer) -> None:
        self._note(lambda tx: tx.timers.set(timer), writes=True)

    def cancel(self, key: str) -> bool:
        """Note it; whether there was one is not known before."""
        self._note(lambda tx: tx.timers.cancel(key), writes=True)
        return False

    def __getattr__(self, name: str) -> Never:
        raise Unforeseeable


class _Outbox:
    def __init__(self, note: _Note) -> None:
        self._note = note

    def post(self, post: Post, *, now: datetime) -> None:
        self._note(lambda tx: tx.outbox.post(post, now=now), writes=True)

    def whisper(self, whisper: Whisper, *, now: datetime) -> None:
        self._note(lambda tx: tx.outbox.whisper(whisper, now=now), writes=True)

    def __getattr__(self, name: str) -> Never:
        raise Unforeseeable
