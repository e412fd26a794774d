"""A bot without HTTP, to be killed: its one way to Slack are sockets.

    python -m tests.story.socket_bot HOME API_URL [--die-before-ack]

Tokens come in over standard input, one a line. It prints `ready` once it is
connected and ends when standard input does.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bot.config import Settings
from bot.domain.registry import Registry
from bot.slack.room_settings import SlackSettings
from bot.slack.socket_session import Session
from bot.wire import build


async def _die(_session: Session, _response: Any) -> None:
    """Stand where the ack would be sent."""
    os.kill(os.getpid(), signal.SIGKILL)


async def main(home: Path, api_url: str) -> None:
    bot_token, app_token = (sys.stdin.readline().strip() for _ in range(2))
    slack = SlackSettings(
        bot_token=bot_token,
        signing_secrets=(),
        team="T0TEAM",
        channel="C0INCIDENTS",
        api_url=api_url,
        app_token=app_token,
    )
    house = build(
        Settings(home=home),
        slack=slack,
        registry=Registry(),
        in_practice=True,
        base_url="http://127.0.0.1",
    )
    async with house.working():
        await house.slack.connected()
        print("ready", flush=True)  # noqa: T201 - the test waits for it
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    if "--die-before-ack" in sys.argv:
        Session.send_socket_mode_response = _die  # type: ignore[method-assign,assignment]
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
