"""The door to sealed things: what the page and `tocsin unseal` ask, and sealing.

    GET  /d/<share>       inert: the same bytes whatever stands there
    GET  /share/me        → {required, signed_in, person}, of this browser
    POST /share/nonce     {} → {nonce}
    POST /share/claim     {share, ticket, nonce, proof} → {lease, for, …}
    POST /share/content   {share, lease} → the ciphertext
    POST /share/ack       {share, lease} → 204
    POST /admin/shares    the ciphertext, with the admin token → {share, …}

Whatever does not open gets one and the same 404: unknown, used, late, taken back,
malformed, too many requests. What it was stands in the operator's log.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.errors import BadRequest, TocsinError, Unreachable
from bot.domain.share_decisions import MOST_OPENS, Denied
from bot.domain.share_people import UNKNOWN_VISIT, Visit
from bot.ports import Clock
from bot.ports.sharing import Sealed, ShareLinks
from bot.web.admin import wrong_token
from bot.web.answers import refused
from bot.web.body import NotReadable, TooLarge, read_body
from bot.web.callers import caller
from bot.web.pace import Pace
from bot.web.streams import Poured, pour
from bot.web.tokens import Guesses
from bot.web.viewer_files import STRICT, viewer_routes

T = TypeVar("T")
_QUESTION_BYTES = 4096
_LONGEST_FIELD = 200
_HEX = frozenset("0123456789abcdef")
_DIGEST_CHARS = 64
_HEADERS = {**STRICT, "Content-Disposition": "attachment"}
_log = logging.getLogger(__name__)

Given = Mapping[str, str]
Serve = Callable[[Given, Request], Awaitable[Response]]
Visited = Callable[[Request], Awaitable[Visit]]


Told = Mapping[str, bool | str]


async def _nobody_asked(_: Request) -> Visit:
    return UNKNOWN_VISIT


async def _nobody_known(_: Request) -> Told:
    return {"required": False, "signed_in": False, "person": ""}


async def _by_id(person: str) -> str:
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesDoor:
    """What the door needs of the house.

    Attributes:
        pace: How many requests one address may send, whatever came of them.
        visit: Tells who is signed in where a link is shown, and whether it matters.
        me: Tells a browser who is signed in there; it says nothing about any share.
        me_pace: As `pace`, for pages that ask it again and again.
        called: Returns name and id of somebody, by id; "" for nobody.
    """

    links: ShareLinks
    clock: Clock
    admin_token: str
    guesses: Guesses
    pace: Pace = field(default_factory=Pace)
    visit: Visited = _nobody_asked
    me: Callable[[Request], Awaitable[Told]] = _nobody_known
    me_pace: Pace = field(default_factory=Pace)
    called: Callable[[str], Awaitable[str]] = _by_id

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            *viewer_routes(),
            self._route("/share/nonce", self._nonce),
            self._route("/share/claim", self._claim),
            self._route("/share/content", self._content),
            self._route("/share/ack", self._ack),
            Route("/share/me", self._me, methods=["GET"]),
            Route("/admin/shares", self._put, methods=["POST"]),
        ]

    # --- what comes with a link ---

    def _route(self, path: str, serve: Serve) -> Route:
        async def guarded(request: Request) -> Response:
            try:
                self._must_be_slow(request)
                return await serve(await _question(request), request)
            except Denied:
                return _nothing()
            except TocsinError as fault:
                _log.error("a share was not served: %s", fault)
                return _nothing()
            except Exception:  # noqa: BLE001 - a fault of ours must tell nothing either
                _log.exception("a share was not served")
                return _nothing()

        return Route(path, guarded, methods=["POST"])

    def _must_be_slow(self, request: Request) -> None:
        if not self.pace.may(caller(request), self.clock.now()):
            raise _noted("too_many_requests")

    async def _nonce(self, _: Given, __: Request) -> Response:
        return JSONResponse({"nonce": self.links.nonce()}, headers=_HEADERS)

    async def _claim(self, given: Given, request: Request) -> Response:
        share, ticket = _field(given, "share"), _field(given, "ticket")
        nonce, proof = _field(given, "nonce"), _field(given, "proof")
        leased = await asyncio.to_thread(
            self.links.claim,
            share,
            ticket,
            nonce=nonce,
            proof=proof,
            visit=await self.visit(request),
        )
        return JSONResponse(
            {
                "lease": leased.lease,
                "for": await self.called(leased.person),
                "uses_left": leased.uses_left,
                "expires_at": leased.expires_at.isoformat(),
                "size_bytes": leased.size_bytes,
                "lease_s": leased.lease_s,
                "by": await self.called(leased.by),
            },
            headers=_HEADERS,
        )

    async def _content(self, given: Given, _: Request) -> Response:
        share, lease = _field(given, "share"), _field(given, "lease")
        size_bytes, pieces = await asyncio.to_thread(self.links.stream, share, lease)
        return Poured(pieces, size_bytes=size_bytes, headers=_HEADERS)

    async def _ack(self, given: Given, _: Request) -> Response:
        share, lease = _field(given, "share"), _field(given, "lease")
        await asyncio.to_thread(self.links.acknowledge, share, lease)
        return Response(status_code=204, headers=_HEADERS)

    async def _me(self, request: Request) -> Response:
        if not self.me_pace.may(caller(request), self.clock.now()):
            _noted("too_many_requests")
            return _nothing()
        return JSONResponse(dict(await self.me(request)), headers=_HEADERS)

    # --- what the command line seals ---

    async def _put(self, request: Request) -> Response:
        """Keep ciphertext; its parameters come in the address."""
        wrong = self._wrong_token(request)
        if wrong is not None:
            return wrong
        try:
            sealed = _sealed(request.query_params)
            receiving = await asyncio.to_thread(self.links.receive, sealed)
            try:
                await pour(request, receiving.write)
                made = await asyncio.to_thread(receiving.finish)
            finally:
                await asyncio.to_thread(receiving.discard)
        except NotReadable as no:
            return _not_sealed(str(no))
        except BadRequest as no:
            return _not_sealed(no.because)
        except Unreachable as fault:
            _log.error("nothing was sealed: %s", fault)
            return _not_sealed(fault.because, status=503)
        return JSONResponse(dict(made), headers=_HEADERS)

    def _wrong_token(self, request: Request) -> Response | None:
        return wrong_token(
            request,
            token=self.admin_token,
            guesses=self.guesses,
            now=self.clock.now(),
            what="Nothing was sealed",
        )


async def _question(request: Request) -> Given:
    """Read the small JSON object of a question.

    Raises:
        Denied: It is anything else.
    """
    try:
        given = json.loads(await read_body(request, limit=_QUESTION_BYTES))
    except (TooLarge, NotReadable, ValueError, RecursionError):
        raise _noted("malformed") from None
    if not isinstance(given, dict):
        raise _noted("malformed")
    return given


def _field(given: Given, name: str) -> str:
    """Return one field.

    Raises:
        Denied: It is missing, or no short text.
    """
    found = given.get(name)
    if not isinstance(found, str) or not 0 < len(found) <= _LONGEST_FIELD:
        raise _noted("malformed")
    if not found.isascii() or not found.isprintable():
        raise _noted("malformed")
    return found


def _noted(reason: str) -> Denied:
    _log.warning("a share was not served: %s", reason)
    return Denied(reason)


def _nothing() -> Response:
    """Return the one answer of everything that does not open."""
    return Response(b"", status_code=404, headers=_HEADERS)


def _sealed(given: Mapping[str, str]) -> Sealed:
    """Return what was handed over.

    Raises:
        BadRequest: A parameter is missing or out of bounds.
    """
    ticket, auth = given.get("ticket", ""), given.get("auth", "")
    if not (_is_digest(ticket) and _is_digest(auth)):
        raise _unclear("ticket or auth is not 64 hex digits")
    return Sealed(
        ticket=ticket,
        auth=bytes.fromhex(auth),
        life_s=_number(given, "life_s", most=10_000_000),
        opens=_number(given, "opens", most=MOST_OPENS),
        person=_person(given.get("person", "")),
    )


def _is_digest(text: str) -> bool:
    return len(text) == _DIGEST_CHARS and set(text) <= _HEX


def _number(given: Mapping[str, Any], name: str, *, most: int) -> int:
    text = str(given.get(name, ""))
    is_short = len(text) <= len(str(most))
    if not (is_short and text.isascii() and text.isdecimal() and int(text) <= most):
        raise _unclear(f"{name} is not a number up to {most}")
    return int(text)


def _person(text: str) -> str:
    is_id = len(text) <= 32 and text.isascii() and text.isalnum()  # noqa: PLR2004
    if text and not (is_id and text[0] in "UW"):
        raise _unclear("the person is not a Slack id such as U123")
    return text


def _unclear(because: str) -> BadRequest:
    return BadRequest("Nothing was sealed", because=because, next_move="Try again.")


def _not_sealed(because: str, *, status: int = 400) -> Response:
    return refused(
        status,
        "not_sealed",
        what="Nothing was sealed",
        because=because,
        next_move="See `tocsin seal --help`.",
    )
