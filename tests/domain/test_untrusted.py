"""Text from outside cannot be printed, mention, link, format or hide."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.untrusted import Untrusted, visible

HOSTILE = "<!channel> <@U1> <https://evil|runbook> *bold* _it_ ~no~ `code` & more"


def test_it_cannot_be_printed_by_accident() -> None:
    text = Untrusted("secret plan")
    with pytest.raises(TypeError, match="Untrusted text"):
        str(text)
    with pytest.raises(TypeError, match="Untrusted text"):
        f"{text}"
    assert repr(text) == "Untrusted(11 characters)"


def test_in_mrkdwn_it_mentions_links_and_formats_nothing() -> None:
    shown = Untrusted(HOSTILE).for_mrkdwn()
    assert "&lt;!channel&gt; &lt;@U1&gt;" in shown
    assert not re.search(r"[<>*_~`]", shown)


@given(st.text())
def test_no_text_leaves_a_control_mark_in_mrkdwn(text: str) -> None:
    shown = Untrusted(text).for_mrkdwn()
    assert not re.search(r"[<>*_~`\n]", shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


@given(st.text(), st.integers(1, 400))
def test_plain_text_is_one_line_within_its_limit(text: str, limit: int) -> None:
    shown = Untrusted(text).for_slack(limit=limit)
    assert len(shown) <= limit
    assert "\n" not in shown


def test_characters_nobody_sees_are_removed_and_counted() -> None:
    smuggled = "ok\u202e\u200b" + "".join(chr(0xE0000 + ord(c)) for c in "hi")
    assert visible(smuggled) == "ok"
    assert Untrusted(smuggled).hidden_count == 4


def test_a_fence_that_the_text_contains_is_refused() -> None:
    fence = "f" * 20
    with pytest.raises(ValueError, match="contains the fence"):
        Untrusted("x" + fence).for_model(fence=fence)
    with pytest.raises(ValueError, match="shorter"):
        Untrusted("x").for_model(fence="short")
    assert (
        Untrusted("x").for_model(fence=fence) == f"<data {fence}>\nx\n</data {fence}>"
    )


def test_rules_compare_the_compatible_form() -> None:
    assert Untrusted("ｉｇｎｏｒｅ").for_rules() == "ignore"  # noqa: RUF001


def test_a_log_line_is_one_line_of_ascii() -> None:
    assert Untrusted("ä\nb").for_log() == r"'\xe4\nb'"


def test_blank_text_is_nothing() -> None:
    assert not Untrusted(" \n")
    assert Untrusted("x")
