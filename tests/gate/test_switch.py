"""The kill switch as its stream says, and who reads that they may not turn it."""

from collections.abc import Iterator

import pytest

from bot.domain.errors import NotAllowed
from bot.gate import switch
from bot.ports import Transaction
from bot.ports.gate import Stopped
from tests.spec import NOON
from tests.stores import transaction


@pytest.fixture
def tx() -> Iterator[Transaction]:
    with transaction() as made:
        yield made


def turn(tx: Transaction, *, stop: bool, by: str = "U0LEAD") -> bool:
    return switch.turn(tx, stop=stop, by=by, at=NOON)


def test_nothing_is_stopped_before_anybody_stops_it(tx: Transaction) -> None:
    assert (switch.is_stopped(tx), switch.stopped(tx)) == (False, None)


def test_a_stop_holds_until_it_is_taken_back_and_each_is_kept_once(
    tx: Transaction,
) -> None:
    assert not turn(tx, stop=False)
    assert turn(tx, stop=True) is True
    assert switch.is_stopped(tx) is True
    assert switch.stopped(tx) == Stopped(by="U0LEAD", since=NOON)
    assert turn(tx, stop=True, by="U0SECOND") is False
    assert switch.stopped(tx) == Stopped(by="U0LEAD", since=NOON)
    assert turn(tx, stop=False, by="U0SECOND") is True
    assert (switch.is_stopped(tx), switch.stopped(tx)) == (False, None)
    assert turn(tx, stop=True)
    assert [(one.kind, one.at, one.actor, one.body) for one in tx.log.load("gate")] == [
        ("gate.stopped.v1", NOON, "U0LEAD", {"by": "U0LEAD"}),
        ("gate.released.v1", NOON, "U0SECOND", {"by": "U0SECOND"}),
        ("gate.stopped.v1", NOON, "U0LEAD", {"by": "U0LEAD"}),
    ]


def test_whoever_may_not_turn_it_reads_who_may() -> None:
    no = switch.not_theirs("U0EVE")
    assert type(no) is NotAllowed
    assert str(no) == (
        "The switch was left as it is: no policy lets <@U0EVE> do that. "
        "Ask somebody on call or one of the approvers."
    )
