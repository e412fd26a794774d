"""The state of the workspace: people, channels, messages, screens, triggers.

The Web API and the person driver share it; their own checks live with them.
"""

import asyncio
import re
import secrets
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any

from bot.practice.blocks import content_of
from bot.practice.faults import FaultPlan
from bot.practice.records import Records
from bot.practice.settings import Json, PracticeSettings, SlackError, filled, shipped
from bot.practice.sockets import Sockets
from bot.practice.transport import Ack, HttpTransport, Transport

RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
TRIGGER_LIFE = timedelta(seconds=3)
EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
SHAPES = shipped("shapes.json")


class Workspace:
    """Everything the practice Slack knows."""

    def __init__(self, settings: PracticeSettings) -> None:
        cast = shipped("cast.json")
        self.settings = settings
        self.team, self.app, self.bot = cast["team"], cast["app"], cast["bot"]
        self.records = Records(settings.state_file)
        self.faults = FaultPlan()
        self.sockets = Sockets(settings, self.faults, self.shape)
        over_http = settings.transport == "http"
        door = HttpTransport(settings) if over_http else self.sockets
        self.deliver: Transport = door.deliver
        self._tasks: set[asyncio.Task[Ack]] = set()
        self.base_url = ""
        self._triggers: dict[str, tuple[str, datetime | None]] = {}
        self.bot_wrote: dict[str, int] = {"": 0}  # last change for one, or for all
        cast["channels"] = [self.shape("channel") | row for row in cast["channels"]]
        for kind in ("people", "groups", "channels"):
            for row in cast[kind]:
                if self.records.get(kind, row["id"]) is None:
                    self.records.put(kind, row["id"], row)
        sent = [*self.records.since("messages"), *self.records.since("ephemerals")]
        self._last_us = max((int(m["ts"].replace(".", "")) for m in sent), default=0)

    async def aclose(self) -> None:
        """Stop retrying events and close the state file."""
        tasks = [task for task in self._tasks if task.cancel()]
        await asyncio.gather(*tasks, return_exceptions=True)
        self.records.db.close()

    def shape(self, name: str, **known: Any) -> Json:
        """Return one of Slack's JSON shapes, filled for this workspace."""
        known |= {"team": self.team, "app": self.app, "base_url": self.base_url}
        known["now_s"] = int(self.settings.clock().timestamp())
        found: Json = filled(SHAPES[name], known)
        return found

    def now_ts(self) -> str:
        """Return a timestamp as Slack writes them; no two are equal."""
        now_us = int(self.settings.clock().timestamp() * 1_000_000)
        self._last_us = max(now_us, self._last_us + 1)
        return f"{self._last_us // 1_000_000}.{self._last_us % 1_000_000:06d}"

    def new_id(self, letter: str) -> str:
        """Return an id that looks like Slack's and never comes again."""
        return f"{letter}{secrets.token_hex(5).upper()}"

    def post(self, channel: str, content: Json, by: Json | None = None) -> Json:
        """Add a message, as the bot unless ``by`` says who; ``to`` whispers it."""
        author = {"user": by["id"], "team": by["team_id"]} if by else self.app
        base = {"type": "message", "channel": channel, "ts": self.now_ts()}
        new = {**base, "team": self.team["id"], **author, **content}
        return self.edit(new, {}, by_bot=by is None)

    def edit(self, message: Json, changes: Json, *, by_bot: bool = True) -> Json:
        """Store a new version of a message, ephemeral or not."""
        new = {**message, **changes}
        kind, place = ("ephemerals", "to") if "to" in new else ("messages", "channel")
        stored = self.records.put(kind, f"{new[place]}:{new['ts']}", new)
        if by_bot:
            self.bot_wrote[new.get("to", "")] = stored["seq"]
        return stored

    def seen(self, channel: str, ts: str, person: str = "") -> Json | None:
        """Return a message that is still there, for a person also an ephemeral."""
        whispered = self.records.get("ephemerals", f"{person}:{ts}")
        return self.records.get("messages", f"{channel}:{ts}") or whispered

    def screen(self, person: str) -> Json:
        """Return what is open for a person: modal stack and Home tab."""
        blank: Json = {"person": person, "stack": [], "home": None, "seq": 0}
        return self.records.get("screens", person) or blank

    def show(self, person: str, *, by_bot: bool = True, **changes: Any) -> None:
        """Change a person's screen: ``stack`` or ``home``."""
        row = self.records.put("screens", person, self.screen(person) | changes)
        if by_bot:
            self.bot_wrote[person] = row["seq"]

    def channel_for(self, key: str, access: str) -> Json:
        """Return a channel to ``see``, read (``member``) or ``write``, or refuse."""
        if access == "write" and self.records.get("people", key):
            key = self.direct(key)["id"]
        found = self.records.get("channels", key)
        inside = found is not None and self.bot in found["members"]
        if found is None or (found["is_private"] and not inside):
            raise SlackError("channel_not_found")
        if access != "see" and not inside:
            raise SlackError("not_in_channel")
        if access == "write" and found["is_archived"]:
            raise SlackError("is_archived")
        return found

    def direct(self, person: str) -> Json:
        """Return the channel of the bot and one person, made if need be."""
        key, members = person.replace("U", "D", 1), [person, self.bot]
        new = {"id": key, "name": "tocsin", "is_im": True, "members": members}
        known = self.records.get("channels", key)
        return known or self.records.put("channels", key, self.shape("channel") | new)

    def react(self, message: Json, name: str, person: str) -> Json:
        """Add one person's reaction, or raise a SlackError."""
        if not EMOJI.fullmatch(name):
            raise SlackError("invalid_name")
        known = {one["name"]: one["users"] for one in message.get("reactions", [])}
        if person in known.get(name, []):
            raise SlackError("already_reacted")
        known[name] = [*known.get(name, []), person]
        rows = [{"name": n, "users": u, "count": len(u)} for n, u in known.items()]
        return self.edit(message, {"reactions": rows}, by_bot=person == self.bot)

    def event(self, name: str, person: Json, **known: Any) -> Json | None:
        """Return an event in its envelope; None if the app did not subscribe."""
        known |= {"event_ts": self.now_ts(), "event_id": self.new_id("Ev")}
        event = self.shape(name, person=person, **known)
        known |= {"place": self.records.get("channels", str(event.get("channel")))}
        wanted = self.settings.wants(event)
        return self.shape("envelope", event=event, **known) if wanted else None

    async def send(self, event: Json) -> Ack:
        """Deliver an event once now; retries follow in the background."""
        try:
            return await self.deliver("events_api", event, {})
        except SlackError as no:
            self.spawn(self._retry(event, no.details["reason"]))
            return None

    async def _retry(self, event: Json, reason: str) -> Ack:
        clock = self.settings.clock
        for attempt, delay in enumerate(RETRY_AFTER if reason else (), 1):
            due_at = clock() + delay
            while clock() < due_at:  # noqa: ASYNC110 - the clock rings no bell
                await asyncio.sleep(self.settings.tick_s)
            try:
                retry = {"num": attempt, "reason": reason}
                return await self.deliver("events_api", event, retry)
            except SlackError as no:
                reason = no.details["reason"] or reason
        return None

    def spawn(self, work: Coroutine[object, object, Ack]) -> None:
        """Let something happen without making the caller wait for the app."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def new_trigger(self, person: str) -> str:
        """Return leave to open one modal for one person, for three seconds."""
        trigger = self.new_id(f"{self.now_ts()}.")
        self._triggers[trigger] = (person, self.settings.clock())
        return trigger

    def exchange(self, trigger: str) -> str:
        """Spend a trigger and return whose it is, or raise a SlackError."""
        person, made_at = self._triggers.get(trigger, ("", None))
        if made_at is None:
            raise SlackError("exchanged_trigger_id" if person else "invalid_trigger_id")
        if self.settings.clock() - made_at > TRIGGER_LIFE:
            raise SlackError("expired_trigger_id")
        self._triggers[trigger] = (person, None)
        return person

    def answer(self, channel: str, to: str, said: Json) -> None:
        """Post what the app answers: to all if ``in_channel``, else to one person."""
        public = said.get("response_type") == "in_channel"
        whisper = {} if public else {"to": to, "is_ephemeral": True}
        self.post(channel, content_of(said) | whisper)
