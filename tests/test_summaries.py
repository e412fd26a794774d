"""A model may improve the bullets of a card that stands; it can do nothing else."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.assistant.claims import SummaryAnswer
from bot.domain.card import CardView
from bot.domain.commands import Resolve
from bot.domain.untrusted import Untrusted
from bot.ports.model import (
    A,
    Answered,
    Asked,
    NoAnswer,
    Question,
    Usage,
    Why,
)
from bot.readmodels import summaries
from bot.summaries import Summaries
from bot.viewing import Viewing
from bot.wire_summary import figures
from tests.core import Core, rulings
from tests.spec import an_alert, person

TRUE = "The tool send_email ran 12 times in 4 min"
LEASE = timedelta(seconds=120)
ASKED = Asked(prompt="incident-summary", version=1, digest="ab" * 32)

Says = Callable[[Question[Any]], Any]


class FakeModel:
    """Keeps `bot.ports.model.Model`: says what a test tells it to."""

    def __init__(self, says: Says) -> None:
        self.says = says
        self.asked: list[Question[Any]] = []

    def ask(self, question: Question[A]) -> Answered[A] | NoAnswer:
        self.asked.append(question)
        said = self.says(question)
        if isinstance(said, NoAnswer):
            return said
        value = question.answer.model_validate(said)
        return Answered(value=value, model="openai:m", asked=ASKED, usage=Usage())

    def close(self) -> None:
        """There is nothing to hang up."""


def claiming(*texts: str) -> Says:
    """Say these claims, each resting on every alert that was told."""

    def says(question: Question[Any]) -> Any:
        ids = list(dict.fromkeys(one.id for one in question.told))
        claims = [{"text": text, "evidence": ids} for text in texts]
        return {"claims": claims, "unknown": []}

    return says


def silent(why: Why) -> Says:
    return lambda _: NoAnswer(why=why, says="it did not")


class House:
    """A core that asks a model."""

    def __init__(self, folder: Path) -> None:
        self.core = Core(folder)
        self.viewing = Viewing(
            clock=self.core.clock,
            registry=rulings().registry,
            category_titles=rulings().category_titles(),
            asks_a_model=True,
        )
        self.core.service.book.shower._viewing = self.viewing
        self.model = FakeModel(claiming(TRUE))
        self.summaries = self.made()

    def made(self) -> Summaries:
        made = Summaries(
            store=self.core.store,
            clock=self.core.clock,
            book=self.core.service.book,
            model=self.model,
            lease=LEASE,
        )
        self.core.service.book.followed = made.follow
        return made

    def alert(self, n: int = 1) -> None:
        """Have an alert of one group come in, each of another problem."""
        title = Untrusted(f"Tool send_email ran {n}2 times in 4 min")
        found = an_alert(f"p{n}", alert_id=f"al_{n}", group="g")
        self.core.take(replace(found, envelope=replace(found.envelope, title=title)))

    def view(self) -> CardView:
        found = self.core.store.read(lambda tx: self.viewing.card(tx, "INC-0001"))
        assert found is not None
        return found

    def bullets(self) -> list[str]:
        return [one.text.for_slack() for one in self.view().summary.claims]

    def counts(self, what: str) -> dict[str, int]:
        return self.core.store.read(lambda tx: summaries.counts(tx, what))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.core.close()


def test_what_is_true_stands_on_the_card_with_its_evidence(house: House) -> None:
    house.alert()
    before = house.view()
    assert (before.summary.by, before.model) == ("rules", "no model yet")
    assert house.summaries.step()
    after = house.view()
    assert house.bullets() == [TRUE]
    assert after.summary.by == "openai:m"
    assert after.summary.prompt == "incident-summary v1, abababab"
    assert after.summary.claims[0].evidence == ("al_1",)
    assert after.summary.unknown == before.summary.unknown
    assert not house.summaries.step()


def test_what_is_not_true_leaves_the_card_and_is_counted(house: House) -> None:
    house.alert()
    before, rows = house.bullets(), house.core.outbox()
    house.model.says = claiming(TRUE.replace("12", "13"), "See https://x.example", "")
    house.summaries.step()
    assert house.bullets() == before
    assert house.core.outbox() == rows
    assert house.counts("claims") == {"facts": 1, "kept": 0, "length": 1, "markup": 1}
    assert house.core.kinds()[-1] == "summarized"


@pytest.mark.parametrize("why", [Why.TIMED_OUT, Why.OVER_BUDGET, Why.WITHHELD])
def test_without_an_answer_the_card_says_why(house: House, why: Why) -> None:
    house.alert()
    house.model.says = silent(why)
    house.summaries.step()
    assert house.view().summary.by == "rules"
    assert house.view().model == f"no model: {why.value.replace('_', ' ')}"
    assert house.counts("asked") == {why.value: 1}


def test_what_was_not_even_sent_is_tried_again(house: House) -> None:
    house.alert()
    house.model.says = silent(Why.RESTING)
    house.summaries.step()
    assert not house.summaries.step()
    house.core.clock.go_on(60)
    house.model.says = claiming(TRUE)
    house.summaries.step()
    assert house.bullets() == [TRUE]


def test_a_further_alert_takes_the_words_back_until_it_was_asked_again(
    house: House,
) -> None:
    house.alert()
    house.summaries.step()
    house.alert(2)
    assert house.view().summary.by == "rules"
    assert not house.summaries.step(), "not twice within a minute"
    house.core.clock.go_on(60)
    house.model.says = claiming("The tool ran 22 times")
    house.summaries.step()
    assert house.bullets() == [
        "The tool ran 22 times",
        "Tool send_email ran 12 times in 4 min",
    ], "what rules said and it does not say, stays"
    assert house.view().summary.by_whom.startswith("AI-written (the first bullet), ")
    assert len(house.model.asked) == 2


def test_an_answer_to_what_was_known_before_is_not_shown(house: House) -> None:
    house.alert()

    def meanwhile(question: Question[Any]) -> Any:
        house.alert(2)
        return claiming(TRUE)(question)

    house.model.says = meanwhile
    house.summaries.step()
    assert house.view().summary.by == "rules"
    assert "summarized" not in house.core.kinds()
    house.model.says = claiming(TRUE)
    house.core.clock.go_on(60)
    house.summaries.step()
    assert house.bullets() == [TRUE]


def test_after_a_crash_in_the_middle_it_asks_once_more(house: House) -> None:
    house.alert()

    def crash(_: Question[Any]) -> Any:
        raise SystemExit

    house.model.says = crash
    with pytest.raises(SystemExit):
        house.summaries.step()
    house.model.says = claiming(TRUE)
    again = house.made()
    assert not again.step()
    house.core.clock.go_on(LEASE.total_seconds())
    assert again.step()
    assert house.bullets() == [TRUE]
    assert house.core.kinds().count("summarized") == 1


def test_what_the_end_of_the_bot_breaks_off_is_asked_again(house: House) -> None:
    house.alert()

    def end(_: Question[Any]) -> Any:
        house.summaries.hang_up()
        return NoAnswer(why=Why.TIMED_OUT, says="let go")

    house.model.says = end
    house.summaries.step()
    assert house.view().model == "no model yet"
    house.model.says = claiming(TRUE)
    house.core.clock.go_on(LEASE.total_seconds())
    assert house.made().step()
    assert house.bullets() == [TRUE]


def test_what_is_over_meanwhile_is_left_alone(house: House) -> None:
    house.alert()

    def meanwhile(question: Question[Any]) -> Any:
        by = person("U0")
        house.core.ask("INC-0001", Resolve(by=by, outcome="false_alarm"))
        return claiming(TRUE)(question)

    house.model.says = meanwhile
    house.summaries.step()
    assert "summarized" not in house.core.kinds()
    assert not house.summaries.step()


def test_a_model_is_told_nothing_that_decides(house: House) -> None:
    house.alert()
    house.summaries.step()
    (question,) = house.model.asked
    assert question.answer is SummaryAnswer
    names = {one.name for one in question.told}
    assert "title" in names
    assert not names & {"severity", "category", "runbook", "commander"}


def test_the_timeline_says_who_wrote_what(house: House) -> None:
    house.alert()
    house.model.says = claiming(TRUE, "It ran 13 times")
    house.summaries.step()
    line = house.core.service.timeline("INC-0001")[-1]
    assert line.text == (
        "openai:m was asked (incident-summary v1, abababab): "
        "1 of 2 claims kept; dropped: 1 facts, check evidence:"
    )
    assert line.words is not None
    assert line.words.for_slack() == TRUE


def test_what_is_over_is_asked_about_no_more(house: House) -> None:
    house.alert()
    house.core.ask("INC-0001", Resolve(by=person("U0"), outcome="false_alarm"))
    assert not house.summaries.step()
    assert house.model.asked == []


def test_figures_count_questions_and_claims(house: House) -> None:
    house.alert()
    house.model.says = claiming(TRUE, "It ran 13 times")
    house.summaries.step()
    families = house.core.store.read(figures)
    assert {one.name: dict(one.values) for one in families} == {
        "tocsin_summary_asked_total": {("answered",): 1},
        "tocsin_summary_claims_total": {("kept",): 1, ("facts",): 1},
    }


ALERT = "al_9"


def describe(house: House, text: str) -> None:
    """Have an alert come in that says more than its title."""
    found = an_alert("p9", alert_id=ALERT)
    texts = {"description": Untrusted(text)}
    title = Untrusted("A tool ran too often")
    told = replace(found.envelope, title=title, texts=texts)
    house.core.take(replace(found, envelope=told))


def test_where_a_claim_is_not_true_the_alert_says_it_in_its_own_words(
    house: House,
) -> None:
    said = "Tool send_email ran often between 10:02 and 10:06."
    describe(house, f"It began at 10:01. {said}")
    house.model.says = claiming(
        "The tool was send_email", "Between 10:02 and 10:06 of 2023 it ran"
    )
    house.summaries.step()
    summary = house.view().summary
    assert house.bullets()[0] == "The tool was send_email"
    assert house.bullets()[1].startswith("It began at 10:01")
    assert house.bullets()[-1] == f"The alert says: \u201c{said}\u201d"
    assert (summary.written, summary.claims[-1].evidence) == (1, (ALERT,))
    line = house.core.service.timeline("INC-0001")[-1]
    assert line.text.endswith(
        "1 of 2 claims kept; dropped: 1 facts; the last 1 below are the alerts' own "
        "words, check evidence:"
    )


def test_what_a_model_does_not_know_stands_beside_its_claims(house: House) -> None:
    house.alert()
    ids = {"evidence": ["e1"]}
    unknown = ["whether mail left", "see https://x.example", "nothing is wrong"]
    said = {"claims": [{"text": TRUE, **ids}], "unknown": unknown}
    house.model.says = lambda _: said
    house.summaries.step()
    assert house.view().summary.asks == (Untrusted("whether mail left"),)
    house.model.says = lambda _: {**said, "claims": []}
    house.alert(2)
    house.core.clock.go_on(60)
    house.summaries.step()
    assert house.view().summary.asks == ()


def test_a_model_is_told_short_ids_that_stand_for_alerts(house: House) -> None:
    house.alert()
    house.alert(2)
    house.summaries.step()
    assert {one.id for one in house.model.asked[0].told} == {"e1", "e2"}
    assert house.view().summary.claims[0].evidence == ("al_1", "al_2")


@pytest.mark.parametrize("kind", ["summarized", "opened"])
def test_what_was_erased_is_not_told_by_a_model_either(house: House, kind: str) -> None:
    house.alert()
    house.summaries.step()
    assert house.view().summary.written == 1
    lines = house.core.service.timeline("INC-0001")
    seqs = [one.seq for one in lines if kind in one.kind]
    house.core.store.write(lambda tx: tx.log.erase_words(seqs)).result()
    assert house.view().summary.by == "rules"
    assert house.bullets() == ["Tool send_email ran 12 times in 4 min"]
