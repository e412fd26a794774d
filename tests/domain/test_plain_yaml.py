"""YAML that people wrote is read within bounds, whatever it holds."""

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.plain_yaml import MOST_BYTES, NotPlain, loaded, read_shipped

# Each line stands for ten of the line before.
LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
TOWER = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 60))


def test_what_is_said_once_may_be_used_again() -> None:
    assert loaded("a: &x {b: 1}\nc: [*x, *x]") == {"a": {"b": 1}, "c": [{"b": 1}] * 2}


def test_plain_values_are_read() -> None:
    assert loaded("a: [1, {b: x}]\n# note\n") == {"a": [1, {"b": "x"}]}


def test_what_ships_is_read_as_yaml_itself_reads_it() -> None:
    bot = Path(__file__).parents[2] / "bot"
    read_so = [bot / "redact", bot / "rules", bot / "assistant"]
    texts = [one.read_text() for room in read_so for one in room.rglob("*.yaml")]
    assert len(texts) > 40
    odd = "a: [1, 2.5, true, null, '3', 2026-01-31, {1: x}]\nb: >-\n  two\n  lines\n"
    for text in (*texts, odd):
        assert read_shipped(text) == yaml.load(text, Loader=yaml.CSafeLoader)


def test_an_empty_text_holds_nothing() -> None:
    assert loaded(" \n") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        # The reader in C would end the process over this.
        ("[" * 100_000, "deeper than 40 levels, in line 1"),
        ("a:\n  " + "{b: " * 50_000, "deeper than 40 levels, in line 2"),
        ("- " * 5_000, "deeper than 40 levels"),
        ("a: &x [1, *x]", "more than 200,000 values, in line 1"),
        ("a: *x", "more than 200,000 values"),
        (LAUGHS, "more than 200,000 values, in line 6"),
        (TOWER, "deeper than 40 levels, in line"),
        ("a: [", "it is not YAML, look at line"),
        ("a: !!python/object:os.system x", "it is not YAML"),
        ("a: 2026-99-99T00:00:00Z", "no valid YAML value"),
        ("a: !!bool maybe", "no valid YAML value"),
        ("a: !!timestamp noon", "no valid YAML value"),
        ('a: !!int ""', "no valid YAML value"),
        ("x" * (MOST_BYTES + 1), "over 1 MiB"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_our_words(text: str, says: str) -> None:
    with pytest.raises(NotPlain) as caught:
        loaded(text)
    assert says in str(caught.value)


def test_a_line_is_named_as_it_is_counted_in_the_file() -> None:
    for text in ("\n" + "[" * 50, '\n"a'):
        with pytest.raises(NotPlain, match="line 12"):
            loaded(text, first_line=11)


@given(st.text(alphabet="[]{}:,-&*!|>'\"#%@ \nab1", max_size=60))
@settings(max_examples=80, deadline=None)
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(NotPlain):
        loaded(text)
