"""An approval is proved by a signed checkpoint that covers its newest entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import pytest

from bot.domain.errors import Tampered
from bot.gate.proof import is_due, is_proven
from bot.ports import Entry, Transaction
from tests.spec import NOON

ROOT = b"root"


@dataclass
class Log:
    """A log as far as a proof asks it."""

    newest: str | None

    def newest_checkpoint(self) -> str | None:
        return self.newest

    def inclusion(self, seq: int, *, size: int) -> tuple[bytes, ...]:
        return (f"{seq} in {size}".encode(),)


@dataclass
class Signed:
    """A transaction over such a log."""

    log: Log


def tx(newest: str | None) -> Transaction:
    return cast("Transaction", Signed(Log(newest)))


def note(text: str) -> tuple[int, bytes]:
    """Open a note of ours: its size is its text."""
    if text == "forged":
        raise Tampered("It was not read", because="the signature", next_move="Look.")
    return int(text), ROOT


def leads(leaf: bytes, seq: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    return (leaf, list(path), root) == (
        *(f"leaf {seq}".encode(), [f"{seq} in {size}".encode()], ROOT),
    )


def stream(*kinds: str) -> list[Entry]:
    return [
        Entry(
            seq=seq,
            stream="action/pl_1",
            version=seq + 1,
            kind=f"action.{kind}.v1",
            at=NOON,
            actor="U1",
            body={},
            words={},
            leaf=f"leaf {seq}".encode(),
        )
        for seq, kind in enumerate(kinds)
    ]


CLEARED = stream("drafted", "cleared", "refused")
TWICE = stream("cleared", "refused", "cleared")


@pytest.mark.parametrize(
    ("entries", "newest", "due", "proven"),
    [
        (CLEARED, None, False, False),
        (CLEARED, "1", False, False),
        (CLEARED, "2", True, True),
        (CLEARED, "3", True, True),
        # Of two the newest counts.
        (TWICE, "2", False, False),
        (TWICE, "3", True, True),
        # Whoever then asks for the proof is refused, and that is written down.
        (CLEARED, "forged", True, False),
        (stream("drafted"), "9", True, False),
        (stream("drafted"), None, False, False),
    ],
)
def test_a_checkpoint_proves_what_it_covers(
    entries: list[Entry], newest: str | None, *, due: bool, proven: bool
) -> None:
    assert is_due(tx(newest), entries, note=note) is due
    assert is_proven(tx(newest), entries, note=note, path=leads) is proven


def test_a_path_that_does_not_lead_to_the_root_proves_nothing() -> None:
    found = is_proven(tx("3"), CLEARED, note=note, path=lambda *_: False)
    assert found is False
