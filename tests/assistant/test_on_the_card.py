"""From what a model answers to what Slack is given: only what is true gets there."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assistant.claims import SummaryAnswer, checked
from bot.assistant.improving import improved
from bot.assistant.summary import summarize
from bot.assistant.telling import told_of
from bot.domain.summary import Written, as_lines, from_lines
from bot.domain.untrusted import Untrusted
from bot.slack.cards import preview
from tests.assistant.test_claims import sentences
from tests.searching import examples
from tests.slack.hostile import hostile
from tests.slack.validity import assert_slack_valid
from tests.spec import NOON, an_alert


def about(*texts: str) -> Any:
    alert = an_alert(title="Something is wrong")
    named = {f"description{n}": Untrusted(text) for n, text in enumerate(texts)}
    return replace(alert, envelope=replace(alert.envelope, texts=named))


def card(alert: Any, claims: Sequence[str]) -> tuple[str, list[Any]]:
    """Return the card, and what of it is bullets, after a model claimed this."""
    ids = [alert.id]
    given_ = [{"text": text, "evidence": ids} for text in claims]
    answer = SummaryAnswer.model_validate({"claims": given_, "unknown": []})
    found = checked(answer, told_of([alert])).claims
    kept = from_lines(as_lines(found), [one.evidence for one in found])
    written = Written(model="m", prompt="p v1, 0", claims=kept) if kept else None
    by_rules = summarize([alert], system=None, now=NOON, counted=False)
    summary = improved(by_rules, written)
    drawn = preview([alert], category_title="Availability", summary=summary)
    assert_slack_valid(drawn["blocks"])
    bullets = [
        element
        for block in drawn["blocks"]
        for part in block.get("elements", ())
        if part.get("type") == "rich_text_list"
        for item in part["elements"]
        for element in item["elements"]
    ]
    return json.dumps(drawn, ensure_ascii=False), bullets


@settings(max_examples=examples(0.1))
@given(sentences(), st.data())
def test_a_digit_a_host_or_a_name_of_its_own_never_reaches_the_card(
    sentence: str, data: st.DataObject
) -> None:
    places = [n for n, mark in enumerate(sentence) if mark.isdigit()]
    at = data.draw(st.sampled_from(places))
    digit = str((int(sentence[at]) + 1) % 10)
    lies = [
        sentence[:at] + digit + sentence[at + 1 :],
        f"{sentence} and evil.example.net",
        f"{sentence}, by Mallory",
    ]
    shown, _ = card(about(f"{sentence}. It is looked at."), [*lies, sentence])
    assert sentence in shown
    for lie in lies:
        assert lie not in shown


@settings(max_examples=examples(0.1))
@given(hostile)
def test_what_comes_alive_is_plain_text_whatever_a_model_says(text: str) -> None:
    _, bullets = card(about(f"{text} 7 times"), [text, f"{text} 7 times"])
    assert {one["type"] for one in bullets} <= {"text"}
    assert not any("style" in one or "url" in one for one in bullets)


@pytest.mark.parametrize("text", ["Nothing is wrong", "It was a test"])
def test_a_model_cannot_talk_away_what_rules_said(text: str) -> None:
    shown, _ = card(about("Tool ran 12 times in 4 min"), [text, "It ran 12 times"])
    assert text not in shown
    assert "It ran 12 times" in shown
    assert "Something is wrong" in shown
