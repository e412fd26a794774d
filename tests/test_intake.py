"""From a kept payload to incidents: grouped, counted, told once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.card import GroupedBy
from bot.domain.commands import Acknowledge, Resolve
from bot.storm import CARDS, SHARE
from tests.core import Core
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


def test_a_changed_payload_is_given_up_and_not_lost(core: Core) -> None:
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
    assert found.state == "dead"
    assert found.outcome["because"] == "log.tampered"
