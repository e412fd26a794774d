"""The pages: a board of the incidents and one page for each, for who is signed in.

Reads only. Who may read is decided in `readers.py`, what is shown is read in
`dossier.py` and drawn in `rendering.py`. No page needs a script.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.domain.errors import NotFound
from bot.domain.runbook_draft import Draft
from bot.domain.untrusted import Untrusted
from bot.ports.gate import MOVING, Standstill
from bot.web import html, rendering
from bot.web.dossier import BoardView, Reading
from bot.web.readers import NotReading, Readers
from bot.web.sessions import Session

BOARD = "/incidents"
_INCIDENT = re.compile(r"INC-\d{4,9}")
_SEQ = re.compile(r"\d{1,12}")
_ASSETS: Mapping[str, str] = {"tocsin.css": "text/css", "bell.svg": "image/svg+xml"}
_Serve = Callable[[Request, Session], Awaitable[Response]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesDoor:
    """The pages for people who are signed in.

    Attributes:
        names: Asks Slack what people call themselves, by id; leaves out who it does
            not know.
        base_url: Where browsers reach us, printed on paper.
        mask: Takes out of a text what must not be shown.
        sign_in: Path at which Slack is asked who somebody is, "" for none.
        drafts: Drafts a runbook from an incident; None where none are drafted.
        still: Returns what is frozen, and whether everything is stopped.
            Touches the disk.
    """

    reading: Reading
    readers: Readers
    names: Callable[[Collection[str]], Awaitable[Mapping[str, Untrusted]]]
    base_url: str
    mask: rendering.Mask
    sign_in: str = ""
    drafts: Callable[[str], Draft | None] | None = None
    still: Callable[[], Standstill] = lambda: MOVING

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        one = BOARD + "/{incident}"
        return [
            Route("/assets/{name}", _asset, methods=["GET"]),
            Route(BOARD, self._for_readers(self._board), methods=["GET"]),
            Route(one, self._for_readers(self._incident), methods=["GET"]),
            Route(one + "/runbook.md", self._for_readers(self._draft), methods=["GET"]),
            Route(
                one + "/entries/{seq}.{form}",
                self._for_readers(self._entry),
                methods=["GET"],
            ),
        ]

    def _for_readers(self, serve: _Serve) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            try:
                session = await self.readers.of(request)
            except NotReading as no:
                page = _path(request)
                sign_in = f"{self.sign_in}?to={page}" if self.sign_in else ""
                return html.not_reading(no.kind, again=page, sign_in=sign_in)
            return await serve(request, session)

        return checked

    async def _board(self, _: Request, session: Session) -> Response:
        view = await asyncio.to_thread(self._read_board)
        names = await self.names({*rendering.people_on(view), session.person})
        drawn = await asyncio.to_thread(
            rendering.board_page,
            view,
            names=names,
            reader=session.person,
            mask=self.mask,
        )
        return html.page(drawn)

    def _read_board(self) -> BoardView:
        return replace(self.reading.board(), still=self.still())

    async def _incident(self, request: Request, session: Session) -> Response:
        incident = request.path_params["incident"].upper()
        if not _INCIDENT.fullmatch(incident):
            return html.nothing_here(reader=session.person)
        view = await asyncio.to_thread(self.reading.dossier, incident)
        if view is None:
            return html.nothing_here(reader=session.person)
        names = await self.names({*rendering.people_in(view), session.person})
        drawn = await asyncio.to_thread(
            rendering.incident_page,
            view,
            names=names,
            reader=session.person,
            mask=self.mask,
            address=f"{self.base_url}{BOARD}/{incident}",
        )
        return html.page(drawn)

    async def _draft(self, request: Request, session: Session) -> Response:
        """Hand out a draft of a runbook as a file."""
        incident = request.path_params["incident"].upper()
        if self.drafts is None or not _INCIDENT.fullmatch(incident):
            return html.nothing_here(reader=session.person)
        made = await asyncio.to_thread(self.drafts, incident)
        if made is None:
            return html.nothing_here(reader=session.person)
        return Response(
            made.text,
            media_type="text/markdown",
            headers={"Content-Disposition": f'attachment; filename="{made.name}.md"'},
        )

    async def _entry(self, request: Request, session: Session) -> Response:
        """Hand out the exact bytes of an entry, or the proof that it is in the log."""
        incident = request.path_params["incident"].upper()
        seq, form = request.path_params["seq"], request.path_params["form"]
        known = _INCIDENT.fullmatch(incident) and _SEQ.fullmatch(seq)
        if not known or form not in ("record", "tlog-proof"):
            return html.nothing_here(reader=session.person)
        try:
            proof, leaf = await asyncio.to_thread(
                self.reading.proved, incident, int(seq)
            )
        except NotFound:
            return html.nothing_here(reader=session.person)
        return Response(
            leaf if form == "record" else proof,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f'attachment; filename="{seq}.{form}"'},
        )


async def _asset(request: Request) -> Response:
    """Return a file of ours; it says nothing about anybody, so no one is asked."""
    name = request.path_params["name"]
    if name not in _ASSETS:
        return html.nothing_here()
    return Response(rendering.asset(name), media_type=_ASSETS[name])


def _path(request: Request) -> str:
    """Return the path to try again: only one of an incident, else the board."""
    incident = request.path_params.get("incident", "").upper()
    return f"{BOARD}/{incident}" if _INCIDENT.fullmatch(incident) else BOARD
