"""Bodies of one JSON value, or of one a line."""

import pytest

from bot.domain.errors import Unparsed
from bot.envelopes.jsonbody import MAX_ENTRIES
from bot.envelopes.jsonlines import CUT_LINE, entries_of, read_values


def test_one_value_is_read_as_it_is() -> None:
    assert read_values(b'{\n "a": 1\n}').value == {"a": 1}


def test_several_lines_become_a_list() -> None:
    assert read_values(b'{"a": 1}\n\n{"a": 2}\r\n').value == [{"a": 1}, {"a": 2}]


def test_a_line_that_was_cut_is_left_out_and_noted() -> None:
    read = read_values(b'{"a": 1}\n{"a": 2}\n{"a"')
    assert read.value == [{"a": 1}, {"a": 2}]
    assert read.notes == (CUT_LINE,)


def test_a_broken_value_over_several_lines_is_no_list() -> None:
    for broken in (b'{\n"a": 1,\n"b"', b"one\ntwo", b'[1,\n{"a": 1}', b""):
        with pytest.raises(Unparsed):
            read_values(broken)


def test_what_is_no_object_is_no_entry() -> None:
    assert entries_of([{"a": 1}, 2, None]) == ({"a": 1},)
    assert entries_of("text") == ()


def test_of_too_many_entries_none_is_cut_off_in_silence() -> None:
    lines = b'{"a":1}\n' * MAX_ENTRIES
    listed = b"[" + b"{}," * MAX_ENTRIES + b"{}]"
    assert len(entries_of(read_values(lines).value)) == MAX_ENTRIES
    for many in (lines + b'{"a":2}', listed):
        with pytest.raises(Unparsed) as caught:
            read_values(many)
        assert "more than 20000 entries" in caught.value.because
