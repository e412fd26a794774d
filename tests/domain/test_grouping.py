"""Which incident an alert belongs to, and why."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.grouping import (
    GROUP_WINDOW,
    REOPEN_WINDOW,
    Candidate,
    Placement,
    dedup_digest,
    group_digest,
    place,
)
from tests.spec import NOON, an_alert

SOON = timedelta(seconds=1)
queue = an_alert("queue", group="g1", system="chat", category="availability")


def incident(number: int = 1, **changes: object) -> Candidate:
    known = Candidate(
        incident=f"INC-{number:04d}",
        dedups=frozenset({dedup_digest(queue.envelope)}),
        groups=frozenset({group_digest(queue.envelope)}),
        category="availability",
        system="chat",
        last_alert_at=NOON,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def test_the_first_alert_opens_an_incident() -> None:
    assert place(queue, [], now=NOON) == Placement(incident="")


def test_the_same_problem_goes_to_its_open_incident() -> None:
    expected = Placement(incident="INC-0001", because="same_problem")
    assert place(queue, [incident()], now=NOON + timedelta(days=9)) == expected


def test_a_problem_that_returns_within_the_window_reopens() -> None:
    ended = incident(resolved_at=NOON)
    expected = Placement(incident="INC-0001", because="same_problem_again")
    assert place(queue, [ended], now=NOON + REOPEN_WINDOW) == expected


def test_a_problem_that_returns_after_the_window_is_a_new_incident() -> None:
    ended = incident(resolved_at=NOON)
    assert place(queue, [ended], now=NOON + REOPEN_WINDOW + SOON).incident == ""


def test_an_open_incident_wins_over_one_that_ended() -> None:
    ended = incident(2, resolved_at=NOON)
    assert place(queue, [ended, incident(1)], now=NOON).incident == "INC-0001"


def test_the_senders_own_group_is_respected() -> None:
    other = an_alert("latency", group="g1", category="misinformation")
    expected = Placement(incident="INC-0001", because="same_group")
    assert place(other, [incident()], now=NOON) == expected


def test_alerts_without_a_group_are_not_thrown_together() -> None:
    lonely = an_alert("latency", category="misinformation")
    nothing_shared = incident(groups=frozenset({""}), system="other")
    assert place(lonely, [nothing_shared], now=NOON).incident == ""


def test_one_system_with_one_kind_of_problem_is_one_incident_for_a_while() -> None:
    other = an_alert("latency", system="chat", category="availability")
    expected = Placement(incident="INC-0001", because="same_system")
    assert place(other, [incident()], now=NOON + GROUP_WINDOW) == expected
    assert place(other, [incident()], now=NOON + GROUP_WINDOW + SOON).incident == ""


def test_another_kind_of_problem_of_the_same_system_is_another_incident() -> None:
    other = an_alert("leak", system="chat", category="data_disclosure")
    assert place(other, [incident()], now=NOON).incident == ""


def test_two_sources_never_share_a_problem_by_accident() -> None:
    elsewhere = replace(queue.envelope, source="webhook")
    assert dedup_digest(elsewhere) != dedup_digest(queue.envelope)
