"""Selectors that no label can break out of, and which rules are simple comparisons."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.outside.promql import Comparison, comparison, quoted, selector, usable
from tests.searching import examples

HOSTILE = '"} or vector(1) # \\'


def test_a_hostile_value_stays_inside_its_literal() -> None:
    assert selector("up", {"pod": HOSTILE}) == 'up{pod="\\"} or vector(1) # \\\\"}'


@settings(max_examples=examples(0.1))
@given(st.text(max_size=40))
def test_a_literal_ends_where_we_end_it_and_means_what_was_meant(value: str) -> None:
    made = quoted(value)
    inside = made[1:-1].replace("\\\\", "").replace('\\"', "")
    assert '"' not in inside
    assert "\n" not in made
    # PromQL's escapes are Go's; of those that we write JSON shares all but \x.
    assert json.loads(made.replace("\\x", "\\u00"), strict=False) == value


def test_names_and_values_that_no_selector_holds_are_left_out() -> None:
    labels = {"a-b": "x", "1a": "x", "": "x", "empty": "", "long": "y" * 257, "ok": "z"}
    assert usable(labels) == {"ok": "z"}
    assert selector("vllm:x", {"a} or up{b": "x"}) == "vllm:x"


@pytest.mark.parametrize("name", ["", "a b", "a{}", "1a", 'x"'])
def test_what_is_no_name_of_a_metric_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=name or "^$"):
        selector(name, {})


@pytest.mark.parametrize(
    ("rule", "figure", "threshold"),
    [
        ("up == 0", "up", 0.0),
        ("sum(rate(a[5m])) / sum(rate(b[5m])) > 0.05", None, 0.05),
        ('x{a=~"b>3|c"} >= 1e-3', 'x{a=~"b>3|c"}', 1e-3),
        ("x offset 5m < -2", "x offset 5m", -2.0),
        ("x > bool 3 # when y > 2", "x", 3.0),
        ('x{a="ü \\" > 1"} > 4', 'x{a="ü \\" > 1"}', 4.0),
        ("max by (or) (a) > 7", "max by (or) (a)", 7.0),
    ],
)
def test_a_simple_comparison_gives_its_figure_and_its_number(
    rule: str, figure: str | None, threshold: float
) -> None:
    wanted = figure or rule.rpartition(" > ")[0]
    assert comparison(rule) == Comparison(wanted, threshold)


@pytest.mark.parametrize(
    "rule",
    [
        "a > 5 and b > 3",
        "a > 5 unless b",
        "a > 5 OR on() vector(1)",
        "a > b",
        "a > 5 * 60",
        "1 < a < 3",
        "absent(up)",
        "x) > 3",
        '(x{a="} > 3',
        "> 3",
        "",
    ],
)
def test_any_other_rule_is_drawn_whole(rule: str) -> None:
    assert comparison(rule) is None
