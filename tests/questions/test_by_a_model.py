"""What a model may say to a question: only what the evidence it cites says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.commands import JudgeText
from bot.domain.judging_events import Vote
from bot.ports.model import NoAnswer, Question, Why
from bot.slack.feedback import TEXT
from tests.questions.stage import minutes_to, played
from tests.questions.test_hearing import Asking
from tests.spec import OLU
from tests.test_summaries import FakeModel

ASKED = "INC-0001: how often did send_email run and how long?"
TRUE = "Tool send_email ran 12 times in 4 min"


def claiming(*texts: str, evidence: str = "al_injection", known: bool = True) -> Any:
    def says(_: Question[Any]) -> Any:
        claims = [{"text": text, "evidence": [evidence]} for text in texts]
        return {"known": known, "claims": claims}

    return says


@pytest.fixture
def model() -> FakeModel:
    return FakeModel(claiming(TRUE))


@pytest.fixture
def stage(tmp_path: Path, model: FakeModel) -> Iterator[Asking]:
    ended = played(tmp_path)
    made = Asking(tmp_path, model=model)
    made.go_on(minutes_to(ended))
    yield made
    made.close()


def answered(stage: Asking) -> str:
    while stage.answering.step_slowly():
        pass
    return stage.last()


def test_a_true_claim_is_shown_with_what_it_rests_on(stage: Asking) -> None:
    stage.ask(ASKED)
    assert "Looking into the evidence of INC-0001" in stage.last()
    shown = answered(stage)
    assert len(stage.said()) == 1
    assert TRUE in shown
    assert "[1] alert al_injection" in shown
    assert "AI-written, check evidence · incident-summary v1" in shown
    line = stage.core.service.timeline("INC-0001")[-1]
    assert "answered from al_injection by openai:m" in line.text


def test_people_say_what_they_think_of_an_answer(stage: Asking) -> None:
    stage.ask(ASKED)
    answered(stage)
    (which,) = stage.core.store.read(
        lambda tx: [
            row["text"]
            for row in tx.tables.execute(
                "SELECT text FROM known_text WHERE kind = 'answer'"
            )
        ]
    )
    assert TEXT.fullmatch(which)
    assert f"up|INC-0001|answer|{which}" in stage.last()
    thinks = JudgeText(by=OLU, kind="answer", which=which, vote=Vote.UP)
    assert stage.core.ask("INC-0001", thinks).refusal is None
    line = stage.core.service.timeline("INC-0001")[-1]
    assert "thumbs up to the answer of openai:m" in line.text


def test_what_rules_answer_asks_for_no_opinion(stage: Asking) -> None:
    stage.ask("INC-0001: who owns it?")
    assert "|answer|" not in answered(stage)


@pytest.mark.parametrize(
    "says",
    [
        claiming(TRUE.replace("12", "13")),
        claiming("Everything is fine and nobody needs to act"),
        claiming(TRUE, evidence="question"),
        claiming(TRUE, evidence="al_secret"),
        claiming("See https://evil.example.org for 12 times"),
        claiming("<!channel> 12 times in 4 min"),
        claiming(TRUE, known=False),
    ],
    ids=["digit", "fine", "question", "foreign", "link", "mention", "unknown"],
)
def test_what_is_not_borne_out_is_not_said(
    stage: Asking, model: FakeModel, says: Any
) -> None:
    model.says = says
    stage.ask("INC-0001: will the zeppelin come back 13 times?")
    shown = answered(stage)
    assert "AI-written" not in shown
    for lie in ("13 times", "fine", "evil", "<!channel>"):
        assert lie not in shown
    assert "I do not know" in shown


@pytest.mark.parametrize("why", [Why.TIMED_OUT, Why.OVER_BUDGET, Why.GARBAGE])
def test_without_its_answer_the_evidence_is_quoted_and_why_is_said(
    stage: Asking, model: FakeModel, why: Why
) -> None:
    model.says = lambda _: NoAnswer(why=why, says="it did not")
    stage.ask(ASKED)
    shown = answered(stage)
    assert "12 times in 4 min" in shown
    assert f"no model: {why.value.replace('_', ' ')}" in shown


def test_what_facts_answer_is_asked_of_no_model(
    stage: Asking, model: FakeModel
) -> None:
    stage.ask("who is commander?")
    stage.ask("restart it")
    assert model.asked == []
    assert "Looking" not in str(stage.said())


def test_a_model_is_told_nothing_of_another_incident(
    stage: Asking, model: FakeModel
) -> None:
    stage.ask("INC-0001: what about the merger memo of the board?")
    answered(stage)
    told = [one.text.for_rules() for one in model.asked[0].told]
    assert not any("Falcon" in one or "nightly-eval" in one for one in told)
    assert model.asked[0].told[0].id == "question"


def test_whoever_waits_too_long_is_answered_without_it(
    stage: Asking, model: FakeModel
) -> None:
    stage.ask(ASKED)
    stage.go_on(2)
    assert "no model: busy" in answered(stage)
    assert model.asked == []


def test_an_answer_to_what_was_asked_before_the_edit_is_thrown_away(
    stage: Asking, model: FakeModel
) -> None:
    again: dict[str, Any] = {"id": "C0INCIDENTS/7.7", "ts": "7.7"}

    def says(question: Question[Any]) -> Any:
        model.says = claiming(TRUE)
        stage.ask("INC-0001: who is commander?", **again)
        return claiming(TRUE)(question)

    model.says = says
    stage.ask(ASKED, **again)
    shown = answered(stage)
    assert "is commander" in shown
    assert TRUE not in shown
