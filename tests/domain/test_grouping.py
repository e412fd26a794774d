"""Which incident an alert belongs to, and why."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.envelope import Entity, EntityKind
from bot.domain.grouping import (
    ENTITY_WINDOW,
    GROUP_WINDOW,
    REOPEN_WINDOW,
    Candidate,
    Placement,
    Shared,
    dedup_digest,
    place,
)
from tests.spec import NOON, an_alert

SOON = timedelta(seconds=1)
KEY = Entity(EntityKind.KEY, "AKIAIOSFODNN7EXAMPLE")
queue = an_alert("queue", group="g1", system="chat", category="availability")
THEIRS = (Shared(entity=KEY, weight=4),)


def incident(number: int = 1, **changes: object) -> Candidate:
    known = Candidate(incident=f"INC-{number:04d}", first_at=NOON, last_at=NOON)
    return replace(known, **changes)  # type: ignore[arg-type]


def placed(
    *candidates: Candidate, after: timedelta = timedelta(0), told: datetime = NOON
) -> Placement:
    alert = replace(queue, received_at=told)
    return place(alert, candidates, now=NOON + after, enough=3)


def test_the_first_alert_opens_an_incident() -> None:
    assert placed() == Placement(incident="")


def test_an_incident_that_shares_nothing_is_not_joined() -> None:
    assert placed(incident()).incident == ""


def test_the_same_problem_goes_to_its_open_incident() -> None:
    expected = Placement(incident="INC-0001", because="same_problem")
    assert placed(incident(same_problem=True), after=timedelta(days=9)) == expected


def test_a_problem_that_returns_within_the_window_reopens() -> None:
    ended = incident(same_problem=True, resolved_at=NOON)
    expected = Placement(incident="INC-0001", because="same_problem_again")
    assert placed(ended, after=REOPEN_WINDOW) == expected


def test_a_problem_that_returns_after_the_window_is_a_new_incident() -> None:
    ended = incident(same_problem=True, resolved_at=NOON)
    assert placed(ended, after=REOPEN_WINDOW + SOON).incident == ""


def test_an_open_incident_wins_over_one_that_ended() -> None:
    ended = incident(2, same_problem=True, resolved_at=NOON)
    assert placed(ended, incident(1, same_problem=True)).incident == "INC-0001"


def test_an_incident_that_ended_is_not_joined_for_what_it_named() -> None:
    ended = incident(resolved_at=NOON, shared=THEIRS, same_group=True, same_kind=True)
    assert placed(ended).incident == ""


def test_the_senders_own_group_is_respected() -> None:
    expected = Placement(incident="INC-0001", because="same_group")
    assert placed(incident(same_group=True)) == expected


def test_one_system_with_one_kind_of_problem_is_one_incident_for_a_while() -> None:
    expected = Placement(incident="INC-0001", because="same_system")
    known = incident(same_kind=True)
    assert placed(known, told=NOON + GROUP_WINDOW) == expected
    assert placed(known, told=NOON + GROUP_WINDOW + SOON).incident == ""


def test_an_alert_told_late_joins_what_was_then_and_not_what_is_now() -> None:
    then = incident(1, same_kind=True, last_at=NOON + timedelta(minutes=5))
    now = incident(
        2,
        same_kind=True,
        first_at=NOON + timedelta(hours=2),
        last_at=NOON + timedelta(hours=2),
    )
    assert placed(then, now, after=timedelta(hours=2)).incident == "INC-0001"
    assert placed(now, after=timedelta(hours=2)).incident == ""


def test_a_telling_thing_that_both_name_makes_one_incident_and_is_named() -> None:
    known = incident(shared=THEIRS)
    expected = Placement(incident="INC-0001", because="same_entity", entity=KEY)
    assert placed(known, told=NOON + ENTITY_WINDOW) == expected
    assert placed(known, told=NOON - ENTITY_WINDOW) == expected
    assert placed(known, told=NOON + ENTITY_WINDOW + SOON).incident == ""
    assert placed(known, told=NOON - ENTITY_WINDOW - SOON).incident == ""


def test_what_says_too_little_makes_no_incident_but_adds_up() -> None:
    model = Shared(entity=Entity(EntityKind.MODEL, "house-model"), weight=2)
    other = Shared(entity=Entity(EntityKind.MODEL, "house-embedder"), weight=2)
    assert placed(incident(shared=(model,))).incident == ""
    assert placed(incident(shared=(model, other))).because == "same_entity"


def test_of_several_the_one_that_shares_most_is_joined_then_the_newest() -> None:
    little = Shared(entity=Entity(EntityKind.AGENT, "bot-7"), weight=3)
    more = incident(1, shared=(little, *THEIRS))
    assert placed(incident(2, shared=(little,)), more).incident == "INC-0001"
    same = incident(9999, shared=(little,)), incident(10000, shared=(little,))
    assert placed(*same).incident == "INC-10000"


def test_two_sources_never_share_a_problem_by_accident() -> None:
    elsewhere = replace(queue.envelope, source="webhook")
    assert dedup_digest(elsewhere) != dedup_digest(queue.envelope)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_the_order_of_candidates_does_not_matter(order: tuple[int, ...]) -> None:
    known = (
        incident(1, same_group=True),
        incident(2, shared=THEIRS),
        incident(3, same_kind=True),
    )
    assert placed(*(known[n] for n in order)).incident == "INC-0001"
