"""Paths find fields in JSON of any shape and never raise for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.envelopes.fields import (
    anywhere,
    count_of,
    every,
    first,
    first_text,
    leaves,
    safe_key,
    text_of,
)
from bot.envelopes.jsonbody import Json

ALERTS: Json = {
    "alerts": [{"labels": {"severity": "page"}}, "x", {"labels": {"severity": 3}}],
    "attributes": {"error.type": "timeout"},
    "EventName": "DeleteGuardrail",
}
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


def test_a_path_goes_through_every_element_of_a_list() -> None:
    assert every(ALERTS, "alerts[].labels.severity") == ("page", 3)


def test_a_place_in_a_list_can_be_named() -> None:
    assert first_text(ALERTS, "alerts[2].labels.severity") == "3"
    assert first(ALERTS, "alerts[9].labels") is None


def test_a_key_with_dots_is_quoted() -> None:
    assert first_text(ALERTS, "attributes['error.type']") == "timeout"


def test_letter_case_of_a_key_does_not_matter() -> None:
    assert first_text(ALERTS, "eventname") == "DeleteGuardrail"


def test_the_first_path_that_holds_something_counts() -> None:
    assert first_text({"a": " ", "b": "x"}, "missing", "a", "b") == "x"


def test_what_a_vendor_places_differently_is_found_at_any_depth() -> None:
    value: Json = {"a": [{"Filters": [{"n": 1}]}], "b": {"c": {"filters": {"n": 2}}}}
    assert anywhere(value, "filters") == ({"n": 1}, {"n": 2})


def test_containers_have_no_text() -> None:
    containers: list[Json] = [[1], {"a": 1}, None]
    scalars: list[Json] = [True, 1.5, 7, "x"]
    assert [text_of(one) for one in containers] == ["", "", ""]
    assert [text_of(one) for one in scalars] == ["true", "1.5", "7", "x"]


@pytest.mark.parametrize(
    ("value", "count"), [(5, 5), (-1, 0), (10**30, 99), (True, 0), ("5", 0), (1.5, 0)]
)
def test_a_count_is_a_whole_number_within_bounds(value: Json, count: int) -> None:
    assert count_of(value, most=99) == count


def test_leaves_keep_the_senders_order_and_tell_equal_paths_apart() -> None:
    found = leaves({"a": {"b": ["x", "y"]}, "c": 1}, most=9)
    assert [(leaf.path, leaf.value, leaf.depth) for leaf in found] == [
        ("a.b", "x", 1),
        ("a.b#2", "y", 1),
        ("c", 1, 0),
    ]


def test_leaves_are_counted_out() -> None:
    assert len(leaves(list(range(100)), most=7)) == 7


def test_a_senders_key_cannot_carry_markup() -> None:
    assert safe_key("<!channel>\u202e*x*") == "__channel__x_"
    assert safe_key("") == "_"


@pytest.mark.parametrize("path", ["a[", "a['b", ".a"])
def test_a_malformed_path_is_our_own_mistake(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        every({}, path)


@given(ANY_JSON)
def test_no_shape_makes_a_path_raise(value: Json) -> None:
    every(value, "a[].b[0].c")
    first_text(value, "alerts[].labels.severity", "x")
    leaves(value, most=50)
