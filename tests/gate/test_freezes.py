"""The stream of freezes: what is written is what is read."""

from datetime import timedelta

from bot.domain.freeze_events import FreezeLifted, FreezeRefused, FreezeSet
from bot.domain.freezing import fold_freezes
from bot.domain.untrusted import Untrusted
from bot.gate import freezes
from tests.spec import NOON
from tests.stores import transaction

TWO_HOURS_ON = NOON + timedelta(hours=2)
SET = FreezeSet(
    freeze="FZ-0001",
    until=TWO_HOURS_ON,
    by="U0LEAD",
    item="",
    reason=Untrusted("the year is being closed"),
)
NO = FreezeRefused(command="thaw", code="refused", by="U0EVE")
LIFTED = FreezeLifted(freeze="FZ-0001", until=TWO_HOURS_ON, by="U0LEAD", reason=None)


def test_what_happened_is_read_at_once_in_the_same_piece_of_work() -> None:
    with transaction() as tx:
        assert freezes.load(tx) == fold_freezes(())
        freezes.write(tx, [SET, NO], by="U0LEAD", at=NOON)
        # It is asked several times for each plan, and read once.
        found = freezes.load(tx)
        assert freezes.load(tx) is found
        assert found == fold_freezes((SET, NO))
        freezes.write(tx, [LIFTED], by="admin", at=TWO_HOURS_ON)
        assert freezes.load(tx) == fold_freezes((SET, NO, LIFTED))
        kept = [(e.kind, e.actor, e.at, dict(e.words)) for e in tx.log.load("freeze")]
    assert kept == [
        ("freeze.set.v1", "U0LEAD", NOON, {"reason": "the year is being closed"}),
        ("freeze.refused.v1", "U0LEAD", NOON, {}),
        ("freeze.lifted.v1", "admin", TWO_HOURS_ON, {}),
    ]


def test_where_nothing_happened_nothing_is_written() -> None:
    with transaction() as tx:
        freezes.write(tx, [], by="tocsin", at=NOON)
        assert (tx.log.version("freeze"), tx.log.load("freeze")) == (0, ())
