"""The forms of a checklist: what they ask, what they refuse, and what they become."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.errors import BadRequest
from bot.ports.checklists import Offered
from bot.slack import checklist_forms, modals, wishes
from bot.slack.requests import Submission
from bot.slack.wishes import Verb
from tests.searching import examples
from tests.slack.checklist_states import EDITION, GOING, NEW, VIEWS
from tests.slack.hostile import hostile, marked
from tests.slack.validity import assert_view_valid, texts

OFFERED = (
    Offered(runbook="RB-07", title="Agent follows", why="category x", started=True),
    Offered(runbook="RB-12", title="Poisoned weights", why=""),
)


def sent(form: str, incident: str, **values: str) -> Submission:
    return Submission(
        key="k",
        team="T0TEAM",
        person="U0ONCALL",
        form=form,
        incident=incident,
        values=values,
    )


def choices(view: dict[str, Any]) -> list[str]:
    return [
        option["value"]
        for block in view["blocks"]
        if block["type"] == "input" and block["element"]["type"] == "radio_buttons"
        for option in block["element"]["options"]
    ]


def test_slack_takes_every_form() -> None:
    for view in VIEWS.values():
        for step in EDITION.steps:
            assert_view_valid(checklist_forms.skip(view, step))
            assert_view_valid(checklist_forms.mark(view, step))
    for offered in ((), OFFERED, OFFERED * 9):
        assert_view_valid(checklist_forms.others("INC-0001", offered[:8]))


def test_a_step_can_become_what_its_state_allows() -> None:
    for number, offered in [
        (1, ["undo"]),
        (2, ["done", "undo"]),
        (3, ["done", "skip", "undo"]),
        (4, ["take", "done", "skip"]),
    ]:
        form = checklist_forms.mark(GOING, EDITION.steps[number - 1])
        assert choices(form) == offered


def test_a_form_knows_the_state_that_was_seen() -> None:
    form = checklist_forms.mark(GOING, EDITION.steps[2])
    assert form["private_metadata"] == "INC-0001|RB-07|3|taken"
    wish = modals.wish(sent("step.mark", form["private_metadata"], became="undo"))
    assert (wish.verb, wish.runbook, wish.step, wish.was) == (
        Verb.UNDO,
        "RB-07",
        3,
        "taken",
    )


def test_skipping_asks_why() -> None:
    blank = {"reason": "Say it in a few words; it goes to the timeline."}
    ids = "INC-0001|RB-07|1"
    assert checklist_forms.errors(sent("step.skip", ids, reason=" \n")) == blank
    skipping = sent("step.mark", ids + "|", became="skip", reason="")
    assert checklist_forms.errors(skipping) == blank
    assert checklist_forms.errors(sent("step.mark", ids + "|", became="done")) == {}
    assert "became" in checklist_forms.errors(sent("step.mark", ids + "|"))
    wish = modals.wish(sent("step.skip", ids, reason=" no store "))
    assert (wish.verb, wish.step, wish.text) == (Verb.SKIP, 1, "no store")


def test_another_runbook_is_followed_searched_for_or_none_fits() -> None:
    chosen = sent("runbook.others", "INC-0001", runbook="RB-12", search="")
    assert checklist_forms.wants_search(chosen) == ""
    assert modals.wish(chosen) == wishes.Wish(
        verb=Verb.STEPS, incident="INC-0001", runbook="RB-12"
    )
    searching = sent("runbook.others", "INC-0001", runbook="", search="key leaked")
    assert checklist_forms.wants_search(searching) == "key leaked"
    nothing = sent("runbook.others", "INC-0001", runbook="", search=" ")
    assert "search" in checklist_forms.errors(nothing)
    none = sent("runbook.others", "INC-0001", runbook="none", search="GPU on fire")
    wish = modals.wish(none)
    assert (wish.verb, wish.text) == (
        Verb.NOTE,
        "None of the offered runbooks fits: GPU on fire",
    )


@pytest.mark.parametrize(
    ("form", "incident", "values"),
    [
        ("step.skip", "INC-0001|RB-07", {"reason": "x"}),
        ("step.skip", "INC-0001|RB-07|0", {"reason": "x"}),
        ("step.skip", "INC-0001|<!channel>|1", {"reason": "x"}),
        ("step.mark", "INC-0001|RB-07|1|done", {"became": "take"}),
        ("step.mark", "INC-0001|RB-07|1|odd", {"became": "take"}),
        ("step.mark", "INC-0001|RB-07|1|", {"became": "approve"}),
        ("runbook.others", "INC-0001", {"runbook": "../etc"}),
        ("runbook.others", "INC-0001|x", {"runbook": "RB-07"}),
    ],
)
def test_what_no_form_of_ours_sends_is_out_of_date(
    form: str, incident: str, values: dict[str, str]
) -> None:
    with pytest.raises(BadRequest):
        modals.wish(sent(form, incident, **values))


def test_a_button_that_takes_back_says_what_it_saw() -> None:
    wish = wishes.of_click("step.undo", "INC-0001|RB-07|2|skipped")
    assert (wish.verb, wish.step, wish.was) == (Verb.UNDO, 2, "skipped")
    for bad in ("INC-0001|RB-07|2", "INC-0001|RB-07|2|gone", "INC-0001|RB-07|2|"):
        with pytest.raises(BadRequest):
            wishes.of_click("step.undo", bad)


@settings(max_examples=examples(0.2))
@given(hostile)
def test_no_text_comes_alive_in_a_form(text: str) -> None:
    offered = (Offered(runbook="RB-07", title=text, why=text),)
    form = checklist_forms.others("INC-0001", offered, searched=text)
    assert_view_valid(form)
    assert not marked(form["blocks"])
    step = replace(EDITION.steps[0], text=text)
    skip = checklist_forms.skip(NEW, step)
    assert_view_valid(skip)
    assert texts(skip["blocks"])
