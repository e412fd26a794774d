"""The state is a fold along the table; what the table lacks moves nothing."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import get_args

import pytest

from bot.domain.action import ActionState, evolve, fold
from bot.domain.action_commands import ActionCommand
from bot.domain.action_effects import EffectEvent
from bot.domain.action_events import (
    ActionCancelled,
    ActionDenied,
    ActionEvent,
    AskEvent,
)
from bot.domain.action_guards import CHECKS, GUARDS
from bot.domain.action_plan import made_digest, plan_text, read_plan
from bot.domain.action_table import MOVES, STAYS, TERMINAL, TRANSITIONS, Stage
from bot.domain.codec import decode_action, encode
from bot.domain.errors import Tampered
from bot.domain.plan import Level
from bot.domain.untrusted import Untrusted
from tests.domain.action_spec import (
    a_plan,
    applied,
    applying,
    approved,
    claimed,
    ended,
    pending,
)
from tests.spec import NOON, SAM

KINDS = get_args(ActionEvent)


def test_every_event_has_a_place_in_the_table() -> None:
    assert {kind for _, kind in TRANSITIONS} == set(KINDS)
    assert set(KINDS) == {*get_args(AskEvent), *get_args(EffectEvent)}


def test_an_event_either_moves_a_plan_or_stays_where_it_is() -> None:
    assert not {kind for _, kind in MOVES} & set(STAYS)


def test_nothing_leaves_a_terminal_stage() -> None:
    assert not {stage for stage, _ in MOVES} & TERMINAL


def test_every_stage_but_the_terminal_ones_has_a_way_out() -> None:
    assert {stage for stage, _ in MOVES} == set(Stage) - TERMINAL


def test_every_stage_can_be_reached() -> None:
    assert set(MOVES.values()) == set(Stage) - {Stage.NONE}


def test_only_one_way_leads_to_running() -> None:
    ways = [came for (came, _), went in MOVES.items() if went is Stage.APPLYING]
    assert ways == [Stage.APPROVED]


def test_every_command_has_its_guards_and_every_guard_its_use() -> None:
    assert set(CHECKS) == set(get_args(ActionCommand))
    named = {name for names in CHECKS.values() for name in names}
    assert set(GUARDS) == named | {"once", "quorum", "groups", "commander"}


def test_every_guard_says_what_holds() -> None:
    assert all((guard.__doc__ or "").strip() for guard in GUARDS.values())


@pytest.mark.parametrize("stage", Stage)
def test_a_stray_event_changes_nothing(stage: Stage) -> None:
    state = ActionState(stage=stage)
    for event in {type(each): each for each in applied()}.values():
        if (stage, type(event)) not in TRANSITIONS:
            assert evolve(state, event) is state


def test_an_answer_to_no_call_is_left_out() -> None:
    state = fold(applying())
    assert evolve(state, ended()).runs == ()


def test_time_never_goes_back() -> None:
    state = fold(applied())
    times = [event.at for event in applied()]
    assert state.last_at == max(times)


def test_it_is_known_since_when_a_plan_has_run() -> None:
    """The way back is open for a day from there."""
    later = NOON + timedelta(minutes=3)
    assert fold((*approved(), claimed(at=later))).claimed_at == later
    assert fold(approved()).claimed_at is None


_WHY = Untrusted("The key is not ours.")


@pytest.mark.parametrize(
    "no",
    [
        ActionDenied(by="U0LEAD", at=NOON, reason=_WHY),
        ActionCancelled(because="requester", by="U0LEAD", at=NOON, reason=_WHY),
    ],
)
def test_the_words_of_a_no_stay_on_its_plan(no: ActionEvent) -> None:
    assert fold((*pending(), no)).said == _WHY


def test_the_plan_comes_back_from_what_is_stored() -> None:
    for level, steps in product(Level, (1, 3)):
        plan = a_plan(level, steps=steps)
        text, reason = plan_text(plan), Untrusted(plan.reason)
        assert read_plan(text, reason) == plan
        assert made_digest(text, reason) == plan.digest()


def test_the_stored_text_does_not_hold_the_reason() -> None:
    plan = a_plan(reason="Because Jo said so.")
    assert "Jo" not in plan_text(plan)
    assert made_digest(plan_text(plan), None) != plan.digest()


def test_an_erased_reason_cannot_be_confirmed_by_guessing_it() -> None:
    plan = replace(a_plan(reason="Because Jo said so."), salt="5a1f" * 8)
    text, guess = plan_text(plan), Untrusted("Because Jo said so.")
    assert made_digest(text, guess, Untrusted(plan.salt)) == plan.digest()
    assert plan.salt not in text
    assert made_digest(text, guess, None) != plan.digest()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"id": 1}'])
def test_a_text_we_never_wrote_is_not_read(text: str) -> None:
    with pytest.raises(Tampered, match=r"its text does not have its stored form"):
        read_plan(text, None)


def test_a_stored_stream_folds_to_the_same_plan() -> None:
    stored = [encode(event) for event in applied()]
    assert fold(decode_action(*one) for one in stored) == fold(applied())


def test_the_stage_says_whether_it_is_over() -> None:
    assert not ActionState().exists
    assert not fold(pending()).is_over
    assert fold(approved()).moved_by == (SAM.id,)
    assert ActionState(stage=Stage.DENIED).is_over


def test_the_concept_page_names_every_stage_and_every_guard() -> None:
    page = (Path(__file__).parents[2] / "docs" / "concepts" / "gate.md").read_text(
        "utf-8"
    )
    names = {*GUARDS, *(stage.value for stage in Stage if stage is not Stage.NONE)}
    assert {name for name in names if f"`{name}`" not in page} == set()


def test_the_concept_page_has_the_ways_of_the_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "concepts" / "gate.md").read_text(
        "utf-8"
    )
    for stage in set(Stage) - {Stage.NONE}:
        row = next(
            line for line in page.splitlines() if line.startswith(f"| `{stage}` |")
        )
        ways = {went.value for (came, _), went in MOVES.items() if came is stage}
        assert set(re.findall(r"`(\w+)`", row.split("|")[3])) == ways
