"""Answers as Slack gets them: valid, literal, with numbers that mean something."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from bot.assistant.asking import by_rules
from bot.domain.card import CardView
from bot.domain.events import IncidentOpened, Noted
from bot.domain.incident import Incident
from bot.domain.passage import Evidence, How, Passage, Place, Reply, Said, reply
from bot.domain.summary import Summary
from bot.domain.untrusted import Untrusted
from bot.ports.asking import AnswerView
from bot.slack.question_voice import SlackQuestionVoice
from bot.slack.question_wishes import is_by_a_bot, without_bot
from tests.searching import examples
from tests.slack.hostile import hostile
from tests.slack.validity import assert_slack_valid, assert_text_safe
from tests.spec import NOON

VOICE = SlackQuestionVoice()


def passage(text: str, place: Place = Place.ALERT, **more: str) -> Passage:
    facts = {"id": "al_1", "cite": "alert al_1", "said": "Alert from webhook:"}
    return Passage(**(facts | more), place=place, text=Untrusted(text), at=NOON)  # type: ignore[arg-type]


def evidence(*passages: Passage) -> Evidence:
    state = Incident(title=Untrusted("t"), channel="C1")
    card = CardView(
        id="INC-0001",
        state=state,
        since=NOON,
        category_title="Prompt injection",
        summary=Summary(by="rules", claims=()),
    )
    return Evidence(at=NOON, card=card, system=None, systems=(), passages=passages)


def view(found: Reply, **more: object) -> AnswerView:
    made = AnswerView(
        id="C1/1.1",
        incident="INC-0001",
        person="U0ONCALL",
        channel="C1",
        at=NOON,
        reply=found,
        thread="heard/C1/1.1",
        question=Untrusted("what is it?"),
    )
    return replace(made, **more)  # type: ignore[arg-type]


@settings(max_examples=examples(0.1))
@given(hostile)
def test_whatever_is_asked_and_quoted_the_answer_is_plain_text(text: str) -> None:
    known = evidence(
        passage(f"{text} ran 12 times"),
        passage(text, Place.TIMELINE, id="timeline:1", kind=Noted.name),
        passage(text, Place.TIMELINE, id="timeline:2", kind=IncidentOpened.name),
    )
    for question in (text, f"what about {text}", "what happened?", "any notes?"):
        found = by_rules(Untrusted(question), known)
        post = VOICE.answer(view(found, question=Untrusted(text)))
        assert_slack_valid(post.blocks)
        assert_text_safe(post.text)
        whisper = VOICE.whisper(view(found, question=Untrusted(text)), until=NOON)
        assert_slack_valid(whisper.blocks)


def test_a_sentence_names_its_passages_by_number() -> None:
    known = evidence(passage("a"), passage("b", id="al_2", cite="alert al_2"))
    said = (
        Said(text="Both <@U0SECOND> and <@S0ONCALL>.", evidence=("al_2", "al_1")),
        Said(quote=Untrusted("only one"), evidence=("al_1",)),
    )
    shown = json.dumps(VOICE.answer(view(reply(How.FACTS, said, known))).blocks)
    assert '"user_id": "U0SECOND"' in shown
    assert '"usergroup_id": "S0ONCALL"' in shown
    assert "[1][2]" in shown
    assert "[1] alert al_2 \\u00b7 [2] alert al_1" in shown


def test_what_is_not_known_is_said_with_what_came_nearest() -> None:
    found = Reply(how=How.NOTHING, said=(), nearest=passage("the key was old"))
    shown = json.dumps(VOICE.answer(view(found)).blocks)
    assert "I do not know: nothing in the evidence of INC-0001 says it." in shown
    assert "Nearest is alert al_1" in shown
    assert "the key was old" in shown


def test_in_the_thread_of_a_card_an_answer_says_to_what() -> None:
    found = Reply(how=How.NOTHING, said=())
    in_card = VOICE.answer(view(found, thread="card/INC-0001"))
    assert "asked: what is it?" in json.dumps(in_card.blocks)
    assert "asked: what is it?" not in json.dumps(VOICE.answer(view(found)).blocks)


def test_in_a_drill_every_answer_says_so() -> None:
    found = Reply(how=How.NOTHING, said=())
    drill = view(found, drill=True)
    for said in (VOICE.answer(drill), VOICE.looking(drill)):
        assert said.text.startswith("EXERCISE")
    assert VOICE.whisper(drill, until=NOON).text.startswith("EXERCISE")


@pytest.mark.parametrize(
    "event",
    [
        {"user": "U1", "bot_id": "B1"},
        {"user": "U1", "bot_profile": {"id": "B1"}},
        {"user": "U1", "subtype": "bot_message"},
        {"text": "nobody wrote this"},
    ],
)
def test_what_a_program_wrote_is_told_apart(event: dict[str, object]) -> None:
    assert is_by_a_bot(event)
    assert not is_by_a_bot({"user": "U1", "text": "x"})


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("<@U0TOCSIN> who owns it?", "who owns it?"),
        ("<@U0TOCSIN|tocsin>: who owns it?", "who owns it?"),
        ("hey <@U0TOCSIN>, is <@U0SECOND> on it?", "hey is <@U0SECOND> on it?"),
        ("<@U0TOCSIN>", ""),
    ],
)
def test_the_name_of_the_bot_is_no_part_of_a_question(text: str, asked: str) -> None:
    assert without_bot(text) == asked
