"""What became of runbooks before may change places, and nothing else."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.assistant.suggest import Suggestion, suggest, weighed
from bot.domain.runbook_history import ENOUGH_WRONGS, MOST, History, Record
from tests.assistant.test_suggest import INDEX, RUNBOOKS, ids
from tests.searching import examples

WORKED = Record(offered=4, taken=4, done=4, decided=4, worked=4)
FAILED = Record(offered=4, rejected=4, decided=4)
counts = st.integers(0, 50)


@st.composite
def records(draw: st.DrawFn) -> Record:
    decided = draw(counts)
    return Record(
        decided=decided,
        worked=draw(st.integers(0, decided)),
        rejected=draw(counts),
        wrong=draw(counts),
        wrong_by=draw(st.integers(0, 5)),
    )


ASKED = (
    ("prompt_injection", "Injected document let through, tool calls follow"),
    ("availability", "latency of the GPU node is high, ThrottlingException 429"),
    ("cost_consumption", "stolen key spends tokens, throttled"),
    ("unclassified", "Bedrock ThrottlingException, HTTP 429"),
)
histories = st.dictionaries(
    st.sampled_from([one.id for one in RUNBOOKS] + ["RB-99"]), records(), max_size=8
)


@cache
def found(category: str, text: str, k: int = 3) -> tuple[Suggestion, ...]:
    return suggest(INDEX, RUNBOOKS, category=category, entities=(), text=text, k=k)


@settings(max_examples=examples(0.6))
@given(st.sampled_from(ASKED), histories)
def test_history_brings_none_that_does_not_fit_and_is_bounded(
    asked: tuple[str, str], history: History
) -> None:
    before = found(*asked)
    after = weighed(before, history, category=asked[0])
    assert sorted(ids(after)) == sorted(ids(before))
    assert weighed(before, history, category=asked[0]) == after
    was = {one.runbook_id: one.score for one in before}
    for one in after:
        assert abs(one.weight) < MOST
        assert one.score == pytest.approx(was[one.runbook_id] + one.weight, abs=0.001)
    if not any(record.is_doubted for record in history.values()):
        places = [one.for_category for one in before]
        assert [one.for_category for one in after] == places


def test_what_worked_goes_before_what_was_rejected() -> None:
    category, text = ASKED[0]
    before = ids(found(category, text))
    assert before[:2] == ["RB-02", "RB-06"]
    history = {"RB-02": FAILED, "RB-06": WORKED}
    after = weighed(found(category, text), history, category=category)
    assert ids(after)[0] == "RB-06"
    assert after[0].why.startswith(
        "worked in 4 of 4 prompt_injection incidents; category prompt_injection"
    )
    (second,) = [one for one in after if one.runbook_id == "RB-02"]
    assert "worked in 0 of 4 prompt_injection incidents, rejected in 4" in second.why


def test_the_best_history_does_not_beat_the_category() -> None:
    fits, words = _pair()
    history = {words.runbook_id: replace(WORKED, decided=50, worked=50)}
    assert ids(weighed((fits, words), history, category="poisoning")) == ["A", "B"]


def test_only_enough_people_make_it_give_way() -> None:
    pair = _pair()
    for people in range(ENOUGH_WRONGS + 1):
        wrong = Record(wrong=9, decided=9, wrong_by=people)
        after = ids(weighed(pair, {"A": wrong}, category="poisoning"))
        assert after == (["B", "A"] if people >= ENOUGH_WRONGS else ["A", "B"])


@pytest.mark.parametrize("mode", ["show", "off"])
def test_switched_off_it_changes_no_order(mode: str) -> None:
    category, text = ASKED[0]
    before = found(category, text)
    history = {"RB-02": FAILED, "RB-06": WORKED}
    after = weighed(before, history, category=category, mode=mode)  # type: ignore[arg-type]
    assert [(one.runbook_id, one.score) for one in after] == [
        (one.runbook_id, one.score) for one in before
    ]
    assert after[0].why.startswith("worked in") is (mode == "show")


def test_a_category_that_says_little_has_no_history() -> None:
    before = found(*ASKED[3])
    history = {one.runbook_id: WORKED for one in before}
    assert weighed(before, history, category="unclassified") == before


@pytest.mark.parametrize(
    ("record", "weight", "says"),
    [
        (Record(), 0.0, ""),
        (Record(offered=9), 0.0, ""),
        (Record(decided=1, worked=1), 0.167, "worked in 1 of 1 x incident"),
        (Record(decided=2, rejected=2), -0.25, "worked in 0 of 2 x incidents"),
        (Record(decided=4, worked=3, wrong=1), 0.167, "worked in 3 of 4 x incidents"),
    ],
)
def test_a_weight_follows_from_the_figures(
    record: Record, weight: float, says: str
) -> None:
    assert record.weight == weight
    assert record.told("x").startswith(says)


def _pair() -> tuple[Suggestion, Suggestion]:
    one = Suggestion(runbook_id="A", title="a", step=1, text="t", score=1.0, why="w")
    return replace(one, for_category=True), replace(one, runbook_id="B", score=0.9)
