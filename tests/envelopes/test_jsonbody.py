"""What JSON from outside may do to us: nothing."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Unparsed
from bot.envelopes.jsonbody import (
    MAX_BODY_BYTES,
    MAX_DEPTH,
    MAX_PARTS,
    NO_NUMBER,
    TWICE,
    Document,
    is_shallow,
    read_json,
    unfolded,
)


def test_an_object_is_read_as_it_stands() -> None:
    assert read_json(b'{"a": [1, 2.5, "x", null, true]}') == Document(
        value={"a": [1, 2.5, "x", None, True]}
    )


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_json(b"\xef\xbb\xbf{}").value == {}


def test_the_last_of_two_equal_keys_counts_and_is_noted() -> None:
    document = read_json(b'{"source": "a", "source": ["b"]}')
    assert document == Document(value={"source": ["b"]}, notes=(TWICE,))


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 41]
)
def test_what_is_no_workable_number_is_null_and_noted(number: str) -> None:
    document = read_json(f'{{"n": {number}}}'.encode())
    assert document == Document(value={"n": None}, notes=(NO_NUMBER,))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b'{"a": ',
        b"\xff\xfe{}",
        b'{"a": "\xc3"}',
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b" " * (MAX_BODY_BYTES + 1),
    ],
)
def test_what_cannot_be_read_is_unparsed_and_nothing_else(body: bytes) -> None:
    with pytest.raises(Unparsed):
        read_json(body)


def test_as_deep_as_allowed_is_read() -> None:
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert is_shallow(read_json(body).value)


def test_texts_that_are_json_are_opened() -> None:
    inner = json.dumps({"AlarmName": "x", "Trigger": json.dumps({"Period": 60})})
    document = unfolded(Document(value={"Message": inner, "text": "{not json"}))
    assert document.value == {
        "Message": {"AlarmName": "x", "Trigger": {"Period": 60}},
        "text": "{not json",
    }


def test_a_text_that_would_become_too_deep_stays_closed() -> None:
    deep = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert unfolded(Document(value={"a": deep})).value == {"a": deep}


@given(st.binary(max_size=300))
def test_any_bytes_are_json_or_unparsed(body: bytes) -> None:
    with suppress(Unparsed):
        assert is_shallow(read_json(body).value)


def test_a_body_is_read_once_however_many_ask() -> None:
    body = b'{"asked": "again"}'
    assert read_json(body).value is read_json(bytes(body)).value


def test_a_body_that_is_no_json_fails_each_time() -> None:
    for _ in range(2):
        with pytest.raises(Unparsed, match="not JSON"):
            read_json(b'{"a": ')


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF"])
def test_half_a_character_is_none(half: str) -> None:
    value = read_json(f'{{"a{half}": ["x{half}y"]}}'.encode()).value
    assert value == {"a?": ["x?y"]}


def test_two_halves_are_a_character() -> None:
    assert read_json(b'["\\ud83d\\ude00"]').value == ["\U0001f600"]


def test_a_body_of_next_to_nothing_many_times_is_refused() -> None:
    few = b'{"a":[' + b"{}," * (MAX_PARTS - 3) + b"{}]}"
    assert read_json(few).notes == ()
    with pytest.raises(Unparsed) as caught:
        read_json(b'{"a":[' + b"{}," * (MAX_PARTS - 2) + b"{}]}")
    assert "objects and lists" in caught.value.because


def test_brackets_inside_of_a_text_are_no_objects() -> None:
    text = "{[" * MAX_PARTS
    assert read_json(json.dumps({"a": text}).encode()).value == {"a": text}
