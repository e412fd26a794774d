"""A stream comes out as the whole text would, in little memory."""

from collections.abc import Iterator

import pytest

from bot.redact import Budget, Redactor, Stream
from bot.redact.streaming import KEPT_BACK, LONGEST_LINE, WINDOW

KEY = "gh" + "p_" + "aB3dE6gH9" * 4
PRIVATE = "\n".join(
    [
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        *(["aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0z" * 2] * 60),
        "-----END RSA " + "PRIVATE KEY-----\n",
    ]
)
LINE = "10:02:11 INFO worker took a step of 12 ms on shard 4 and found nothing new\n"


def chunks(count: int) -> Iterator[str]:
    for number in range(count):
        yield LINE * 24
        if number % 19 == 3:
            yield PRIVATE
        if number % 7 == 5:
            yield "password="
            yield f"hunter22 {KEY[:9]}"
            yield f"{KEY[9:]}\n"
        if number % 11 == 2:
            yield "  - name: RAG_API_KEY\n    value: 'aB3dE6gH9jK2mN5p'\n"


def test_a_stream_is_redacted_as_the_whole_text_is(redactor: Redactor) -> None:
    stream = Stream(redactor, scope="INC-1")
    out = "".join(stream.feed(chunks(300)))
    assert out == redactor.redact("".join(chunks(300)), scope="INC-1").text
    assert stream.counts["pem_private_key"] == 16


def test_a_stream_is_held_in_a_window_of_bounded_size(redactor: Redactor) -> None:
    stream = Stream(redactor)
    pieces = stream.feed(LINE * 200 for _ in range(200))
    held = [len(stream._held) + len(stream._before) for _ in pieces]
    assert len(held) > 10
    assert max(held) < 2 * (WINDOW + KEPT_BACK)


def test_a_line_without_an_end_is_withheld_and_the_next_is_shown(
    redactor: Redactor,
) -> None:
    endless = ("x" * 50_000 for _ in range(2 * LONGEST_LINE // 50_000))
    stream = Stream(redactor)
    out = "".join(stream.feed([*endless, f"{KEY}\nnext\n"]))
    assert KEY not in out
    assert out == "\u2039withheld: too large to check\u203a\nnext\n"


def test_a_window_that_cannot_be_checked_is_withheld(redactor: Redactor) -> None:
    strict = Redactor(redactor.definition, key=b"k", budget=Budget(max_candidates=0))
    stream = Stream(strict)
    out = "".join(stream.feed([LINE, f"{KEY}\n"]))
    assert KEY not in out
    assert stream.counts["withheld"] == 1


@pytest.mark.parametrize("text", ["", "one line without an end"])
def test_a_short_stream_comes_out_whole(redactor: Redactor, text: str) -> None:
    assert "".join(Stream(redactor).feed([text])) == text
