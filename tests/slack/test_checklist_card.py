"""The checklist in its thread: what stands on it, and that Slack takes it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.checklist import DONE, TAKEN, ChecklistView, Look, edition_of
from bot.domain.runbook import Step, StepKind
from bot.domain.untrusted import Untrusted
from bot.slack import checklist_card
from tests.domain.test_checklist import shelf
from tests.searching import examples
from tests.slack.checklist_states import (
    CLOSED,
    EARLY,
    EDITION,
    GOING,
    GOLDEN,
    NEW,
    VIEWS,
    drawn,
    mark,
)
from tests.slack.hostile import hostile, marked
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts


@pytest.mark.parametrize("name", VIEWS)
def test_a_checklist_looks_as_it_was_reviewed(name: str) -> None:
    reviewed = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert drawn(VIEWS[name]) == reviewed


@pytest.mark.parametrize("name", VIEWS)
def test_slack_takes_every_checklist(name: str) -> None:
    post = checklist_card.card(VIEWS[name], proposing=True, sharing=True)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)


def test_every_reviewed_checklist_belongs_to_a_state() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(VIEWS)


def test_a_checklist_goes_into_the_thread_of_its_incident_under_a_key_of_its_own() -> (
    None
):
    post = checklist_card.card(NEW)
    assert (post.key, post.thread) == ("checklist/INC-0001/RB-07", "card/INC-0001")


def test_the_fallback_says_how_far_it_is_and_who_has_what_is_next() -> None:
    said = checklist_card.card(GOING).text
    start = "Checklist RB-07 of INC-0001, 1 of 5 done, 1 skipped. Step 3: Cut the agent"
    assert said.startswith(start)
    assert "<@U0SECOND>" in said


def test_a_free_step_can_be_taken_and_a_taken_one_finished_or_given_back() -> None:
    assert _actions(NEW)["step.take"] == "INC-0001|RB-07|1"
    going = _actions(GOING)
    assert going["step.done"] == "INC-0001|RB-07|3"
    assert going["step.back"] == "INC-0001|RB-07|3|taken"
    assert going["step.take"] == "INC-0001|RB-07|4"


def test_the_last_mark_can_be_taken_back_as_it_was_seen() -> None:
    assert _actions(GOING)["step.undo"] == "INC-0001|RB-07|2|skipped"
    assert "step.undo" not in _actions(NEW)


def test_only_a_registered_action_is_proposed_and_only_where_there_is_a_gate() -> None:
    assert _actions(GOING)["step.propose"] == "INC-0001|RB-07|3"
    by_hand = replace(NEW, marks={n: mark(n, DONE) for n in (1, 2, 3)})
    assert "step.propose" not in _actions(by_hand)
    post = checklist_card.card(GOING)
    assert "step.propose" not in json.dumps(post.blocks)


def test_diagnostics_are_offered_while_people_look() -> None:
    assert _actions(NEW)["diag.open"] == "INC-0001"
    assert "diag.open" not in _actions(GOING)


def test_a_closed_checklist_has_no_buttons_and_says_how_it_ended() -> None:
    assert _actions(CLOSED) == {}
    said = "".join(texts(checklist_card.card(CLOSED).blocks))
    assert "Closed: the incident was resolved as fixed by " in said
    assert "3 of 5 steps stayed open." in said


def test_a_change_before_its_evidence_says_so_on_its_line() -> None:
    said = "".join(texts(checklist_card.card(EARLY).blocks))
    assert ", evidence steps 1, 2 open" in said


def test_every_runbook_of_ours_fits_whole_at_its_longest_step() -> None:
    for runbook in shelf():
        edition = edition_of(runbook)
        at = max(edition.looks, key=lambda n: len(edition.looks[n].text))
        marks = {n: mark(n, DONE) for n in range(1, at)} | {at: mark(at, TAKEN)}
        view = replace(NEW, edition=edition, total=len(edition.steps), marks=marks)
        post = checklist_card.card(view, proposing=True, sharing=True)
        assert_slack_valid(post.blocks)
        said = "".join(texts(post.blocks))
        for step in edition.steps:
            assert step.text in said, (runbook.id, step.number)


@pytest.mark.parametrize("current", [1, 40])
def test_a_runbook_of_a_hundred_steps_shows_those_around_the_next(current: int) -> None:
    steps = tuple(
        Step(number=n, id=f"s{n}", text=f"Do {n}. " * 30, kind=StepKind.READ)
        for n in range(1, 101)
    )
    view = replace(
        NEW,
        edition=replace(EDITION, steps=steps, looks={}),
        total=100,
        marks={n: mark(n, DONE) for n in range(1, current)},
    )
    post = checklist_card.card(view, proposing=True, sharing=True)
    assert_slack_valid(post.blocks)
    said = "".join(texts(post.blocks))
    assert f"{current}. Do {current}." in said
    assert ("steps before" in said) == (current > 7)
    assert "steps after" in said


@settings(max_examples=examples(0.2))
@given(hostile, hostile, st.sampled_from(sorted(VIEWS)))
def test_no_text_of_a_runbook_or_a_person_comes_alive(
    text: str, reason: str, name: str
) -> None:
    step = replace(EDITION.steps[0], text=text, stop_if=text)
    edition = replace(
        EDITION,
        title=text,
        steps=(step, *EDITION.steps[1:]),
        looks={1: Look(where=text, text=text)},
    )
    marks = {
        n: replace(one, reason=Untrusted(reason) if one.reason else None)
        for n, one in VIEWS[name].marks.items()
    }
    view = replace(VIEWS[name], edition=edition, marks=marks, why=text)
    post = checklist_card.card(view, proposing=True, sharing=True)
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    assert not marked(post.blocks)


def _actions(view: ChecklistView) -> dict[str, str]:
    post = checklist_card.card(view, proposing=True, sharing=True)
    return {
        one["action_id"]: one.get("value", "")
        for block in post.blocks
        if block["type"] == "actions"
        for one in block["elements"]
    }
