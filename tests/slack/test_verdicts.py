"""What a failed call means for a message: later, in doubt, or never."""

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.clients import retry_after_s
from bot.slack.verdicts import Verdict, of


def _answered(code: object, status: int = 200) -> SlackApiError:
    class Response(dict[str, object]):
        status_code = status
        headers = {"Retry-After": "5"}  # noqa: RUF012 - as the library has it

    answer = Response(ok=False, error=code)
    return SlackApiError("failed", answer)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "failure",
    [
        aiohttp.ClientOSError("reset"),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        AttributeError("'str' object has no attribute 'get'"),
        _answered("internal_error"),
        _answered("whatever", 503),
        _answered(None),
        _answered(["no", "code"]),
    ],
)
def test_a_connection_that_broke_leaves_doubt(failure: Exception) -> None:
    assert of(failure).means == "doubt"


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("invalid_blocks", "without_blocks"),
        ("message_not_found", "anew"),
        ("not_in_channel", "elsewhere"),
        ("is_archived", "never"),
        ("token_revoked", "later"),
        ("service_unavailable", "later"),
        ("never_heard_of", "later"),
    ],
)
def test_a_code_of_slack_s_has_its_meaning(code: str, means: str) -> None:
    found = of(_answered(code))
    assert (found.means, found.because) == (means, code)


def test_a_wish_to_wait_is_read_from_status_and_code() -> None:
    wanted = Verdict(means="later", because="ratelimited", wait_s=5, limited=True)
    assert of(_answered("ratelimited")) == wanted
    assert of(_answered("x", 429)) == wanted


@pytest.mark.parametrize(
    ("header", "wait_s"), [("30", 30), (None, 1), ("soon", 1), ("0", 1), ("٣", 1)]
)
def test_a_header_that_says_nothing_asks_for_a_second(
    header: str | None, wait_s: int
) -> None:
    assert retry_after_s(header) == wait_s
