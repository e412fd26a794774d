"""Socket Mode and `kill -9`, and what a bot without a signing secret lets in."""

import asyncio
import contextlib
import hashlib
import hmac
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.practice.stage import APP_TOKEN, TOKEN, Stage
from tests.story.running import running

pytestmark = pytest.mark.slow
HERE = {"channel": "C0INCIDENTS"}
SHOWN = "views.publish"


@contextlib.asynccontextmanager
async def bot(
    home: Path, stage: Stage, *more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a bot beside the workspace, connected by sockets."""
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.story.socket_bot", str(home)),
        *(f"{stage.url}/practice/api/", *more),
        stdin=pipe,
        stdout=pipe,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(f"{TOKEN}\n{APP_TOKEN}\n".encode())
    try:
        assert await child.stdout.readline() == b"ready\n"
        yield child
    finally:
        child.stdin.close()
        await child.wait()


async def calls(stage: Stage, method: str) -> int:
    return int((await stage.get("/faults"))["calls"].get(method, 0))


async def until(stage: Stage, method: str, times: int) -> None:
    async with asyncio.timeout(20):
        while await calls(stage, method) < times:  # noqa: ASYNC110 - no bell for this
            await asyncio.sleep(0.02)


def kept(home: Path) -> list[tuple[Any, ...]]:
    """Return what lies in the inbox, whatever its state."""
    with contextlib.closing(sqlite3.connect(home / "tocsin.db")) as db:
        return db.execute("select lane, state from inbox").fetchall()


async def test_killed_between_keeping_and_acking_it_is_handled_once(
    tmp_path: Path,
) -> None:
    home = tmp_path
    async with Stage(settings={"transport": "socket"}) as stage:
        async with bot(home, stage, "--die-before-ack") as dying:
            text = "/incident ack INC-0001"
            done = await stage.do("U0ONCALL", "command", **HERE, text=text)
            assert done["error"] == "dispatch_failed"
            await dying.wait()
        assert len(kept(home)) == 1
        assert await calls(stage, "chat.postEphemeral") == 0
        async with bot(home, stage):
            await until(stage, "chat.postEphemeral", 1)
        assert [state for _, state in kept(home)] == ["done"]
        assert await calls(stage, "chat.postEphemeral") == 1


async def test_killed_before_the_ack_an_event_comes_again_after_the_restart(
    tmp_path: Path,
) -> None:
    home = tmp_path
    async with Stage(settings={"transport": "socket"}) as stage:
        async with bot(home, stage, "--die-before-ack") as dying:
            await stage.do("U0ONCALL", "home")
            await dying.wait()
        before = await calls(stage, SHOWN)
        async with bot(home, stage):
            stage.clock.pass_s(61)
            await until(stage, SHOWN, before + 1)
            stage.clock.pass_s(301)
        # It was acked: the third delivery never came.
        assert await calls(stage, SHOWN) == before + 1


def test_without_a_signing_secret_nothing_comes_in_over_http(tmp_path: Path) -> None:
    with running(tmp_path, transport="socket", cloud=False) as tocsin:
        form = b"command=/incident&text=ack&team_id=T0TEAM&user_id=U0ONCALL"
        for secret in (b"", b"none"):
            answer = tocsin.ask("/slack/events", form, _signed(secret, form))
            assert answer.status == 401
        assert tocsin.ask("/readyz").json == {
            "ready": True,
            "slack_sockets": {"live": 2, "wanted": 2},
        }
        figures = tocsin.ask("/metrics").json.decode()
        assert 'tocsin_slack_sockets{state="live"} 2.0' in figures


def _signed(secret: bytes, body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))  # noqa: TID251 - as Slack's clock
    digest = hmac.new(secret, b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }
