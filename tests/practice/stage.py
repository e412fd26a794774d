"""A practice workspace on a real port, with an app of ours as its counterpart.

The app records every request and answers what a test tells it to; the clock
stands still until a test moves it.
"""

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

import aiohttp
import uvicorn
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from bot.practice.app import practice_app
from bot.practice.settings import PracticeSettings
from bot.practice.workspace import Workspace

TOKEN = "xox" + "b-practice-test"
APP_TOKEN = "xap" + "p-practice-test"
SECRET = "signing " + "of the tests"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
Json = dict[str, Any]
SCOPES = [
    "app_mentions:read bookmarks:write channels:manage channels:read chat:write",
    "commands groups:read groups:write pins:write reactions:write usergroups:read",
    "users:read",
]
MANIFEST: Json = {
    "features": {
        "slash_commands": [
            {"command": "/incident", "should_escape": True},
            {"command": "/raw", "should_escape": False},
        ],
        "shortcuts": [
            {"type": "global", "callback_id": "declare", "name": "Declare"},
            {"type": "message", "callback_id": "keep", "name": "Keep"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [scope for line in SCOPES for scope in line.split()],
            "bot_optional": ["channels:history", "groups:history"],
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_mention",
                "app_home_opened",
                "member_joined_channel",
                "reaction_added",
            ]
        }
    },
}


class Clock:
    """Time that moves only when it is told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(kw_only=True)
class Received:
    """One request of the workspace to the app."""

    headers: dict[str, str]
    body: str
    payload: Json


Answer = Callable[[Json], Awaitable[Any]]


async def silence(_: Json) -> None:
    """Ack without a word."""


@dataclass(kw_only=True)
class Stage:
    """The workspace, its driver, its Web API, and the app it talks to."""

    clock: Clock = field(default_factory=Clock)
    settings: Json = field(default_factory=dict)
    state_file: Path | None = None
    got: list[Received] = field(default_factory=list)
    answer: Answer = silence
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def __aenter__(self) -> Self:
        door = socket.socket()
        door.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{door.getsockname()[1]}"
        wishes: Json = {"manifest": MANIFEST, "settle_s": 0.02, "tick_s": 0.001}
        settings = PracticeSettings(
            bot_token=TOKEN,
            signing_secret=SECRET,
            app_token=APP_TOKEN,
            app_url=self.url,
            clock=self.clock,
            state_file=self.state_file,
            **(wishes | self.settings),
        )
        practice = practice_app(settings)
        self.space: Workspace = practice.state.workspace
        routes = [
            Route("/slack/events", self._receive, methods=["POST"]),
            Mount("/practice", practice),
        ]
        app = Starlette(routes=routes)
        config = uvicorn.Config(
            app, log_level="critical", lifespan="off", ws="websockets-sansio"
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        # Not serve(): its loop looks only ten times a second whether to stop.
        await self._server.startup(sockets=[door])
        self.http = aiohttp.ClientSession()
        self.slack = AsyncWebClient(TOKEN, base_url=f"{self.url}/practice/api/")
        self.slack.retry_handlers.clear()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.over.set()
        await self.http.close()
        await self.space.aclose()
        while self._server.server_state.tasks:  # noqa: ASYNC110 - no bell for this
            await asyncio.sleep(0)
        for connection in list(self._server.server_state.connections):
            connection.shutdown()
        for listener in self._server.servers:
            listener.close()
            await listener.wait_closed()

    async def _receive(self, request: Request) -> Response:
        body = (await request.body()).decode()
        self.got.append(
            Received(
                headers=dict(request.headers), body=body, payload=_payload_of(body)
            )
        )
        answer = await self.answer(self.got[-1].payload)
        if isinstance(answer, Response):
            return answer
        return Response() if answer is None else JSONResponse(answer)

    async def do(self, who: str, deed: str, **body: Any) -> Json:
        """Let somebody do something; refusals come back like answers."""
        wish = {"as": who, "do": deed, **body}
        async with self.http.post(f"{self.url}/practice/do", json=wish) as answer:
            found: Json = await answer.json()
            return found | {"status": answer.status}

    async def get(self, path: str) -> Json:
        """Look at something."""
        async with self.http.get(f"{self.url}/practice{path}") as answer:
            found: Json = await answer.json()
            return found

    async def refused(self, method: str, **args: Any) -> str:
        """Call a method that must fail and return the error's code."""
        return str((await self.refusal(method, **args))["error"])

    async def refusal(self, method: str, **args: Any) -> Json:
        """Call a method that must fail and return the whole answer."""
        try:
            await self.slack.api_call(method, json=args)
        except SlackApiError as no:
            found: Json = dict(no.response.data)
            return found
        raise AssertionError(f"{method} was not refused")

    async def say(self, text: str = "hello", **more: Any) -> str:
        """Post as the bot and return the timestamp."""
        self.clock.pass_s(1)
        posted = await self.slack.chat_postMessage(
            channel="C0INCIDENTS", text=text, **more
        )
        return str(posted["ts"])


def _payload_of(body: str) -> Json:
    if body.startswith("{"):
        found: Json = json.loads(body)
        return found
    form = {key: values[0] for key, values in parse_qs(body).items()}
    return json.loads(form["payload"]) if "payload" in form else dict(form)


def plain(text: str) -> Json:
    """Return a plain text object."""
    return {"type": "plain_text", "text": text}


def button(action_id: str = "go", text: str = "Go", **more: Any) -> Json:
    """Return a button."""
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def actions(*elements: Json, **more: Any) -> Json:
    """Return an actions block."""
    return {"type": "actions", "elements": list(elements), **more}


def modal(*blocks: Json, **more: Any) -> Json:
    """Return a modal with a submit button."""
    return {
        "type": "modal",
        "title": plain("A modal"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


def text_input(block_id: str = "name", label: str = "Name", **element: Any) -> Json:
    """Return an input block for text."""
    inner = {"type": "plain_text_input", "action_id": "typed", **element}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": inner,
    }
