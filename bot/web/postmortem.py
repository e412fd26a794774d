"""The draft of a postmortem as a page and as Markdown, for who is signed in.

Reads only. People stand in it as roles; `?names=yes` shows who they are. Nothing is
kept of what is read here: a postmortem is written by people, elsewhere.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.untrusted import Untrusted
from bot.domain.writing import Cast, people_in
from bot.readmodels.account import Account, gather
from bot.readmodels.postmortem import postmortem
from bot.readmodels.postmortem_export import markdown
from bot.store.transaction import SqliteTransaction
from bot.web import html, rendering
from bot.web.dossier import Reading
from bot.web.readers import NotReading, Readers
from bot.web.sessions import Session

_INCIDENT = re.compile(r"INC-\d{4,9}")
_ONE = "/incidents/{incident}/postmortem"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostmortemDoor:
    """The drafts; the arguments are those of `bot.web.pages.PagesDoor`."""

    reading: Reading
    readers: Readers
    names: Callable[[Collection[str]], Awaitable[Mapping[str, Untrusted]]]
    mask: rendering.Mask
    sign_in: str = ""

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            Route(_ONE, self._page, methods=["GET"]),
            Route(_ONE + ".md", self._file, methods=["GET"]),
        ]

    async def _page(self, request: Request) -> Response:
        found = await self._found(request)
        if isinstance(found, Response):
            return found
        session, account, note = found
        draft, with_names = postmortem(account), _with_names(request)
        asked = {*people_in(draft.parts), session.person} if with_names else ()
        names = await self.names(asked or {session.person})
        drawn = await asyncio.to_thread(
            rendering.postmortem_page,
            draft,
            cast=_cast(account, with_names=with_names),
            at=account.now,
            note=note,
            names=names,
            reader=session.person,
            mask=self.mask,
        )
        return html.page(drawn)

    async def _file(self, request: Request) -> Response:
        found = await self._found(request)
        if isinstance(found, Response):
            return found
        _, account, note = found
        text = await asyncio.to_thread(
            markdown,
            postmortem(account),
            cast=_cast(account, with_names=_with_names(request)),
            now=account.now,
            mask=self.mask,
            checkpoint=note,
        )
        name = f'attachment; filename="{account.card.id}-postmortem.md"'
        return Response(
            text,
            media_type="text/markdown; charset=utf-8",
            headers={"Content-Disposition": name},
        )

    async def _found(self, request: Request) -> tuple[Session, Account, str] | Response:
        """Return who reads and what, or the answer that there is nothing for them."""
        incident = request.path_params["incident"].upper()
        known = _INCIDENT.fullmatch(incident)
        try:
            session = await self.readers.of(request)
        except NotReading as no:
            page = f"/incidents/{incident}/postmortem" if known else "/incidents"
            sign_in = f"{self.sign_in}?to={page}" if self.sign_in else ""
            return html.not_reading(no.kind, again=page, sign_in=sign_in)
        found = None
        if known:
            found = await asyncio.to_thread(read_account, self.reading, incident)
        if found is None:
            return html.nothing_here(reader=session.person)
        return session, *found


def read_account(reading: Reading, incident: str) -> tuple[Account, str] | None:
    """Return an incident and the newest signed checkpoint; None if there is none."""

    def work(tx: SqliteTransaction) -> tuple[Account, str] | None:
        card = reading.viewing.card(tx, incident)
        if card is None:
            return None
        account = gather(tx, card, now=reading.clock.now())
        return account, tx.log.newest_checkpoint() or ""

    return reading.store.read(work)


def _cast(account: Account, *, with_names: bool) -> Cast | None:
    return None if with_names else account.cast()


def _with_names(request: Request) -> bool:
    return request.query_params.get("names") == "yes"
