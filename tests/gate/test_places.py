"""Rows of places: who holds one, for how long, and what nobody remembers counts as."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.gate_limits import Place
from bot.gate import places
from bot.ports import Transaction
from tests.domain.action_spec import a_plan
from tests.spec import NOON
from tests.stores import transaction

PLAN = a_plan()
ACTION, PERSON = PLAN.draft.action, PLAN.requester
JUST = timedelta(microseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@pytest.fixture
def tx() -> Iterator[Transaction]:
    with transaction() as made:
        yield made


def propose(tx: Transaction, *, edited: bool = False, at: datetime = NOON) -> None:
    places.propose(tx, PLAN, system="chat", edited=edited, at=at)


def ran(tx: Transaction, at: datetime = NOON, *, drill: bool = False) -> None:
    plan = replace(PLAN, id=f"pl_{drill}", drill=drill)
    places.claim(tx, plan, system="chat", at=at)
    places.begin(tx, plan.id)


def taken(
    tx: Transaction, action: str = ACTION, *, drill: bool = False
) -> list[tuple[str, datetime]]:
    found = places.taken(tx, action, drill=drill, now=NOON)
    return [(one.action, one.at) for one in found]


def proposed(
    tx: Transaction, person: str = PERSON, *, drill: bool = False, now: datetime = NOON
) -> list[datetime]:
    return list(places.proposed(tx, person, drill=drill, now=now))


def test_a_plan_that_nobody_saw_proposed_takes_a_place_and_counts_as_edited(
    tx: Transaction,
) -> None:
    ran(tx)
    assert places.is_edited(tx, "pl_False") is True
    assert [one.system for one in places.taken(tx, ACTION, drill=False, now=NOON)] == [
        "chat"
    ]
    # Not even in the first hour of all: it is not known to have been proposed.
    assert proposed(tx, now=datetime(1970, 1, 1, 1, tzinfo=UTC)) == []


@pytest.mark.parametrize("edited", [True, False])
def test_what_was_proposed_stays_as_it_was_when_it_is_taken(
    tx: Transaction, *, edited: bool
) -> None:
    propose(tx, edited=edited)
    places.claim(tx, PLAN, system="another", at=NOON)
    places.begin(tx, PLAN.id)
    assert places.is_edited(tx, PLAN.id) is edited
    assert list(places.taken(tx, ACTION, drill=False, now=NOON)) == [
        Place(action=ACTION, target="svc-chat", system="chat", at=NOON)
    ]


def test_what_nobody_remembers_counts_as_edited(tx: Transaction) -> None:
    assert places.is_edited(tx, PLAN.id) is True


@pytest.mark.parametrize(
    ("ago", "of_the_action", "of_all"),
    [
        (timedelta(0), True, True),
        (HOUR - JUST, True, True),
        (HOUR, True, False),
        (DAY - JUST, True, False),
        (DAY, False, False),
    ],
)
def test_a_place_is_held_for_a_day_of_its_action_and_for_an_hour_of_all(
    tx: Transaction, ago: timedelta, *, of_the_action: bool, of_all: bool
) -> None:
    ran(tx, NOON - ago)
    place = [(ACTION, NOON - ago)]
    assert taken(tx) == place * of_the_action
    assert taken(tx, "another.action") == place * of_all


@pytest.mark.parametrize(
    ("stage", "begun", "holds"),
    [
        ("applying", False, True),
        ("indeterminate", False, False),
        ("failed", True, True),
        ("applying", True, True),
    ],
)
def test_who_ended_before_the_first_step_gave_the_place_back(
    tx: Transaction, stage: str, *, begun: bool, holds: bool
) -> None:
    places.claim(tx, PLAN, system="chat", at=NOON)
    insert = "INSERT INTO plan (id, stage) VALUES (?,?)"
    tx.tables.execute(insert, (PLAN.id, stage))
    tx.tables.execute(insert, ("pl_2", "applying"))
    if begun:
        places.begin(tx, PLAN.id)
    assert bool(taken(tx)) is holds


def test_what_was_only_proposed_holds_no_place(tx: Transaction) -> None:
    propose(tx)
    places.begin(tx, PLAN.id)
    assert taken(tx) == []


@pytest.mark.parametrize(
    ("ago", "counts"),
    [(timedelta(0), True), (HOUR - JUST, True), (HOUR, False)],
)
def test_what_somebody_proposed_counts_for_an_hour(
    tx: Transaction, ago: timedelta, *, counts: bool
) -> None:
    propose(tx, at=NOON - ago)
    assert proposed(tx) == [NOON - ago] * counts
    assert proposed(tx, "U0OTHER") == []


@pytest.mark.parametrize("drill", [True, False])
def test_drills_and_the_real_world_hold_places_apart(
    tx: Transaction, *, drill: bool
) -> None:
    plan = replace(PLAN, drill=drill)
    places.propose(tx, plan, system="", edited=False, at=NOON)
    places.claim(tx, plan, system="", at=NOON)
    places.begin(tx, plan.id)
    assert (len(taken(tx, drill=drill)), len(proposed(tx, drill=drill))) == (1, 1)
    assert (taken(tx, drill=not drill), proposed(tx, drill=not drill)) == ([], [])
