"""What people call themselves, for pages that people read. Nothing decides on it.

Their owners can edit names, so a name is `Untrusted`, is masked, and never stands
without the id. Asked of Slack when a page is drawn, kept for ten minutes in memory and
nowhere else; whoever Slack does not answer for stays an id.
"""

import asyncio
import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.untrusted import Untrusted
from bot.guards import Guards
from bot.ports import Clock
from bot.slack.clients import CALL_FAILED

_FRESH = timedelta(minutes=10)
_TIMEOUT_S = 2.0
_AT_ONCE = 5
_MOST_KEPT = 5000
# More people than this on one page stay ids until the next look.
_MOST_ASKED = 40
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    name: Untrusted | None
    until: datetime


class Names:
    """Looks names up in Slack."""

    def __init__(self, *, reader: AsyncWebClient, clock: Clock, guard: Guards) -> None:
        self._reader = reader
        self._guard = guard
        self._clock = clock
        self._known: dict[str, _Known] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def of(self, people: Collection[str]) -> Mapping[str, Untrusted]:
        """Return names by id; whoever has none that is known is left out."""
        now = self._clock.now()
        wanted = {one for one in people if _PERSON.fullmatch(one)}
        missing = [one for one in sorted(wanted) if not self._is_fresh(one, now)]
        if missing:
            await self._ask_all(missing[:_MOST_ASKED], now + _FRESH)
        found = {one: self._known[one].name for one in wanted if one in self._known}
        return {one: name for one, name in found.items() if name is not None}

    def _is_fresh(self, person: str, now: datetime) -> bool:
        known = self._known.get(person)
        return known is not None and known.until > now

    async def _ask_all(self, people: Collection[str], until: datetime) -> None:
        if len(self._known) >= _MOST_KEPT:
            self._known.clear()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                await asyncio.gather(*(self._ask(one, until) for one in people))
        except TimeoutError:
            _log.warning("Slack did not say all names in time")

    async def _ask(self, person: str, until: datetime) -> None:
        try:
            async with self._turn:
                answer = await self._reader.users_info(user=person)
        except CALL_FAILED as failed:
            _log.warning("users.info gave no name: %s", type(failed).__name__)
            return
        name = _name(answer.get("user"))
        shown = None if name is None else self._guard.words(name)
        self._known[person] = _Known(shown, until)


def _name(user: Any) -> Untrusted | None:
    """Return what a `user` object of Slack calls the person."""
    if not isinstance(user, Mapping):
        return None
    profile = user.get("profile")
    shown = profile.get("display_name") if isinstance(profile, Mapping) else None
    name = Untrusted(str(user.get("real_name") or shown or user.get("name") or ""))
    return name or None
