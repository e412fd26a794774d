"""Who asks something of the gate: person, groups and channel, as Slack says now.

Fails closed: whoever and whatever Slack does not answer for is unknown, in no
group, not in the channel, and the channel counts as shared. Answers are kept for
twenty seconds at most, and not at all where approvers are read again for a claim.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import Person, PersonKind
from bot.ports import Clock
from bot.ports.gate import Asker
from bot.slack.clients import CALL_FAILED
from bot.slack.people import People

_FRESH = timedelta(seconds=20)
_ANEW = timedelta(0)
_TIMEOUT_S = 3.0
_CLAIM_TIMEOUT_S = 15.0
_PAGE = 1000
# A channel with more people than this is not read to the end, and fails closed.
_MOST_PAGES = 20
_OF_SLACK = re.compile(r"[UW][A-Z0-9]{2,30}")
_NEVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    found: Any
    read_at: datetime


class Askers:
    """Looks up who asks. `asker` keeps `bot.ports.gate.People` for other threads."""

    def __init__(self, *, reader: AsyncWebClient, people: People, clock: Clock) -> None:
        self._reader = reader
        self._people = people
        self._clock = clock
        self._kept: dict[str, _Answer] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self, loop: asyncio.AbstractEventLoop | None) -> None:
        """Say on which loop Slack is asked; None when it has stopped."""
        self._loop = loop

    def asker(self, person_id: str, channel: str) -> Asker:
        """Return somebody as they are at this instant; not for the event loop."""
        return self._waited(person_id, channel, _ANEW)

    def kept(self, person_id: str, channel: str) -> Asker:
        """Return somebody as they were at most a minute ago; not for the event loop.

        Args:
            channel: "" where there is none to be in.
        """
        return self._waited(person_id, channel, _FRESH)

    def _waited(self, person_id: str, channel: str, within: timedelta) -> Asker:
        loop = self._loop
        if loop is None or loop.is_closed():
            return self._nobody(person_id)
        asking = asyncio.run_coroutine_threadsafe(
            self.now(person_id, channel, within=within), loop
        )
        try:
            return asking.result(_CLAIM_TIMEOUT_S)
        except TimeoutError:
            asking.cancel()
            return self._nobody(person_id)

    async def now(
        self, person: str, channel: str, *, team: str = "", within: timedelta = _FRESH
    ) -> Asker:
        """Return somebody as Slack says.

        Args:
            channel: Of the plan.
            team: Their workspace as a signed payload named it.
            within: How old an answer may be.
        """
        # Nobody of Slack is called like the admin token or like Tocsin itself.
        if not _OF_SLACK.fullmatch(person):
            return self._nobody("")
        asked_at = self._clock.now()
        known, groups, members, shared = await asyncio.gather(
            self._people.read(person, team=team, within=within),
            self._answer("groups", self._groups, within),
            self._of_channel("in", channel, self._members, within),
            self._of_channel("of", channel, self._is_shared, within),
        )
        answers = (groups, members, shared)
        named: Mapping[str, frozenset[str]] = groups.found or {}
        return Asker(
            person=known[0],
            groups=frozenset(name for name, users in named.items() if person in users),
            groups_read=groups.found is not None,
            in_channel=person in (members.found or ()),
            channel_shared=shared.found is not False,
            read_at=min(known[1], asked_at, *(one.read_at for one in answers)),
        )

    def _nobody(self, person: str) -> Asker:
        return Asker(
            person=Person(id=person, team="", kind=PersonKind.UNKNOWN),
            groups=frozenset(),
            groups_read=False,
            in_channel=False,
            channel_shared=True,
            read_at=_NEVER,
        )

    async def _of_channel(
        self,
        what: str,
        channel: str,
        ask: Callable[[str], Awaitable[Any]],
        within: timedelta,
    ) -> _Answer:
        if not channel:
            return _Answer(None, self._clock.now())
        return await self._answer(f"{what}/{channel}", lambda: ask(channel), within)

    async def _answer(
        self, key: str, ask: Callable[[], Awaitable[Any]], within: timedelta
    ) -> _Answer:
        """Return an answer of Slack, None where it gave none; that is not kept."""
        kept, now = self._kept.get(key), self._clock.now()
        # What was read later than now was read by a clock that was wrong.
        if kept is not None and timedelta(0) <= now - kept.read_at < within:
            return kept
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                found = await ask()
        except (*CALL_FAILED, KeyError, TypeError) as failed:
            _log.warning("Slack gave no answer for %s: %s", key, type(failed).__name__)
            return _Answer(None, now)
        self._kept[key] = answer = _Answer(found, now)
        return answer

    async def _groups(self) -> Mapping[str, frozenset[str]]:
        """Return handle and id of each user group to who is in it.

        Handles can be given away and taken by another group; ids cannot. No handle is
        spelled like an id.
        """
        answer = await self._reader.usergroups_list(include_users=True)
        return {
            str(name): frozenset(group.get("users") or ())
            for group in answer["usergroups"]
            if not group.get("date_delete")
            for name in (group["handle"], group["id"])
        }

    async def _members(self, channel: str) -> frozenset[str]:
        found, cursor = set[str](), ""
        for _ in range(_MOST_PAGES):
            answer = await self._reader.conversations_members(
                channel=channel, limit=_PAGE, cursor=cursor or None
            )
            found.update(answer["members"])
            after: Mapping[str, Any] = answer.get("response_metadata") or {}
            cursor = str(after.get("next_cursor") or "")
            if not cursor:
                break
        return frozenset(found)

    async def _is_shared(self, channel: str) -> bool:
        answer = await self._reader.conversations_info(channel=channel)
        found: Mapping[str, Any] = answer["channel"]
        return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))
