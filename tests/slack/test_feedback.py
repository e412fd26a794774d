"""The control below what a model wrote, the forms, and what was considered."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.domain.considered import Considered, Option
from bot.domain.errors import BadRequest
from bot.domain.judged import Rejection
from bot.domain.judging_events import Verdict
from bot.domain.summary import Claim
from bot.domain.untrusted import Untrusted
from bot.practice import blocks as kit
from bot.slack import feedback, feedback_forms, feedback_shown
from bot.slack.elsewhere import elsewhere
from bot.slack.feedback_wishes import of_click, of_form
from bot.slack.requests import Click, Submission
from bot.slack.wishes import Verb, Wish
from tests.slack.hostile import hostile
from tests.slack.validity import assert_slack_valid, assert_view_valid

OPTION = Option(
    runbook="RB-06",
    version=2,
    digest="bcd36cc4aa11bb22",
    title="Prompt injection sends data out",
    step=1,
    score=1.76,
    weight=-0.167,
    why="category prompt_injection; matches: email",
    atlas=("AML.T0051", "AML.T0086"),
    owasp=("LLM01",),
    history="worked in 0 of 1 prompt_injection incident, called wrong in 1",
)
FOUND = Considered(
    incident="INC-0001",
    category="prompt_injection",
    is_open=True,
    is_kept=True,
    none_by="",
    mode="rank",
    options=(OPTION, replace(OPTION, runbook="RB-02", weight=0.0, history="")),
)
CLAIMS = ((1, Claim(text=Untrusted("It ran 12 times"), evidence=("al_1",))),)


def sent(form: str, **values: str) -> Submission:
    return Submission(
        key="k",
        team="T0TEAM",
        person="U0ONCALL",
        form=form,
        incident="INC-0001",
        values=values,
    )


def labels(answer: Any) -> list[str]:
    return [
        one["text"]["text"]
        for block in answer["blocks"]
        if block["type"] == "actions"
        for one in block["elements"]
    ]


def test_slack_takes_the_control_and_so_does_the_practice_workspace() -> None:
    control = list(feedback.thumbs("INC-0001", "catch_up", "c1"))
    assert_slack_valid(control)
    assert kit.complaints(control, kit.TABLE["message"], "/blocks") == []
    broken = json.loads(json.dumps(control))
    broken[0]["elements"][0]["positive_button"]["emoji"] = "tada"
    assert kit.complaints(broken, kit.TABLE["message"], "/blocks")


def test_a_thumb_names_the_text_and_the_voice() -> None:
    votes = feedback.thumbs("INC-0001", "summary", "2")[0]["elements"][0]
    wish = of_click(votes["action_id"], votes["negative_button"]["value"])
    assert wish == Wish(
        verb=Verb.VOTE, incident="INC-0001", subject="summary/2", outcome="down"
    )


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("ai.vote", "up|INC-0001|summary"),
        ("ai.vote", "sideways|INC-0001|summary|1"),
        ("ai.vote", "up|INC-0001|sum mary|1"),
        ("ai.vote", "up|INC-0001|summary|1/../2"),
        ("ai.vote", "up|INC-1|summary|1"),
        ("ai.wrong", "INC-0001|summary|1"),
        ("suggest.reject", "INC-0001|RB-02|1"),
        ("suggest.again.1", "INC-0001|RB-02|x"),
        ("suggest.again.9", "INC-0001|RB-02"),
        ("suggest.again.1", "INC-0001|<!channel>"),
    ],
)
def test_a_forged_press_asks_for_nothing(action: str, value: str) -> None:
    with pytest.raises(BadRequest):
        of_click(action, value)


@pytest.mark.parametrize(
    ("form", "choice"),
    [
        ("suggest.judge", "offered|RB-02|1"),
        ("suggest.judge", "wrong|RB-02|0"),
        ("suggest.judge", "wrong|RB-02"),
        ("suggest.judge", ""),
        ("ai.take_back", "summary|1|-1"),
        ("ai.take_back", "summary|1|1000"),
        ("ai.take_back", "summary|1|²"),
        ("ai.take_back", "Summary|1|1"),
    ],
)
def test_a_forged_form_asks_for_nothing(form: str, choice: str) -> None:
    with pytest.raises(BadRequest):
        of_form(sent(form, choice=choice, reason="x"))


def test_presses_and_forms_find_their_way() -> None:
    click = Click(
        key="k",
        team="T",
        person="U0ONCALL",
        channel="C1",
        action="suggest.again.2",
        value="INC-0001|RB-02",
    )
    assert elsewhere(click) == Wish(
        verb=Verb.JUDGE, incident="INC-0001", runbook="RB-02", outcome="offered_again"
    )
    wrong = sent("suggest.judge", choice="wrong|RB-02|3", reason=" no ")
    assert elsewhere(wrong) == Wish(
        verb=Verb.JUDGE,
        incident="INC-0001",
        runbook="RB-02",
        step=3,
        outcome="wrong",
        text="no",
    )


def test_slack_takes_the_forms() -> None:
    assert_view_valid(feedback_forms.judge_form("INC-0001", "RB-02", 1, title="T"))
    assert_view_valid(feedback_forms.wrong_form("INC-0001", "summary", "1", CLAIMS))
    assert_view_valid(feedback_forms.wrong_form("INC-0001", "catch_up", "c1", ()))


@given(hostile)
def test_a_statement_stands_in_its_form_as_text(text: str) -> None:
    claims = ((1, Claim(text=Untrusted(text), evidence=())),)
    assert_view_valid(feedback_forms.wrong_form("INC-0001", "summary", "1", claims))


@pytest.mark.parametrize(
    ("given_form", "missing"),
    [
        (sent("suggest.judge", choice="wrong|RB-02|1", reason=" "), {"reason"}),
        (sent("suggest.judge", choice="rejected|RB-02|1", reason=""), set()),
        (sent("suggest.judge", choice="none_fits|RB-02|1"), set()),
        (sent("suggest.judge", choice="", reason="x"), {"choice"}),
        (sent("ai.take_back", choice="summary|1|1", reason=""), {"reason"}),
        (sent("ai.take_back", choice="summary|1|1", reason="it ran twice"), set()),
    ],
)
def test_what_is_missing_is_named(given_form: Submission, missing: set[str]) -> None:
    assert set(feedback_forms.errors(given_form)) == missing


def test_what_was_considered_says_edition_reason_history_and_tags() -> None:
    answer = feedback_shown.considered(FOUND)
    assert answer["response_type"] == "ephemeral"
    assert_slack_valid(answer["blocks"])
    said = json.dumps(answer, ensure_ascii=False)
    for part in (
        "v2 bcd36cc4",
        "Score 1.76, -0.17 of it by history: category prompt_injection",
        "Today: worked in 0 of 1 prompt_injection incident, called wrong in 1",
        "ATLAS AML.T0051, AML.T0086 · OWASP LLM01",
    ):
        assert part in said
    assert labels(answer) == []


def test_what_was_rejected_can_be_offered_again_while_the_incident_is_open() -> None:
    said = Rejection(verdict=Verdict.WRONG, by="U0ONCALL")
    options = (replace(OPTION, rejection=said), FOUND.options[1])
    found = replace(FOUND, options=options)
    answer = feedback_shown.considered(found)
    assert labels(answer) == ["Offer RB-06 again"]
    assert_slack_valid(answer["blocks"])
    assert labels(feedback_shown.considered(replace(found, is_open=False))) == []
    none = feedback_shown.considered(replace(found, none_by="U0SECOND"))
    assert labels(none) == ["Offer RB-06 again", "Offer RB-02 again"]
    assert_slack_valid(none["blocks"])


def test_where_none_fits_it_says_so() -> None:
    answer = feedback_shown.considered(replace(FOUND, options=()))
    assert answer["text"] == (
        "No runbook fits by the rules. Write what you do as notes."
    )
    assert_slack_valid(answer["blocks"])


def test_of_an_older_incident_it_says_that_nothing_was_noted() -> None:
    answer = feedback_shown.considered(replace(FOUND, options=(), is_kept=False))
    assert answer["text"].startswith("Nothing was noted here")
