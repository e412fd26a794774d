"""What holds a plan back for a while: freezes and limits, looked up for one plan."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from bot.domain.action import fold
from bot.domain.action_commands import BeginStep, Claim, Recover
from bot.domain.action_events import ActionEvent
from bot.domain.freeze import Freeze, FreezeWindow, Once
from bot.domain.gate_limits import ActionLimit, GateLimits
from bot.domain.plan import Plan
from bot.domain.registry import Registry
from bot.gate import places
from bot.ports import Transaction
from tests.domain.action_spec import (
    a_plan,
    applied,
    applying,
    approved,
    began,
    drafted,
    facts,
    pending,
)
from tests.gate.holding import BACK, PLAN, Held, window
from tests.spec import NOON
from tests.stores import transaction

DAY, HOUR = timedelta(hours=24), timedelta(hours=1)
ONE_AN_HOUR = GateLimits(all_per_hour=1)
LIMIT = "gate.all_per_hour"

Given = Callable[..., Held]


@pytest.fixture
def given() -> Iterator[Given]:
    with transaction() as tx:
        yield lambda **more: Held(tx, more=more)


# --- freezes ---


def test_every_freeze_that_is_on_is_named_whatever_it_covers(given: Given) -> None:
    later = FreezeWindow(
        id="later", reason="", owner="", when=Once(begins=NOON + DAY, ends=NOON + DAY)
    )
    held = given(windows=(window(actions=("nothing",)), later))
    held.frozen(NOON + HOUR)
    on = held.holds.freezes(held.tx, NOON)
    assert [(type(one), one.id) for one in on] == [
        (Freeze, "FZ-0001"),
        (Freeze, "close"),
    ]


def test_where_nothing_is_frozen_nothing_is_held(given: Given) -> None:
    assert given().freeze(PLAN) == ""


def test_what_a_person_froze_holds_every_plan_but_a_drill(given: Given) -> None:
    held = given()
    held.frozen(NOON + HOUR)
    assert held.freeze(PLAN) == "FZ-0001"
    assert held.freeze(replace(PLAN, drill=True)) == ""


def test_of_several_freezes_that_hold_it_the_longest_is_named(given: Given) -> None:
    windows = (window("two", hours=2), window("other", hours=3, actions=("x",)))
    held = given(windows=windows)
    held.frozen(NOON + HOUR)
    assert held.freeze(PLAN) == "two"


@pytest.mark.parametrize(
    ("covers", "system", "held"),
    [
        ({}, "", True),
        ({"actions": ("aws.iam.*",)}, "", True),
        ({"actions": ("aws.rds.*",)}, "", False),
        ({"levels": ("T2",)}, "", True),
        ({"levels": ("T1",)}, "", False),
        # The incident's system; what is not registered is production, and of them all.
        ({"stages": ("pilot",)}, "chat", True),
        ({"stages": ("production",)}, "chat", False),
        ({"stages": ("production",)}, "", True),
        ({"stages": ("production",)}, "gone", True),
        ({"stages": ("pilot",)}, "", False),
        ({"systems": ("chat",)}, "chat", True),
        ({"systems": ("mail",)}, "chat", False),
        ({"systems": ("mail",)}, "", True),
    ],
)
def test_a_planned_freeze_holds_what_it_covers(
    given: Given, covers: Any, system: str, *, held: bool
) -> None:
    found = given(windows=(window(**covers),))
    found.incident(system=system)
    assert found.freeze(PLAN) == ("close" if held else "")


def test_a_plan_is_also_of_the_systems_that_it_names(given: Given) -> None:
    """Whoever asks chooses the incident, and so not which freeze counts."""
    held = given(windows=(window(systems=("mail",), stages=("sandbox",)),))
    held.incident(system="chat")
    named = replace(PLAN, draft=replace(PLAN.draft, params=(("name", "mail"),)))
    assert (held.freeze(PLAN), held.freeze(named)) == ("", "close")


# --- limits ---


def test_a_plan_is_held_where_no_place_is_left_among_its_like(given: Given) -> None:
    held = given(limits=ONE_AN_HOUR)
    assert held.full(PLAN) == ""
    held.ran(a_plan(id="pl_9", drill=True))
    assert held.full(PLAN) == ""
    assert held.full(replace(PLAN, drill=True)) == LIMIT
    held.ran(a_plan(id="pl_8"))
    assert held.full(PLAN) == LIMIT
    held.clock.go_on(3600)
    assert held.full(PLAN) == ""


@pytest.mark.parametrize(
    ("limits", "setting"),
    [
        (GateLimits(action=ActionLimit(per_hour=1)), "gate.action_per_hour"),
        (GateLimits(action=ActionLimit(per_day=1)), "gate.action_per_day"),
        (GateLimits(target_pause=HOUR), "gate.target_pause_min"),
        (GateLimits(system_per_hour=1), "gate.system_per_hour"),
        (GateLimits(proposals_per_hour=1), ""),
        (GateLimits(), ""),
    ],
)
def test_action_target_and_the_incidents_system_are_what_is_counted(
    given: Given, limits: GateLimits, setting: str
) -> None:
    held = given(limits=limits)
    held.incident(system="chat")
    held.ran(a_plan(id="pl_9"), system="chat")
    assert held.full(PLAN) == setting


class Unasked(Registry):
    def get(self, system_id: str) -> NoReturn:
        raise AssertionError(f"{system_id!r} was looked up")

    def named_by(self, values: object) -> NoReturn:
        raise AssertionError(f"{values!r} were looked up")


@pytest.mark.parametrize(
    ("limits", "did"), [(GateLimits(), True), (ONE_AN_HOUR, False)]
)
def test_where_nothing_is_frozen_limited_or_done_its_incident_is_not_read(
    given: Given, limits: GateLimits, *, did: bool
) -> None:
    """It is asked every second for each plan that waits."""
    held = given(limits=limits, registry=Unasked())
    if did:
        held.ran(a_plan(id="pl_9"))
    assert (held.freeze(PLAN), held.full(PLAN)) == ("", "")


def test_one_person_proposes_so_much_an_hour_and_the_way_back_always(
    given: Given,
) -> None:
    limits = GateLimits(proposals_per_hour=1)
    held, free = given(limits=limits), given()
    held.put(PLAN, applied())
    other = replace(PLAN, id="pl_3")

    def proposed(by: Held, plan: Plan) -> str:
        found = by.holds.proposed(held.tx, held.book, plan)
        return "" if found is None else found.setting

    assert proposed(held, other) == ""
    held.proposed(PLAN)
    assert proposed(held, other) == "gate.proposals_per_hour"
    assert proposed(free, other) == ""
    assert proposed(held, replace(other, requester="U0OTHER")) == ""
    assert proposed(held, replace(other, drill=True)) == ""
    assert proposed(held, BACK) == ""
    held.clock.go_on(3600)
    assert proposed(held, other) == ""


# --- both ---


@pytest.mark.parametrize(
    ("events", "frozen", "hold"),
    [
        (drafted(), True, ""),
        (pending(), True, "FZ-0001"),
        (pending(), False, ""),
        (approved(), True, "FZ-0001"),
        (approved(), False, LIMIT),
        (applying(), True, ""),
    ],
)
def test_a_freeze_holds_what_waits_and_a_limit_only_what_could_start(
    given: Given, events: Any, *, frozen: bool, hold: str
) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.ran(a_plan(id="pl_9"))
    if frozen:
        held.frozen(NOON + HOUR)
    state = fold(events if isinstance(events, tuple) else (events,))
    found = held.holds.hold(held.tx, held.book, state)
    assert (found is None) is (hold == "")
    assert hold == "" or hold in (
        getattr(found, "id", ""),
        getattr(found, "setting", ""),
    )


CLAIM = Claim(worker="w1")
UNKNOWN = replace(facts(), frozen=False, within_limits=False)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("full", [True, False])
def test_a_claim_is_told_what_holds_it_right_now(
    given: Given, *, frozen: bool, full: bool
) -> None:
    held = given(limits=ONE_AN_HOUR)
    held.put(PLAN, approved())
    if frozen:
        held.frozen(NOON + HOUR)
    if full:
        held.ran(a_plan(id="pl_9"))
    known = held.holds.looked_up(held.tx, held.book, "pl_1", CLAIM, UNKNOWN)
    assert (known.frozen, known.freeze is not None) == (frozen, frozen)
    assert (known.within_limits, known.used_up is None) == (not full, not full)
    other = Recover()
    same = held.holds.looked_up(held.tx, held.book, "pl_1", other, UNKNOWN)
    assert same is UNKNOWN


BEGIN = BeginStep(worker="w1", fence=1, step="s1")


def place_of(tx: Transaction) -> list[tuple[str, int, int]]:
    rows = tx.tables.execute("SELECT system, claimed_us, begun FROM place")
    return [(one["system"], one["claimed_us"], one["begun"]) for one in rows]


AT = 1_795_176_000_000_000  # noon, as rows keep it


@pytest.mark.parametrize(
    ("events", "command", "place"),
    [
        # What was claimed too late has expired, and holds no place.
        (approved(), CLAIM, []),
        (applying(), CLAIM, [("chat", AT, 0)]),
        (applying(), Recover(), []),
    ],
)
def test_a_claim_takes_a_place_where_it_took_the_plan(
    given: Given, events: Sequence[ActionEvent], command: Any, place: object
) -> None:
    held = given()
    held.incident(system="chat")
    held.put(PLAN, events)
    held.holds.done(held.tx, held.book, "pl_1", command)
    assert place_of(held.tx) == place


def test_a_step_that_began_keeps_the_place_for_good(given: Given) -> None:
    held = given()
    held.put(PLAN, (*applying(), began()))
    places.claim(held.tx, PLAN, system="", at=NOON)
    held.holds.done(held.tx, held.book, "pl_1", Recover())
    assert place_of(held.tx) == [("", AT, 0)]
    held.holds.done(held.tx, held.book, "pl_1", BEGIN)
    assert place_of(held.tx) == [("", AT, 1)]


@pytest.mark.parametrize("edited", [True, False])
@pytest.mark.parametrize(("system", "kept"), [("chat", "chat"), ("gone", ""), ("", "")])
def test_what_is_put_forward_is_remembered_with_the_system_that_is_known(
    given: Given, system: str, kept: str, *, edited: bool
) -> None:
    held = given()
    held.incident(system=system)
    held.holds.put_forward(held.tx, held.book, PLAN, edited=edited)
    assert places.is_edited(held.tx, "pl_1") is edited
    assert list(places.proposed(held.tx, PLAN.requester, drill=False, now=NOON)) == [
        NOON
    ]
    assert place_of(held.tx) == [(kept, 0, 0)]
