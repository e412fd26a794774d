"""Offsets are right, however deep the secret is wrapped."""

import base64
import json
import urllib.parse
from collections.abc import Callable
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.redact import Redactor
from bot.redact.views import decode_base64, views

SECRET = "gh" + "p_" + "aB3dE6gH9" * 4
Wrap = Callable[[str], str]


def _in_json(text: str) -> str:
    return json.dumps({"message": text})


def _in_percent(text: str) -> str:
    return urllib.parse.quote(text, safe="")


def _in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _in_urlsafe_base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _in_html(text: str) -> str:
    return escape(text)


def _in_colour(text: str) -> str:
    return f"\x1b[94m{text}\x1b[0m"


WRAPS: list[Wrap] = [_in_json, _in_percent, _in_base64, _in_urlsafe_base64]
PLAIN_WRAPS: list[Wrap] = [_in_json, _in_percent, _in_html, _in_colour]
readable = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
any_text = st.text(max_size=30)


@given(before=any_text, after=any_text)
def test_a_planted_key_is_exactly_found_between_any_characters(
    redactor: Redactor, before: str, after: str
) -> None:
    text = f"{before} {SECRET} {after}"
    start = len(before) + 1
    assert any(
        f.start <= start and start + len(SECRET) <= f.end for f in redactor.find(text)
    )


@given(
    before=readable,
    after=readable,
    wraps=st.lists(st.sampled_from(PLAIN_WRAPS), max_size=3),
)
def test_a_key_inside_json_urls_html_and_colours_leaves_no_trace(
    redactor: Redactor, before: str, after: str, wraps: list[Wrap]
) -> None:
    text = f"{before} {SECRET} {after}"
    for wrap in wraps:
        text = wrap(text)
    assert SECRET in text
    assert SECRET[4:] not in redactor.redact(text).text


@given(before=readable, wraps=st.lists(st.sampled_from(WRAPS), min_size=1, max_size=2))
def test_a_key_inside_any_two_wrappings_is_covered(
    redactor: Redactor, before: str, wraps: list[Wrap]
) -> None:
    text = f"{before}\n{SECRET}\nend"
    for wrap in wraps:
        text = wrap(text)
    findings = redactor.find(text)
    assert findings
    rest = redactor.redact(text).text
    assert not any(SECRET in shown for shown in _readings(rest))


def _readings(text: str) -> list[str]:
    found = [text]
    found += [v.content.decode("utf-8", "replace") for v in views(text.encode())]
    return found


@given(text=any_text, start=st.integers(0, 40), length=st.integers(1, 10))
def test_an_unescaped_stretch_maps_back_to_what_it_came_from(
    text: str, start: int, length: int
) -> None:
    wrapped = json.dumps(text).encode()
    for view in views(wrapped):
        end = min(len(view.content), start + length)
        if start >= end:
            continue
        left, right = view.origin(start, end)
        assert 0 <= left < right <= len(wrapped)


def test_base64_of_base64_is_read_and_a_third_layer_is_not() -> None:
    once = _in_base64("a readable sentence, long enough to be seen as text")
    twice, thrice = _in_base64(once), _in_base64(_in_base64(once))
    assert any(b"readable" in v.content for v in views(twice.encode()))
    assert not any(b"readable" in v.content for v in views(thrice.encode()))


def test_base64_wrapped_over_lines_is_read_as_one() -> None:
    encoded = base64.encodebytes((f"first line of many words {SECRET} " * 2).encode())
    assert any(SECRET.encode() in v.content for v in views(encoded))


@given(at=st.integers(0, 199), newline=st.sampled_from(["\\n", "%0A", "&#10;"]))
def test_a_key_behind_an_escaped_line_break_is_found_in_a_long_text(
    redactor: Redactor, at: int, newline: str
) -> None:
    lines = [f"10:{n:02d} INFO worker {n} took its step" for n in range(200)]
    lines[at] = f"log{newline}{SECRET}{newline}end"
    text = "\n".join(lines)
    start = text.index(SECRET)
    assert [(f.start, f.end) for f in redactor.find(text)] == [
        (start, start + len(SECRET))
    ]


def test_random_bytes_in_base64_are_not_text() -> None:
    assert decode_base64(base64.b64encode(bytes(range(120, 220)))) is None


@pytest.mark.parametrize(
    "text",
    ["\\u00", "%4", "&#;", "&#x;", "\\", "%", "\x1b[", "&#99999;", "\\ud83d", "\ud800"],
)
def test_broken_escapes_change_nothing(redactor: Redactor, text: str) -> None:
    assert redactor.redact(text).text == text
