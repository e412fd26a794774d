"""One connection kept up, against a server that misbehaves on request."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.clients import write_client
from bot.slack.room_parts import quieten
from bot.slack.socket_address import NotOpened, new_address
from bot.slack.socket_line import Line, Pace
from bot.slack.socket_session import Session
from tests.fakes.sockets import FakeSockets

pytestmark = pytest.mark.slow
TOKEN = "xap" + "p-of-a-fake-app"
QUICK = Pace(
    ping_s=0.05,
    hello_s=0.5,
    look_s=0.01,
    first_wait_s=0.01,
    longest_wait_s=0.02,
    refused_wait_s=0.02,
    short_life_s=0.0,
    finish_s=0.5,
)


async def nothing(_session: Session, _request: SocketModeRequest) -> None:
    """Take an envelope and leave it unanswered."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSockets]:
    async with FakeSockets().standing() as slack:
        yield slack


@asynccontextmanager
async def kept_up(slack: FakeSockets, pace: Pace = QUICK) -> AsyncIterator[Line]:
    client = write_client(TOKEN, base_url=f"{slack.url}api/")
    line = Line(client=client, take=nothing, pace=pace, monotonic=time.monotonic)
    stop = asyncio.Event()
    running = asyncio.create_task(line.run_until(stop))
    try:
        yield line
    finally:
        stop.set()
        await running
        assert not line.is_live()


async def met(slack: FakeSockets, *kinds: str) -> None:
    """Wait until the connections met these, in this order."""
    async with asyncio.timeout(20):
        while len(slack.met) < len(kinds):  # noqa: ASYNC110 - no bell for this
            await asyncio.sleep(0.01)
    assert slack.met[: len(kinds)] == list(kinds)


async def live(line: Line) -> None:
    async with asyncio.timeout(20):
        while not line.is_live():  # noqa: ASYNC110 - no bell for this
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("kind", ["silent", "closed", "no hello", "refused"])
async def test_a_bad_connection_is_followed_by_a_good_one(
    slack: FakeSockets, kind: str
) -> None:
    slack.links = [kind]
    async with kept_up(slack) as line:
        await met(slack, kind, "good")
        await live(line)
    assert slack.opened == len(slack.met)


@pytest.mark.parametrize("answer", ["500", "text", "plain", "invalid_auth", "429:1"])
async def test_a_refused_address_is_asked_for_again(
    slack: FakeSockets, answer: str
) -> None:
    slack.answers = [answer]
    async with kept_up(slack) as line:
        await live(line)
    assert slack.opened == 2


async def test_no_address_is_used_twice(slack: FakeSockets) -> None:
    slack.links = ["closed", "refused", "closed"]
    async with kept_up(slack) as line:
        await met(slack, "closed", "refused", "closed", "good")
        await live(line)
    assert slack.opened == 4


async def test_the_end_does_not_wait_for_a_connection_in_the_making(
    slack: FakeSockets,
) -> None:
    slack.links = ["no hello"]
    patient = Pace(hello_s=3600)
    async with asyncio.timeout(20), kept_up(slack, patient):
        await met(slack, "no hello")


@pytest.mark.parametrize(
    ("answer", "reason", "wait_s"),
    [
        ("plain", "not_encrypted", 0),
        ("429:33", "ratelimited", 33),
        ("429:soon", "ratelimited", 1),
        ("invalid_auth", "invalid_auth", 0),
        ("Rubbish from <outside>", "unknown_error", 0),
        ("500", "internal_error", 0),
        ("text", "unknown_error", 0),
    ],
)
async def test_a_refusal_has_a_reason_that_can_be_logged(
    slack: FakeSockets, answer: str, reason: str, wait_s: float
) -> None:
    slack.answers = [answer]
    client = write_client(TOKEN, base_url=f"{slack.url}api/")
    with pytest.raises(NotOpened) as no:
        await new_address(client)
    assert (no.value.reason, no.value.wait_s) == (reason, wait_s)


async def test_no_ticket_and_no_token_is_logged(
    slack: FakeSockets, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quieten()  # as the room does: the library prints whole answers at DEBUG
    slack.links = ["refused", "closed"]
    async with kept_up(slack) as line:
        await met(slack, "refused", "closed", "good")
        await live(line)
    ours = [one for one in caplog.records if not one.name.startswith("aiohttp.access")]
    assert ours
    for record in ours:
        assert "of-the-fake" not in record.getMessage()
        assert TOKEN not in record.getMessage()
