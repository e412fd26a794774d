"""Who is in the workspace by name, asked of Slack at the start and about hourly.

What Slack says goes into memory (`bot/roster.py`) and nowhere else. Bots have no names
of people; somebody who left keeps theirs for a while, because alerts about what they
did still come. Without an answer the bot works with the names that it has.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.known_people import Person
from bot.ports import Clock
from bot.slack.clients import CALL_FAILED, retry_after_s

_EVERY_S = 3600.0
_AGAIN_S, _LONGEST_AGAIN_S = 60.0, 900.0
# As many as Slack advises, and as many people as a workspace of ours may have.
_PAGE = 200
MOST_PEOPLE = 50_000
_MOST_PAGES = 1_000
_TIMEOUT_S = 30.0
# After so long an alert hardly speaks of somebody who left.
_REMEMBERED_FOR = timedelta(days=90)
_TOO_MANY, _MOST_WAITS = 429, 30
_FULL = f"more than {MOST_PEOPLE:,} people; the others are not known"
_log = logging.getLogger(__name__)


class Learns(Protocol):
    """Who is told (`bot.roster.Roster`)."""

    def learn(
        self, people: Sequence[Person], *, at: datetime, problem: str = ""
    ) -> None:
        """Know these people, instead of those before."""
        ...

    def failed(self, problem: str) -> None:
        """Note that nobody was told."""
        ...


class RosterReader:
    """Reads `users.list`, page by page."""

    def __init__(self, *, reader: AsyncWebClient, clock: Clock, roster: Learns) -> None:
        self._reader = reader
        self._clock = clock
        self._roster = roster
        self._again_s = _AGAIN_S

    async def run(self) -> None:
        """Ask again and again, until it is cancelled."""
        while True:
            wait_s = _EVERY_S if await self.look() else self._later_s()
            await asyncio.sleep(wait_s)

    async def look(self) -> bool:
        """Ask once; tell whether Slack said all."""
        now = self._clock.now()
        people: list[Person] = []
        cursor, problem = "", ""
        try:
            for _ in range(_MOST_PAGES):
                page, cursor = await self._page(cursor)
                people += people_of(page, now=now)
                if not cursor or len(people) >= MOST_PEOPLE:
                    break
        except CALL_FAILED as failed:
            why = _why(failed)
            _log.warning("users.list gave no names: %s", why)
            self._roster.failed(why)
            return False
        if cursor or len(people) > MOST_PEOPLE:
            problem = _FULL
        # With many people this takes a second: nobody's answer waits for it.
        await asyncio.to_thread(
            self._roster.learn, people[:MOST_PEOPLE], at=now, problem=problem
        )
        self._again_s = _AGAIN_S
        return True

    def _later_s(self) -> float:
        wait_s, self._again_s = self._again_s, self._again_s * 2
        self._again_s = min(self._again_s, _LONGEST_AGAIN_S)
        return wait_s

    async def _page(self, cursor: str) -> tuple[Sequence[Any], str]:
        """Return a page and where the next begins, "" for nowhere."""
        for _ in range(_MOST_WAITS):
            try:
                async with asyncio.timeout(_TIMEOUT_S):
                    said = await self._reader.users_list(limit=_PAGE, cursor=cursor)
            except SlackApiError as failed:
                wait_s = _asked_wait_s(failed)
                if not wait_s:
                    raise
                await asyncio.sleep(wait_s)
                continue
            after = said.get("response_metadata") or {}
            following = str(after.get("next_cursor") or "")
            if following == cursor != "":
                raise ValueError("Slack names the same page again")
            return said.get("members") or (), following
        raise TimeoutError


def people_of(users: Sequence[Any], *, now: datetime) -> Iterator[Person]:
    """Yield what people are called, of objects of `users.list`.

    Source: Slack's page on the user object.
    """
    for user in users:
        if isinstance(user, Mapping) and _counts(user, now):
            profile = user.get("profile")
            yield _person(user, profile if isinstance(profile, Mapping) else {})


def _counts(user: Mapping[str, Any], now: datetime) -> bool:
    is_bot = user.get("is_bot") or user.get("is_workflow_bot")
    if is_bot or user.get("id") == "USLACKBOT":
        return False
    changed = user.get("updated")
    if not user.get("deleted") or not isinstance(changed, int) or changed <= 0:
        return True
    return now.timestamp() - changed <= _REMEMBERED_FOR.total_seconds()


def _person(user: Mapping[str, Any], profile: Mapping[str, Any]) -> Person:
    def said(*fields: str) -> list[str]:
        given = [profile.get(name) for name in fields] + [user.get(n) for n in fields]
        return [one.strip() for one in given if isinstance(one, str) and one.strip()]

    first, last = said("first_name"), said("last_name")
    shown = said("display_name", "display_name_normalized")
    names = [*said("real_name", "real_name_normalized"), *shown]
    names += [f"{first[0]} {last[0]}"] if first and last else []
    parts = [*first, *last, *shown]
    pairs = [name.split() for name in names]
    parts += [part for pair in pairs if len(pair) == 2 for part in pair]  # noqa: PLR2004 - first and last
    return Person(
        names=tuple(dict.fromkeys(names)),
        parts=tuple(dict.fromkeys(parts)),
        handles=tuple(dict.fromkeys([*shown, *said("name")])),
    )


def _asked_wait_s(failed: SlackApiError) -> int:
    """Return how long Slack asks to wait, 0 where it says something else."""
    said = failed.response
    if getattr(said, "status_code", 0) != _TOO_MANY:
        return 0
    given = {name.lower(): text for name, text in said.headers.items()}
    return retry_after_s(given.get("retry-after"))


def _why(failed: BaseException) -> str:
    """Return a code or a type: nothing that somebody else has written."""
    code = ""
    if isinstance(failed, SlackApiError) and failed.response:
        code = str(failed.response.get("error", ""))
    is_code = code.isascii() and code.replace("_", "").isalpha()
    return code if is_code else type(failed).__name__
