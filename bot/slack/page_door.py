"""The way from Slack to the pages: a link for one person, never in a channel.

`/incident page` is answered with it where only the asker sees it; a button opens a
form that holds it. What the link is worth is decided by `bot/web`, which makes it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.commands import PersonKind
from bot.domain.errors import BadRequest, TocsinError
from bot.slack import answers, rich
from bot.slack.answers import Answer
from bot.slack.needs import Pages, Service
from bot.slack.people import People
from bot.slack.requests import Click, SlashCommand, parse
from bot.slack.sentences import Code, Piece
from bot.slack.wishes import PAGE_BUTTON, known_incident
from bot.slack.words import no_such_incident

GO = "page.go"
NO_PAGES = (
    "No page was opened: this installation has no pages. "
    "See the story here with `/incident status`."
)
NOT_IN_TIME = "No page was opened: the link was not made in time. Try again."
_WHY_NOT: Mapping[PersonKind, str] = {
    PersonKind.GUEST: "guests do not read the pages",
    PersonKind.EXTERNAL: "people from another organization do not read the pages",
    PersonKind.BOT: "bots do not read the pages",
    PersonKind.DEACTIVATED: "the account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who is asking",
}
_TIMEOUT_S = 2.0
_log = logging.getLogger(__name__)
Sent = Click | SlashCommand


class PageDoor:
    """Hands out links to the pages.

    Args:
        pages: None where there are none.
        open_form: Opens a form for a press.
    """

    def __init__(
        self,
        *,
        pages: Pages | None,
        service: Service,
        people: People,
        open_form: Callable[[Sent, dict[str, Any]], Awaitable[None]],
    ) -> None:
        self._pages = pages
        self._service = service
        self._people = people
        self._open_form = open_form

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.action(PAGE_BUTTON)(self.press)
        app.action(GO)(self.went)

    async def asked(
        self, sent: SlashCommand, incident: str, *, part: str = ""
    ) -> Answer:
        """Answer `/incident page`; without an id the channel's newest is meant.

        Args:
            part: Which page below the incident's own, "" for that.
        """
        made = await self._made(
            sent, lambda: self._meant(incident, sent.channel), part=part
        )
        if isinstance(made, str):
            return answers.plain(made)
        url, found = made
        # No address in the text: it is what notices and other clients show.
        shown = _blocks(url, found, part)
        return {**answers.plain(_leads(found, part)), "blocks": shown}

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open a form with the link, or with the reason why there is none."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        made = await self._made(click, lambda: _known(click.value))
        title = "Open page"
        if isinstance(made, str):
            view = answers.as_view(answers.plain(made), title)
        else:
            shown = {"type": "modal", "title": rich.plain(title)}
            view = {**shown, "blocks": _blocks(*made)}
        await self._open_form(click, view)
        await ack()

    async def went(self, ack: AsyncAck) -> None:
        """Slack tells that somebody followed the link; the page has it from them."""
        await ack()

    async def _made(
        self, sent: Sent, meant: Callable[[], str], *, part: str = ""
    ) -> tuple[str, str] | str:
        """Return the address and the incident, or the sentence why there is none."""
        if self._pages is None:
            return NO_PAGES
        asker = await self._people.person(sent.person, team=sent.team)
        if asker.kind is not PersonKind.MEMBER:
            _log.warning("no page for %s: %s", sent.person, asker.kind)
            return not_for(asker.kind)
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                incident = await asyncio.to_thread(meant)
                if incident and not await asyncio.to_thread(self._exists, incident):
                    return no_such_incident(incident)
                below = {"part": part} if part and incident else {}
                url = await self._pages.link(sent.person, incident=incident, **below)
        except TimeoutError:
            return NOT_IN_TIME
        except TocsinError as no:
            return str(no)
        return url, incident

    def _meant(self, named: str, channel: str) -> str:
        return named or self._service.newest_in(channel)

    def _exists(self, incident: str) -> bool:
        return self._service.view(incident) is not None


def not_for(kind: PersonKind) -> str:
    """Say why somebody gets no link."""
    return (
        f"No page was opened: {_WHY_NOT[kind]}. "
        "Ask a full member of this workspace for what you need."
    )


def _known(carried: str) -> str:
    """Return the incident a button carries, "" for the board.

    Raises:
        BadRequest: It carries something else.
    """
    try:
        return known_incident(carried) if carried != "board" else ""
    except BadRequest as bad:
        _log.warning("a page button carried no incident")
        raise bad from None


def _leads(incident: str, part: str) -> str:
    which = f"{part} draft" if part else "page"
    page = f"The {which} of {incident}" if incident else "The board"
    return f"{page} opens once with the button below, within ten minutes."


def _blocks(url: str, incident: str, part: str = "") -> list[rich.Block]:
    label = f"Open {incident}" if incident else "Open the board"
    rows: list[Piece] = [
        _leads(incident, part),
        " Only you see it; do not pass it on. Whoever uses it reads as you. Another: ",
        Code(f"/incident {part or 'page'} {incident}".rstrip()),
    ]
    go = {**rich.button(label, action=GO, value=incident or "board"), "url": url}
    return [
        rich.rich_text("page", rich.section(rows)),
        rich.actions("go", [{**go, "style": "primary"}]),
    ]
