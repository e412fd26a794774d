"""A claim that says more than its evidence is dropped; one that does not, stays."""

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.assistant.claims import (
    MOST_CLAIMS,
    SummaryAnswer,
    believed,
    unknowns,
)
from bot.assistant.facts import facts
from bot.assistant.shapes import schema_of
from bot.domain.untrusted import Untrusted
from bot.ports.model import Told
from tests.searching import examples

ALERTS = {
    "al_1": "Guardrail support-gr v3 let 3 injected documents through at 10:02 UTC. "
    "The session belongs to Mira Example of support-bot-v7.",
    "al_2": "Tool send_email ran 12 times in 4 min, usual 0-1. Cost is 1,204.50 USD. "
    "Key \u2039aws_access_key:7f3a\u203a called https://mail.example.org/v1 "
    "from 10.0.0.7. It said <img src=x onerror=f()> and `rm`.",
}


def told(alerts: dict[str, str] | None = None) -> tuple[Told, ...]:
    return tuple(
        Told(id=name, name="description", text=Untrusted(text))
        for name, text in (alerts or ALERTS).items()
    )


def answer(text: str, *evidence: str) -> SummaryAnswer:
    claim: dict[str, Any] = {"text": text, "evidence": evidence or ("al_1", "al_2")}
    return SummaryAnswer.model_validate({"claims": [claim], "unknown": []})


def stays(text: str, *evidence: str) -> bool:
    return bool(believed(answer(text, *evidence), told()))


@pytest.mark.parametrize(
    "text",
    [
        "Guardrail support-gr v3 let 3 documents through",
        "The alert says \u201c3 injected  documents.\u201d, from support-gr",
        "The tool send_email ran 12 times in 4 min; usual is 0-1",
        "Mira Example used support-bot-v7 at 10:02 UTC",
        "It cost 1,204.50 USD",
        "The key \u2039aws_access_key:7f3a\u203a was used from 10.0.0.7",
    ],
)
def test_what_the_evidence_says_stays(text: str) -> None:
    assert stays(text)


@pytest.mark.parametrize(
    "text",
    [
        "Guardrail support-gr v4 let 3 documents through",
        "13 injected documents went through",
        "Three thousand documents went through",
        "The tool ran 12 times in 4 hours",
        "It cost 1204.50 USD",
        "It cost 204.50 USD",
        "It ran -12 times",
        "It began at 10:20 UTC",
        "Mallory Example used it",
        "MALLORY used it",
        "It called evil.example.org",
        "The key \u2039aws_access_key:7f3b\u203a was used",
        "The key AKIAZZZZ was used",
        "It was used from 10.0.0.8",
        "Ask @mallory",
        "Пользователь украл данные",
        "It called https://mail.example.org/v1",
        "Tell <!channel>",
        "It said <img src=x onerror=f()>",
        "It said `rm`",
        "[press](here)",
        "**Urgent** act now",
        "Nothing happened, and nobody needs to act",
        "Ignore the guardrail support-gr v3",
        "You must restart support-bot-v7",
        "Please run send_email 12 times",
        "It ran 12 times; disable the guardrail support-gr",
        "Mira Example said \u201cthere is nothing to do\u201d at 10:02 UTC",
        'Mira Example said "there is nothing to do" at 10:02 UTC',
        "",
        "word " * 80,
    ],
)
def test_what_the_evidence_does_not_say_is_dropped(text: str) -> None:
    assert not stays(text)


def test_evidence_must_be_told_and_must_be_the_right_one() -> None:
    text = "send_email ran 12 times"
    assert stays(text, "al_2")
    assert not stays(text, "al_1")
    assert not stays(text, "al_2", "al_9")
    none = {"claims": [{"text": text, "evidence": []}], "unknown": []}
    assert believed(SummaryAnswer.model_validate(none), told()) == ()


def test_a_few_claims_are_enough() -> None:
    many = [{"text": "3 documents", "evidence": ["al_1"]}] * 9
    claims = SummaryAnswer.model_validate({"claims": many, "unknown": []})
    assert len(believed(claims, told())) == MOST_CLAIMS


def asked(*unknown: str) -> list[str]:
    given_ = SummaryAnswer.model_validate({"claims": [], "unknown": unknown})
    return [one.for_slack() for one in unknowns(given_.unknown, told())]


def test_what_is_unknown_is_shown_as_a_question_that_names_nothing_new() -> None:
    good = ["whether send_email left the domain", "who was hurt"]
    assert asked(*good, *good) == good
    assert asked("who", "when", "why 7", "nobody knows who") == []
    assert len(asked("who it was", "why it was", "how it was", "when it was")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing is wrong",
        "see https://x.y",
        "<@U1>",
        "whether <!channel> knows",
        "whether Mallory did it",
        "who ran it 13 times",
        "what it is: nothing at all",
        "what it was. Nothing is wrong",
        "whether you should call the number above",
        "how long " * 20,
    ],
)
def test_what_is_unknown_is_not_shown_where_it_says_more(text: str) -> None:
    assert asked(text) == []


_NUMBER = st.integers(0, 99_999).map(str)
_WORD = st.text("abdefgilmnoprstuvz", min_size=4, max_size=8)
_NAME = _WORD.map(str.capitalize)
_HOST = _WORD.map(lambda word: f"{word}.example.org")
_TIME = st.integers(0, 24 * 60 - 1).map(lambda n: f"{n // 60:02d}:{n % 60:02d}")


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """Draw a sentence of the kind a model writes of an alert."""
    number, name, host, time = (draw(one) for one in (_NUMBER, _NAME, _HOST, _TIME))
    frame = draw(
        st.sampled_from(
            (
                "The agent {name} sent {number} calls to {host} since {time}",
                "At {time} the host {host} took {number} tokens from {name}",
                "Since {time} {name} asked {host} for {number} alerts",
            )
        )
    )
    return str(frame.format(number=number, name=name, host=host, time=time))


@settings(max_examples=examples(0.3))
@given(sentences())
def test_a_claim_that_repeats_its_evidence_stays(sentence: str) -> None:
    alerts = told({"al_1": f"{sentence}. It is being looked at."})
    assert believed(answer(sentence, "al_1"), alerts)


@settings(max_examples=examples(0.3))
@given(sentences(), st.data())
def test_one_changed_digit_drops_a_claim(sentence: str, data: st.DataObject) -> None:
    places = [n for n, mark in enumerate(sentence) if mark.isdigit()]
    place = data.draw(st.sampled_from(places))
    digit = data.draw(st.sampled_from("0123456789"))
    changed = sentence[:place] + digit + sentence[place + 1 :]
    assume(not facts(changed) <= facts(sentence))
    assume(digit != sentence[place])
    assert not believed(answer(changed, "al_1"), told({"al_1": sentence}))


@settings(max_examples=examples(0.3))
@given(sentences(), _HOST)
def test_one_foreign_host_drops_a_claim(sentence: str, host: str) -> None:
    assume(host not in sentence)
    changed = re.sub(r"[a-z]+\.example\.org", host, sentence)
    assert not believed(answer(changed, "al_1"), told({"al_1": sentence}))


@settings(max_examples=examples(0.3))
@given(sentence=sentences(), name=_NAME, is_replaced=st.booleans())
def test_one_invented_name_drops_a_claim(
    *, sentence: str, name: str, is_replaced: bool
) -> None:
    assume(name.casefold() not in sentence.casefold())
    known = next(word for word in sentence.split()[1:] if word[0].isupper())
    changed = sentence.replace(known, name) if is_replaced else f"{sentence}, by {name}"
    assert not believed(answer(changed, "al_1"), told({"al_1": sentence}))


def test_claims_are_heard_without_unknowns_although_both_are_asked_for() -> None:
    heard = SummaryAnswer.model_validate({"claims": []})
    assert heard.unknown == ()
    assert schema_of(SummaryAnswer)["required"] == ["claims", "unknown"]
