"""Which approved plans may be claimed, and what holds one back is said once."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.domain.action_events import ActionRefused
from bot.domain.errors import Tampered
from bot.gate import freezes
from bot.plans.on_hold import OnHold
from tests.domain.action_spec import drafted, pending
from tests.gate.holding import append
from tests.gate.journaling import LIFTED, ONE_AN_HOUR, Journalled, freeze, use_up
from tests.spec import NOON


@pytest.fixture
def bench() -> Iterator[Journalled]:
    made = Journalled(limits=ONE_AN_HOUR)
    yield made
    made.store.close()


def test_what_is_not_signed_yet_is_not_even_tried(bench: Journalled) -> None:
    bench.approved()
    bench.approved("pl_2")
    bench.sign()
    bench.write(lambda tx: tx.tables.execute("DELETE FROM checkpoint WHERE n > 1"))
    assert bench.journal.ready() == ("pl_1",)
    bench.sign()
    assert bench.journal.ready() == ("pl_1", "pl_2")
    bench.sign("forged")  # whoever then asks for the proof is refused on record
    assert bench.journal.ready() == ("pl_1", "pl_2")


def refusals(bench: Journalled) -> list[tuple[str, str, str]]:
    return [
        (one.body["command"], one.body["code"], one.actor)
        for one in bench.events()
        if one.kind == "action.refused.v1"
    ]


@pytest.mark.parametrize(
    ("holds", "code"), [(freeze, "refused.frozen"), (use_up, "refused.too_many")]
)
def test_what_is_held_is_not_claimed_and_that_is_said_and_drawn_once(
    bench: Journalled, holds: Any, code: str
) -> None:
    bench.approved()
    holds(bench)
    assert bench.journal.ready() == ()
    assert refusals(bench) == [("claim", code, "tocsin")]
    assert bench.card() == "approved, token of pl_1"
    bench.write(lambda tx: tx.tables.execute("DELETE FROM outbox"))
    assert bench.journal.ready() == ()
    assert (refusals(bench), bench.card()) == ([("claim", code, "tocsin")], "")


def test_a_plan_is_told_again_when_something_else_holds_it(bench: Journalled) -> None:
    bench.approved()
    use_up(bench)
    bench.journal.ready()
    freeze(bench)
    bench.journal.ready()
    codes = [code for _, code, _ in refusals(bench)]
    assert codes == ["refused.too_many", "refused.frozen"]


def test_what_is_free_again_before_that_is_said_is_not_said(bench: Journalled) -> None:
    bench.approved()
    freeze(bench)
    hold = OnHold(book=bench.book, desk=bench.journal.desk, token=lambda _: "token")
    assert bench.store.read(hold.sorted_out) == ((), ("pl_1",))
    bench.write(lambda tx: freezes.write(tx, [LIFTED], by="U0LEAD", at=NOON))
    bench.write(lambda tx: hold.say(tx, "pl_1"))
    assert (refusals(bench), bench.card()) == ([], "")


def test_an_entry_that_was_changed_by_hand_does_not_hold_up_the_others(
    bench: Journalled,
) -> None:
    """Whoever then tries that plan reads in the log why it cannot run."""
    for name in ("pl_1", "pl_2", "pl_3"):
        bench.approved(name)

    def change(tx: Any) -> None:
        asked = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        for (trigger,) in tx.connection.execute(asked).fetchall():
            tx.connection.execute(f"DROP TRIGGER {trigger}")
        changed = "UPDATE entry SET leaf = x'7b7d' WHERE stream = 'action/pl_2'"
        tx.connection.execute(changed)

    bench.write(change)
    assert bench.journal.ready() == ("pl_1", "pl_2", "pl_3")
    with pytest.raises(Tampered):
        bench.journal.state("pl_2")


def test_however_often_people_press_what_holds_it_is_said_and_drawn_once(
    bench: Journalled,
) -> None:
    plan = bench.approved()
    crowd = [
        ActionRefused(command="approve", code="x", by=f"U{n}", at=NOON, ruling=None)
        for n in range(300)
    ]
    bench.write(lambda tx: append(tx, f"action/{plan.id}", crowd))
    freeze(bench)
    for _ in range(2):
        bench.journal.ready()
    assert refusals(bench)[300:] == [("claim", "refused.frozen", "tocsin")]
    hold = OnHold(book=bench.book, desk=bench.journal.desk, token=lambda _: "token")
    assert bench.store.read(hold.sorted_out) == ((), ())


def test_a_plan_that_cannot_be_read_does_not_hold_up_the_others(
    bench: Journalled,
) -> None:
    bench.approved()

    def spoil(tx: Any) -> None:
        spoiled = (drafted(text="{}"), *pending()[1:])
        append(tx, "action/pl_0", spoiled)
        tx.tables.execute("INSERT INTO plan (id, stage) VALUES ('pl_0', 'approved')")

    bench.write(spoil)
    bench.sign()
    freeze(bench)
    assert bench.journal.ready() == ("pl_0",)
    assert refusals(bench) == [("claim", "refused.frozen", "tocsin")]
