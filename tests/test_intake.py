"""From a kept payload to incidents: grouped, counted, told once."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.domain.card import GroupedBy
from bot.domain.commands import Acknowledge, Resolve
from bot.domain.errors import Unreachable
from bot.placing import Placing
from bot.reading.questions import Answer, End, Question
from bot.reading.reader import Reader
from bot.storm import CARDS, SHARE
from tests.core import Core, rulings
from tests.payloads import alert, group
from tests.spec import OLU


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    yield made
    made.close()


def slow(number: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "title": f"Model m{number} answers 503 to customers",
        "service": f"m{number}",
        "severity": "critical",
        **more,
    }


def firing(number: int = 1, **more: Any) -> dict[str, Any]:
    """Return an alert of another source."""
    labels = {"alertname": f"ModelDown{number}", "severity": "critical"}
    said = {"summary": f"Model m{number} answers 503 to customers"}
    alert = {"status": "firing", "labels": labels, "annotations": said, **more}
    return {"version": "4", "groupKey": f"g{number}", "alerts": [alert]}


def only(outcome: Any) -> str:
    (placed,) = outcome["alerts"].values()
    return str(placed)


def test_the_first_alert_opens_and_its_repeat_is_counted(core: Core) -> None:
    first = core.alert(slow())
    assert (only(first), first["incident"]) == ("opened INC-0001", "INC-0001")
    assert only(core.alert(slow())) == "joined INC-0001"
    (row,) = core.service.board()
    assert (row.id, row.alert_count) == ("INC-0001", 2)
    assert core.kinds() == ["opened"]


def test_another_problem_is_another_incident(core: Core) -> None:
    core.alert(slow(1))
    assert only(core.alert(slow(2))) == "opened INC-0002"


def test_two_problems_of_one_registered_system_are_one_incident(core: Core) -> None:
    core.alert(slow(1, model="chat-70b"))
    second = slow(2, model="chat-70b", title="Queue of chat-70b is long, slow answers")
    assert only(core.alert(second)) == "joined INC-0001"
    assert core.kinds()[-1] == "alert_joined"
    view = core.service.view("INC-0001")
    assert view is not None
    assert (view.owner, view.grouped_by) == ("@ml", (GroupedBy(because="same_system"),))


def test_the_end_that_the_source_reports_ends_an_untouched_incident(core: Core) -> None:
    core.alert(slow())
    assert only(core.alert(slow(status="resolved"))) == "cleared INC-0001"
    assert core.service.board() == ()
    assert core.kinds() == ["opened", "alert_cleared", "resolved"]


def test_the_end_of_something_unknown_opens_nothing(core: Core) -> None:
    assert only(core.alert(slow(status="resolved"))) == "ignored"
    assert core.service.board() == ()


def test_a_problem_that_returns_soon_reopens_and_later_is_new(core: Core) -> None:
    core.alert(slow())
    core.ask("INC-0001", Resolve(by=OLU))
    core.wait(minutes=5)
    assert only(core.alert(slow())) == "joined INC-0001"
    core.ask("INC-0001", Resolve(by=OLU))
    core.wait(minutes=45)
    assert only(core.alert(slow())) == "opened INC-0002"


def test_a_test_alert_opens_nothing_and_says_so(core: Core) -> None:
    assert only(core.alert(slow(status="test"))) == "test"
    assert core.service.board() == ()


def test_rubbish_becomes_a_card_a_person_must_look_at(core: Core) -> None:
    outcome = core.alert({"a": {"b": [1, 2, {"c": None}]}})
    assert only(outcome) == "opened INC-0001"
    assert core.service.board()[0].category == "unclassified"


def test_the_card_is_put_out_with_the_incident(core: Core) -> None:
    core.alert(slow())
    told = core.outbox()["card/INC-0001"]
    assert "INC-0001" in told


def test_a_storm_posts_ten_cards_and_one_digest(core: Core) -> None:
    for number in range(SHARE):
        core.alert(slow(number))
    for number in range(SHARE, CARDS + 15):
        core.alert(firing(number), source="alertmanager")
    core.wait(seconds=5)
    waiting = core.outbox()
    assert len([key for key in waiting if key.startswith("card/")]) == CARDS
    (digest,) = [text for key, text in waiting.items() if key.startswith("digest/")]
    assert "15" in digest
    assert len(core.service.board()) == CARDS + 15


def test_a_held_back_card_stands_once_a_person_touches_it(core: Core) -> None:
    for number in range(CARDS + 1):
        core.alert(slow(number))
    held = f"INC-{CARDS + 1:04d}"
    assert f"card/{held}" not in core.outbox()
    core.ask(held, Acknowledge(by=OLU))
    assert f"card/{held}" in core.outbox()


def test_after_the_storm_new_cards_stand_again(core: Core) -> None:
    for number in range(CARDS + 1):
        core.alert(slow(number))
    core.wait(minutes=2)
    core.alert(slow(99))
    assert f"card/INC-{CARDS + 2:04d}" in core.outbox()


def test_a_changed_payload_is_given_up_and_an_incident_says_so(core: Core) -> None:
    item = core.keep(slow())
    core.store.write(
        lambda tx: tx.tables.execute(
            "UPDATE inbox SET sealed = ? WHERE id = ?", (b"forged", item)
        )
    ).result()
    for _ in range(8):
        core.intake.step()
        core.wait(minutes=10)
    found = core.service.find(item)
    assert found is not None
    assert found.state == "done"
    assert found.outcome["outcome"] == "unparsed"
    assert found.outcome["problem"] == (
        "It was given up after 5 attempts (log.tampered)."
    )
    (row,) = core.service.board()
    assert (row.id, row.category) == (found.outcome["incident"], "unclassified")
    assert "could not be read" in core.outbox()["card/INC-0001"]


def test_what_cannot_even_be_told_is_left_and_counted(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no incident at all")

    item = core.keep(slow())
    monkeypatch.setattr(Placing, "take", broken)
    for _ in range(8):
        core.intake.step()
        core.wait(minutes=10)
    found = core.service.find(item)
    assert found is not None
    assert (found.state, found.outcome["because"]) == ("dead", "RuntimeError")


# --- many in one transaction ---


def counts(core: Core) -> dict[str, int]:
    return {row.id: row.alert_count for row in core.service.board()}


def read_all(core: Core, bodies: list[Any]) -> list[Any]:
    """Keep all payloads, then read them together; return what became of each."""
    items = [core.keep(one, source="alertmanager") for one in bodies]
    while core.intake.step():
        pass
    return [core.outcome(item) for item in items]


def test_many_payloads_read_together_become_what_they_become_one_by_one(
    core: Core, tmp_path: Path
) -> None:
    bodies = [
        group([alert(n % 4, at=n), alert(5, at=n)], key=f"g{n % 3}") for n in range(9)
    ]
    bodies.insert(4, group([alert(5, status="resolved")], key="g1"))
    together = read_all(core, bodies)
    alone = Core(tmp_path / "alone")
    try:
        singly = [read_all(alone, [one])[0] for one in bodies]
        assert counts(core) == counts(alone)
        assert [one["incident"] for one in together] == [o["incident"] for o in singly]
        assert [list(one["alerts"].values()) for one in together] == [
            list(one["alerts"].values()) for one in singly
        ]
    finally:
        alone.close()


def test_every_alert_of_a_batch_is_told_by_its_own_id(core: Core) -> None:
    (outcome,) = read_all(core, [group([alert(n % 3) for n in range(60)])])
    ids = list(outcome["alerts"])
    assert ids[56].endswith(".57")
    assert outcome["alerts"][ids[56]].startswith("joined INC-")
    assert sum(counts(core).values()) == 60


def test_a_cut_list_of_three_hundred_alerts_is_one_incident(core: Core) -> None:
    cut = group([alert(n) for n in range(300)], key="storm", truncatedAlerts=1700)
    read_all(core, [cut])
    assert counts(core) == {"INC-0001": 2000}


def test_a_payload_that_cannot_be_placed_stops_no_other(
    core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Placing.take

    def poisoned(self: Placing, tx: Any, one: Any, *rest: Any, **more: Any) -> Any:
        if "host-2" in one.envelope.title.for_rules().casefold().replace(" ", "-"):
            raise RuntimeError("poison")
        return take(self, tx, one, *rest, **more)

    monkeypatch.setattr(Placing, "take", poisoned)
    outcomes = read_all(core, [group([alert(n)]) for n in range(5)])
    assert [bool(one) for one in outcomes] == [True, True, False, True, True]
    assert counts(core) == {f"INC-{n:04d}": 1 for n in range(1, 5)}


def test_a_payload_that_cannot_be_understood_stops_no_other(core: Core) -> None:
    first = core.keep(group([alert(1)]), source="alertmanager")
    broken = core.keep(group([alert(2)]), source="no such source")
    last = core.keep(group([alert(3)]), source="alertmanager")
    core.intake.step()
    assert [core.outcome(first)["outcome"], core.outcome(last)["outcome"]] == [
        "opens",
        "opens",
    ]
    assert core.outcome(broken)["outcome"] == "unparsed"


@pytest.mark.parametrize("gone_over", ["asking", "answering"])
def test_without_a_reader_an_alert_waits_and_is_not_lost(
    tmp_path: Path, gone_over: str
) -> None:
    reading = Absent(gone_over)
    core = Core(tmp_path, reading=reading)
    item = core.keep(slow())
    # Longer than what fails is tried: it is no fault of the alert.
    for _ in range(8):
        core.intake.step()
        core.clock.go_on(60)
    assert core.service.board() == ()
    reading.gone_over = ""
    core.clock.go_on(60)
    core.intake.step()
    assert only(core.outcome(item)) == "opened INC-0001"
    core.close()


@pytest.mark.parametrize("fails_over", ["asking", "answering"])
def test_a_payload_over_which_reading_fails_stops_no_other(
    tmp_path: Path, fails_over: str
) -> None:
    core = Core(tmp_path, reading=Fragile(fails_over))
    kept = [core.keep(one) for one in (slow(1), slow(2, note="fragile"), slow(3))]
    core.intake.step()
    first, broken, last = (core.service.find(one) for one in kept)
    assert first is not None
    assert broken is not None
    assert last is not None
    assert (first.state, broken.state, last.state) == ("done", "new", "done")
    core.close()


class Fragile(Reader):
    """A reader with a fault of its own, which one payload meets."""

    def __init__(self, fails_over: str) -> None:
        super().__init__(rulings())
        self.fails_over = fails_over

    def begin(self, questions: Sequence[Question]) -> End:
        self._look("asking", questions)
        end = super().begin(questions)

        def ended() -> Sequence[Answer]:
            self._look("answering", questions)
            return end()

        return ended

    def _look(self, doing: str, questions: Sequence[Question]) -> None:
        is_met = any(b"fragile" in one.payload.body for one in questions)
        if is_met and self.fails_over == doing:
            raise RuntimeError("a fault of our own")


class Absent(Reader):
    """A reader that cannot be started at first."""

    def __init__(self, gone_over: str) -> None:
        super().__init__(rulings())
        self.gone_over = gone_over

    def begin(self, questions: Sequence[Question]) -> End:
        self._look("asking")
        end = super().begin(questions)

        def ended() -> Sequence[Answer]:
            self._look("answering")
            return end()

        return ended

    def _look(self, doing: str) -> None:
        if self.gone_over == doing:
            raise Unreachable("Nothing was read", because="it is gone", next_move="")
