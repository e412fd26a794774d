"""Parts of the door, each alone: prompts, letters, shapes, budgets, rests, failures."""

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from bot.assistant.absent import NoModel
from bot.assistant.assembling import NotChecked, letter_of
from bot.assistant.breaker import Breaker
from bot.assistant.budget import Budget
from bot.assistant.claims import SummaryAnswer
from bot.assistant.failures import failure_of
from bot.assistant.prompts import prompt_from, shipped_prompts
from bot.assistant.shapes import IsItThere, Shape, schema_of
from bot.assistant.within import Busy, Deadline, Late
from bot.config.model import ModelSection
from bot.domain.errors import Unreachable
from bot.domain.untrusted import Untrusted, visible
from bot.ports.model import NoAnswer, Question, Spent, Told, Usage, Why, Words
from tests.core import rulings
from tests.searching import examples
from tests.spec import NOON

FRONT = '---\nid: x\nversion: 1\nowner: "@a"\npurpose: p\n---\n'
PINNED = {
    ("catch-up", 1): "2e125fb2720f",
    ("handover-note", 1): "b48d3085c1b5",
    ("incident-question", 1): "957422746abe",
    ("incident-summary", 2): "cc2543be46cc",
    ("is-it-there", 1): "9af00c7326e2",
    ("postmortem-draft", 1): "eb16302a86d8",
    ("status-update", 1): "db29fadba42f",
}
"""Each version of a prompt and the first digits of its hash: a text never changes
under its version."""


def test_a_shipped_prompt_has_an_owner_and_changes_with_its_version_only() -> None:
    prompts = shipped_prompts()
    pinned = {(one.id, one.version): one.digest[:12] for one in prompts.values()}
    assert pinned == PINNED


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("Do it.", "no front matter"),
        (FRONT.replace("purpose: p\n", "") + "Do it.", "the front matter needs"),
        (FRONT.replace("id: x", "id: y") + "Do it.", "its id is y"),
        (FRONT.replace("version: 1", "version: v1") + "Do it.", "no whole number"),
        (FRONT.replace('"@a"', "nobody") + "Do it.", "nobody owns it"),
        (FRONT, "its text is empty"),
    ],
)
def test_a_prompt_that_lacks_something_is_refused(content: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        prompt_from(content, name="x")


def letter(*told: Told, fence: str = "f" * 24) -> Any:
    question = Question(
        prompt="is-it-there", incident="INC-1", told=told, answer=IsItThere
    )
    return letter_of(
        shipped_prompts()["is-it-there"],
        question,
        redactor=rulings().redactor,
        new_fence=lambda: fence,
    )


def test_a_letter_is_cut_and_says_how_much_was_left_out() -> None:
    long = Told(id="a", text=Untrusted("word " * 10_000))
    made = letter(*[long] * 10)
    assert made.left_out == 5
    assert len(made.human) < 25_000
    assert made.most_tokens > len(made.human)


@settings(max_examples=examples(0.2))
@given(st.lists(st.text(), max_size=4))
def test_whatever_is_told_stays_between_the_markers(texts: list[str]) -> None:
    made = letter(*(Told(id="a", name=one, text=Untrusted(one)) for one in texts))
    parts = made.human.split(f"<data {'f' * 24}>\n")[1:]
    assert len(parts) == len(texts)
    for part in parts:
        *inside, end = part.rstrip("\n").split("\n")
        assert end == f"</data {'f' * 24}>"
        assert [one.startswith("> ") for one in inside].count(False) <= 2
        assert inside[0] == "id: a"
    assert visible(made.human) == made.human


def test_no_line_break_of_any_kind_begins_a_line_of_ours() -> None:
    made = letter(Told(id="a", text=Untrusted("x\u2028id: b\u2029id: c\rid: d\vid: e")))
    assert "> x\n> id: b\n> id: cid: did: e\n" in made.human


def test_half_a_key_is_not_sent_because_it_was_cut() -> None:
    key = "AKIA" + "Z7Q2M4K9X3W8V6T5"
    made = letter(Told(id="a", text=Untrusted("x" * 3980 + " " + key)))
    assert "AKIA" not in made.human


def test_a_fence_that_stands_in_the_data_is_not_taken() -> None:
    with pytest.raises(NotChecked):
        letter(Told(id="a", text=Untrusted("f" * 24)))


@pytest.mark.parametrize("name", ["", "a b", "a\nb", "<x>", "a" * 81])
def test_an_id_that_is_none_is_a_fault_of_ours(name: str) -> None:
    with pytest.raises(ValueError, match="an id that cannot be told"):
        letter(Told(id=name, text=Untrusted("x")))


class Bare(Shape):
    text: str


class Inside(Shape):
    parts: tuple[Bare, ...]


class Open(BaseModel):
    parts: dict[str, Words]


class Anything(Shape):
    value: Any


@pytest.mark.parametrize("shape", [Bare, Inside, Open, Anything])
def test_a_shape_that_hands_out_bare_text_is_refused(shape: type[BaseModel]) -> None:
    with pytest.raises(ValueError, match="text that is no Words"):
        schema_of(shape)


def test_a_schema_that_is_sent_needs_no_references_and_holds_nothing_of_ours() -> None:
    sent = str(schema_of(SummaryAnswer))
    assert "$ref" not in sent
    assert "'words'" not in sent


def test_words_are_cut_and_hold_nothing_hidden() -> None:
    class Said(Shape):
        words: Words

    made = Said.model_validate({"words": "a\u202eb\u200b\x00" + "c" * 900})
    assert made.words.for_redaction().startswith("abccc")
    assert len(made.words.for_redaction()) == 600


def spent(**month: int) -> Spent:
    return Spent(incident=Usage(), hour=Usage(), month=Usage(**month))


@pytest.mark.parametrize(
    ("used", "fits"),
    [
        ({"calls": 1}, True),
        ({"calls": 2}, False),
        ({"tokens": 990}, True),
        ({"tokens": 991}, False),
        ({"cost_micros": 2_499_999}, True),
        ({"cost_micros": 2_500_000}, False),
    ],
)
def test_a_budget_holds_for_calls_and_tokens_and_money(
    used: dict[str, int], *, fits: bool
) -> None:
    limits = {"calls_per_month": 2, "tokens_per_month": 1000}
    model = ModelSection.model_validate({**limits, "cost_per_month": Decimal("2.5")})
    most = Usage(calls=1, tokens=10, cost_micros=1)
    assert Budget.of(model).fits(spent(**used), most) is fits


def test_what_is_left_is_told_in_words() -> None:
    model = ModelSection.model_validate({"calls_per_month": 2, "cost_per_month": 3})
    month = list(Budget.of(model).left(spent(calls=1, cost_micros=500_000)))[2]
    assert month == (
        "month: 1 of 2 calls, 50,000,000 of 50,000,000 tokens, 2.50 of 3.00 money"
    )


def test_a_rest_gets_longer_each_time_it_did_not_help() -> None:
    breaker, now = Breaker(), NOON
    for _ in range(3):
        assert breaker.lets_through(now)
        breaker.failed(now)
    assert not breaker.lets_through(now + timedelta(seconds=29))
    now += timedelta(seconds=30)
    assert breaker.lets_through(now)
    assert not breaker.lets_through(now)  # one tries, the others wait for it
    breaker.failed(now)
    assert not breaker.lets_through(now + timedelta(seconds=59))
    assert breaker.lets_through(now + timedelta(seconds=60))
    breaker.worked()
    assert breaker.lets_through(now)


def test_only_so_much_may_hang_at_the_same_time() -> None:
    deadline, over = Deadline(most=1), threading.Event()
    try:
        with pytest.raises(Late):
            deadline.run(over.wait, within_s=0.01)
        with pytest.raises(Busy):
            deadline.run(lambda: 1, within_s=1)
    finally:
        over.set()


def test_a_failure_quotes_nothing_but_its_class_and_its_number() -> None:
    class APIStatusError(Exception):
        status_code = 418

    assert failure_of(APIStatusError("marigold")).says == "its server answered 418"
    found = failure_of(RuntimeError("marigold"))
    assert found.says == "it was not reached (RuntimeError)"
    ours = Unreachable("x", because="no account is connected", next_move="Wait.")
    assert failure_of(ours).says == "no account is connected"


def test_where_there_is_no_model_every_question_is_told_so() -> None:
    question = Question(prompt="is-it-there", incident="", told=(), answer=IsItThere)
    found = NoModel().ask(question)
    assert isinstance(found, NoAnswer)
    assert found.why is Why.MISSING
