"""Words of rules are found in every spelling, in linear time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.classification_text import Lexicon, expression, fold


@pytest.mark.parametrize(
    "text",
    ["PromptInjection", "prompt_injection", "Prompt-Injection!", "AI.Prompt.Injection"],
)
def test_one_term_fits_every_spelling(text: str) -> None:
    assert Lexicon(["prompt injection"]).found_in(fold(text))


@pytest.mark.parametrize(
    ("term", "text", "fits"),
    [
        ("leak", "leaked", False),
        ("leak*", "leaked", True),
        ("leak*", "oil leak", True),
        ("gpu*", "GPUXIDError", True),
        ("guardrail ~ disabled", "guardrail for sales was disabled", True),
        ("guardrail ~ disabled", "guardrail disabled", True),
        ("guardrail ~ disabled", "guardrail a b c d e disabled", False),
        ("rate limit", "rate, limit", True),
        ("5xx", "HTTP 5XX", True),
        ("/ [1-9][0-9]+x /", "12x baseline", True),
        ("/ [1-9][0-9]+x /", "2x baseline", False),
    ],
)
def test_stars_gaps_and_expressions(term: str, text: str, *, fits: bool) -> None:
    assert (term in Lexicon([term]).found_in(fold(text))) is fits


def test_all_terms_are_found_at_once() -> None:
    lexicon = Lexicon(["drift*", "bias", "gpu"])
    assert lexicon.found_in(fold("Bias and drifting")) == {"bias", "drift*"}


def test_an_empty_lexicon_finds_nothing() -> None:
    assert Lexicon([]).found_in(fold("anything")) == frozenset()


@pytest.mark.parametrize("term", ["", "~ a", "a ~", "Upper", "a-b", "*", "/(/"])
def test_a_term_that_can_match_nothing_is_refused(term: str) -> None:
    with pytest.raises(ValueError, match=r"term|match|expression"):
        expression(term)


@given(st.text(max_size=400))
def test_folding_leaves_plain_words_only(text: str) -> None:
    folded = fold(text)
    assert folded.isascii()
    assert folded == folded.lower()
    assert folded.startswith(" ")
    assert folded.endswith(" ")
