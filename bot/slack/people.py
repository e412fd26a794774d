"""Who a person is, as Slack says it now. Fails closed.

Kept for at most a minute, so that a removed account stops working within one.
When Slack does not answer, the person is unknown, and unknown people change
nothing. Names are never looked at: their owners can edit them.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.commands import Person, PersonKind
from bot.ports import Clock
from bot.slack.clients import CALL_FAILED
from bot.slack.identity import Identity

_FRESH = timedelta(seconds=60)
# Long enough that an outage does not cost every request the whole timeout.
_UNKNOWN_FRESH = timedelta(seconds=5)
_TIMEOUT_S = 2.0
_MOST_KEPT = 5000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    read_at: datetime
    until: datetime

    def holds(self, now: datetime, within: timedelta) -> bool:
        """Tell whether it counts; not where the clock was ahead when it was read."""
        return self.read_at <= now < min(self.until, self.read_at + within)


class People:
    """Looks people up in Slack."""

    def __init__(
        self, *, reader: AsyncWebClient, identity: Identity, clock: Clock
    ) -> None:
        self._reader = reader
        self._identity = identity
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def person(self, person: str, *, team: str = "") -> Person:
        """Return a person as they are now, at most a minute old.

        Args:
            team: Their workspace as a signed payload named it; a foreign one makes
                them external whatever else is said.
        """
        found, _ = await self.read(person, team=team)
        return found

    async def read(
        self, person: str, *, team: str = "", within: timedelta = _FRESH
    ) -> tuple[Person, datetime]:
        """Return a person and when Slack was asked, aware UTC.

        Args:
            team: As for `person`.
            within: How old the answer may be, at most a minute.
        """
        known, now = self._known.get(person), self._clock.now()
        if known is None or not known.holds(now, within):
            known = await self._ask(person)
        ours = await self._ours()
        if team and ours and team != ours and known.person.kind is PersonKind.MEMBER:
            outsider = Person(id=person, team=team, kind=PersonKind.EXTERNAL)
            return outsider, known.read_at
        return known.person, known.read_at

    async def _ask(self, person: str) -> _Known:
        read_at = self._clock.now()
        found = await self._look(person)
        unknown = found.kind is PersonKind.UNKNOWN
        until = self._clock.now() + (_UNKNOWN_FRESH if unknown else _FRESH)
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        self._known[person] = known = _Known(found, read_at, until)
        return known

    async def _look(self, person: str) -> Person:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                answer = await self._reader.users_info(user=person)
                ours = await self._identity.team()
        except CALL_FAILED as failed:
            _log.warning("users.info gave no answer: %s", type(failed).__name__)
            return Person(id=person, team="", kind=PersonKind.UNKNOWN)
        user = answer.get("user")
        if not isinstance(user, dict) or user.get("id") != person:
            return Person(id=person, team="", kind=PersonKind.UNKNOWN)
        team = str(user.get("team_id") or "")
        return Person(id=person, team=team, kind=kind_of(user, ours=ours))

    async def _ours(self) -> str:
        try:
            return await self._identity.team()
        except CALL_FAILED:
            return ""


def kind_of(user: Mapping[str, Any], *, ours: str) -> PersonKind:
    """Return what Slack's flags say about a user, the strictest first.

    Args:
        user: The `user` object of `users.info`.
        ours: Id of the workspace Tocsin is installed in.
    """
    if user.get("deleted"):
        return PersonKind.DEACTIVATED
    if (
        user.get("is_bot")
        or user.get("is_workflow_bot")
        or user.get("id") == "USLACKBOT"
    ):
        return PersonKind.BOT
    team = user.get("team_id")
    if user.get("is_stranger") or (team and team != ours):
        return PersonKind.EXTERNAL
    if user.get("is_restricted") or user.get("is_ultra_restricted"):
        return PersonKind.GUEST
    return PersonKind.MEMBER if team else PersonKind.UNKNOWN
