"""Masking keeps the form: whatever is JSON, lines or a table before is so after it."""

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sharing.cleaning import Clean, cleaned
from bot.sharing.remembering import OutOfTime, Remembering
from tests.core import rulings
from tests.searching import examples

KEY = "sk-" + "proj-" + "a1B2c3D4e5F6" * 4
CARD = "41111111" + "11111111"
words = st.one_of(
    st.text(max_size=12),
    st.sampled_from([KEY, f"password={KEY}", f"'{CARD}'", '"', "\\", "a,b\n", "=1+1"]),
)
leaves = st.one_of(
    words,
    st.integers(),
    st.floats(allow_nan=False),
    st.booleans(),
    st.none(),
    st.just(int(CARD)),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(words, inner, max_size=3)
    ),
    max_leaves=8,
)


def clean(content: str, kind: Any) -> Clean:
    return cleaned(content, kind, Remembering(rulings().redactor, scope="INC-0001"))


def shape(value: Any) -> Any:
    match value:
        case dict():
            return {n: shape(one) for n, one in enumerate(value.values())}
        case list():
            return [shape(one) for one in value]
        case _:
            return None


@settings(max_examples=examples(1))
@given(values)
def test_json_stays_json_of_the_same_shape_and_holds_no_secret(value: Any) -> None:
    found = clean(json.dumps(value), "json")
    assert KEY not in found.text
    assert CARD not in found.text
    if found.type == "json":
        assert shape(json.loads(found.text)) == shape(value)


@settings(max_examples=examples(1))
@given(st.lists(st.lists(words, min_size=2, max_size=2), min_size=1, max_size=4))
def test_a_table_keeps_its_rows_and_cells(rows: list[list[str]]) -> None:
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    found = clean(made.getvalue(), "csv")
    assert KEY not in found.text
    if found.type == "csv":
        read = list(csv.reader(io.StringIO(found.text)))
        assert [len(row) for row in read] == [len(row) for row in rows]


def test_settings_named_apart_from_their_values_are_masked() -> None:
    listed = [
        {"name": "DB_PASSWORD", "value": "correcthorse7"},
        {"name": "PORT", "value": "5432"},
    ]
    found = clean(json.dumps(listed), "json")
    assert "correcthorse7" not in found.text
    assert json.loads(found.text)[1] == {"name": "PORT", "value": "5432"}


def test_a_long_number_that_is_a_card_becomes_text_and_others_stay() -> None:
    found = clean(f'{{"a": {CARD}, "b": 12345678901234567890123, "c": 1e400}}', "json")
    read = json.loads(found.text)
    assert read["a"].startswith("\u2039")
    assert read["b"] == 12345678901234567890123
    assert read["c"] == "1e400"


def test_what_a_spreadsheet_would_compute_is_quoted_and_numbers_are_not() -> None:
    found = clean("@timestamp,n\n=HYPERLINK(1),-5.5\n@SUM(A1),-\n", "csv")
    assert found.text == "@timestamp,n\r\n'=HYPERLINK(1),-5.5\r\n'@SUM(A1),-\r\n"


@pytest.mark.parametrize("kind", ["json", "jsonl", "csv", "text"])
def test_no_file_takes_more_time_than_there_is(kind: Any) -> None:
    late = Remembering(rulings().redactor, scope="INC-0001", late=lambda: True)
    with pytest.raises(OutOfTime):
        cleaned("[1]\n[2]\n", kind, late)


def test_what_repeats_is_asked_once() -> None:
    memory = Remembering(rulings().redactor, scope="INC-0001")
    assert memory.redact(f"used {KEY}") is memory.redact(f"used {KEY}")
    assert memory.redact(KEY).text == memory.redact_named("note", KEY).text
