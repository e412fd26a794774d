"""YAML that people wrote is read within bounds, whatever it holds."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.plain_yaml import MOST_BYTES, NotPlain, loaded


def test_plain_values_are_read() -> None:
    assert loaded("a: [1, {b: x}]\n# note\n") == {"a": [1, {"b": "x"}]}


def test_an_empty_text_holds_nothing() -> None:
    assert loaded(" \n") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        # The reader in C would end the process over this.
        ("[" * 100_000, "deeper than 40 levels, in line 1"),
        ("a:\n  " + "{b: " * 50_000, "deeper than 40 levels, in line 2"),
        ("- " * 5_000, "deeper than 40 levels"),
        ("a: &x [1]\nb: *x", "anchors and aliases are not read, in line 1"),
        ("a: [", "it is not YAML, look at line"),
        ("a: !!python/object:os.system x", "it is not YAML"),
        ("a: 2026-99-99T00:00:00Z", "it is not YAML"),
        ("x" * (MOST_BYTES + 1), "over 1 MiB"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_our_words(text: str, says: str) -> None:
    with pytest.raises(NotPlain) as caught:
        loaded(text)
    assert says in str(caught.value)


@given(st.text(alphabet="[]{}:,-&*!|>'\"#%@ \nab1", max_size=60))
@settings(max_examples=80, deadline=None)
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(NotPlain):
        loaded(text)
