"""A very small Slack on loopback: the methods we call, and ways to fail.

It keeps messages and remembers every call with its arguments. It is strict where
the sender's promises are at stake: unknown arguments, metadata, threads.
"""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Json = dict[str, Any]
TEAM, BOT, BOT_USER = "T0TEAM", "B0TOCSIN", "U0TOCSIN"
_FLAGS: dict[str, Json] = {
    "U0ONCALL": {},
    "U0SECOND": {},
    "U0COMMANDER": {},
    "U0GUEST": {"is_restricted": True},
    "U0ULTRA": {"is_ultra_restricted": True},
    "U0EXTERNAL": {"team_id": "T0OTHER"},
    "U0STRANGER": {"is_stranger": True},
    "U0GONE": {"deleted": True},
    "U0BOT2": {"is_bot": True},
}
_ARGUMENTS = {
    "auth.test": set[str](),
    "users.info": {"user"},
    "users.list": {"limit", "cursor"},
    "conversations.info": {"channel"},
    "conversations.members": {"channel", "limit", "cursor"},
    "usergroups.list": {"include_users"},
    "views.open": {"trigger_id", "view"},
    "views.publish": {"user_id", "view"},
    "views.update": {"view_id", "view"},
    "conversations.history": {
        *("channel", "oldest", "limit", "cursor", "include_all_metadata")
    },
    "conversations.replies": {
        *("channel", "ts", "oldest", "limit", "cursor", "include_all_metadata")
    },
    "chat.postMessage": {
        *("channel", "text", "blocks", "metadata", "thread_ts", "reply_broadcast"),
        *("parse", "link_names", "unfurl_links", "unfurl_media"),
    },
    "chat.update": {
        *("channel", "ts", "text", "blocks", "metadata", "parse", "link_names")
    },
    "chat.postEphemeral": {"channel", "user", "text", "blocks", "parse", "link_names"},
}


class FakeSlack:
    """The workspace.

    Attributes:
        faults: Method to what its next calls meet: ``drop_before``, ``drop_after``,
            ``429:<seconds>``, ``500``, ``text`` or an error code.
        calls: Method to the arguments of each call, in order.
    """

    def __init__(self) -> None:
        self.faults: defaultdict[str, list[str]] = defaultdict(list)
        self.calls: defaultdict[str, list[Json]] = defaultdict(list)
        self.messages: list[Json] = []
        self.missing_scope = False
        self.channels: dict[str, Json] = {"C0INCIDENTS": {"is_member": True}}
        self.members = {"C0INCIDENTS": [*_FLAGS]}
        self.page_size = 1000
        self.users: list[Json] = []
        self.groups: dict[str, list[str]] = {
            "oncall": ["U0ONCALL", "U0SECOND"],
            "approvers": ["U0SECOND", "U0COMMANDER"],
        }
        self.url = ""
        self._called = asyncio.Event()
        self._last = 0

    @property
    def counts(self) -> Counter[str]:
        return Counter({name: len(found) for name, found in self.calls.items()})

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["FakeSlack"]:
        """Listen on a free port of this machine for as long as the block lasts."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def called(self, method: str) -> Json:
        """Return the first call of a method, once there is one."""
        async with asyncio.timeout(10):
            while not self.calls[method]:
                self._called.clear()
                await self._called.wait()
        return self.calls[method][0]

    def shown(self, ts: str) -> Json:
        """Return a message."""
        return next(one for one in self.messages if one["ts"] == ts)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method, given = request.match_info["method"], await _arguments(request)
        self.calls[method].append(given)
        self._called.set()
        fault = self.faults[method].pop(0) if self.faults[method] else ""
        if fault == "drop_before":
            return _dropped(request)
        if fault.startswith("429"):
            wait = {"Retry-After": fault.partition(":")[2]}
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers=wait)
        if fault == "500":
            return web.json_response(
                {"ok": False, "error": "internal_error"}, status=500
            )
        if fault == "text":
            return web.Response(text="upstream is away", status=502)
        if fault and fault != "drop_after":
            return web.json_response({"ok": False, "error": fault})
        unknown = given.keys() - _ARGUMENTS[method]
        assert not unknown, f"{method} knows no {unknown}"
        found = getattr(self, "_" + method.replace(".", "_"))(given)
        if fault == "drop_after":
            return _dropped(request)
        return web.json_response({"ok": "error" not in found, **found})

    def _auth_test(self, _given: Json) -> Json:
        return {"team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT}

    def _users_info(self, given: Json) -> Json:
        flags = _FLAGS.get(given["user"])
        if flags is None:
            return {"error": "user_not_found"}
        return {"user": {"id": given["user"], "team_id": TEAM, **flags}}

    def _users_list(self, given: Json) -> Json:
        start = int(given.get("cursor") or 0)
        end = start + min(int(given["limit"]), self.page_size)
        after = {"next_cursor": str(end) if end < len(self.users) else ""}
        return {"members": self.users[start:end], "response_metadata": after}

    def _conversations_info(self, given: Json) -> Json:
        if given["channel"] not in self.channels:
            return {"error": "channel_not_found"}
        return {"channel": {"id": given["channel"], **self.channels[given["channel"]]}}

    def _conversations_members(self, given: Json) -> Json:
        found = self.members.get(given["channel"])
        if found is None:
            return {"error": "channel_not_found"}
        start = int(given.get("cursor") or 0)
        end = start + min(int(given["limit"]), self.page_size)
        after = {"next_cursor": str(end) if end < len(found) else ""}
        return {"members": found[start:end], "response_metadata": after}

    def _usergroups_list(self, given: Json) -> Json:
        rows = [
            {"id": f"S{n}", "handle": handle, "date_delete": 0, "users": users}
            for n, (handle, users) in enumerate(self.groups.items())
        ]
        shown = rows if given.get("include_users") in (True, "1", "true") else []
        return {"usergroups": shown}

    def _chat_postMessage(self, given: Json) -> Json:  # noqa: N802 - Slack's name
        message = {**given, "ts": self._ts(), "bot_id": BOT, "user": BOT_USER}
        self.messages.append(message)
        return {"ts": message["ts"], "channel": given["channel"]}

    def _chat_update(self, given: Json) -> Json:
        found = [one for one in self.messages if one["ts"] == given["ts"]]
        if not found:
            return {"error": "message_not_found"}
        found[0].update(given)
        return {"ts": given["ts"], "channel": given["channel"]}

    def _chat_postEphemeral(self, _given: Json) -> Json:  # noqa: N802 - Slack's name
        return {"message_ts": self._ts()}

    def _conversations_history(self, given: Json) -> Json:
        if self.missing_scope:
            return {"error": "missing_scope", "needed": "channels:history"}
        return self._page(
            given, [one for one in self.messages if "thread_ts" not in one]
        )

    def _conversations_replies(self, given: Json) -> Json:
        if self.missing_scope:
            return {"error": "missing_scope", "needed": "channels:history"}
        ts = given["ts"]
        thread = [
            one for one in self.messages if ts in (one["ts"], one.get("thread_ts"))
        ]
        return self._page(given, thread)

    def _page(self, given: Json, found: list[Json]) -> Json:
        in_channel = [one for one in found if one["channel"] == given["channel"]]
        late = [one for one in in_channel if float(one["ts"]) >= float(given["oldest"])]
        return {"messages": late, "has_more": False}

    def _views_open(self, _given: Json) -> Json:
        return {"view": {"id": "V1"}}

    def _views_update(self, given: Json) -> Json:
        return {"view": {"id": given["view_id"]}}

    def _views_publish(self, _given: Json) -> Json:
        return {"view": {"id": "V2"}}

    def _ts(self) -> str:
        self._last += 1
        return f"1777896000.{self._last:06d}"


def _dropped(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def _arguments(request: web.Request) -> Json:
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    else:
        given |= dict(await request.post())
    for name in ("view", "blocks", "metadata"):
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given
