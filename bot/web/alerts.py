"""The alerts door: authenticate, cap, keep durably, answer 202.

Nothing is understood before the 202 but who sends: by a token, or by the vendor's
signature where there is one (`bot/web/signed.py`). A payload that no parser
understands is kept all the same. What became of an alert is behind the admin token.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.errors import Unreachable
from bot.ports import Clock, InboxItem, Keys, Lane, Payload, Received
from bot.sealing import seal_payload
from bot.web.alert_body import KEPT, alert_body, is_understood
from bot.web.alert_shown import has, shown
from bot.web.answers import refused
from bot.web.handshake import permission
from bot.web.pressure import RETRY_AFTER_S, Pressure
from bot.web.signed import NotTrusted, Signed
from bot.web.tokens import Guesses, bearer, same
from bot.web.traffic import Traffic
from bot.web.turned_away import address_of, too_many, turned_away

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who may post as one source: any of these opens the door.

    Attributes:
        token: Of its own; the installation's where it has neither a secret in the
            path nor a signature that decides.
        signed: The vendor's signature; where it decides, the tokens do not.
    """

    token: str
    path_secret: str = ""
    signed: Signed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsDoor:
    """What the door needs of the house.

    Attributes:
        senders: By source name.
        accept: Keeps an item durably; `Accepting.keep`.
        pressure: Says when the disk does not keep up.
        traffic: Is told of every payload, so that the worker can give way.
        new_id: Makes an ``al_`` id.
        accepted: Called after each 202, to wake the worker.
    """

    clock: Clock
    keys: Keys
    senders: Mapping[str, Sender]
    accept: Callable[[Received], Awaitable[tuple[str, bool]]]
    find: Callable[[str], InboxItem | None]
    pressure: Pressure
    traffic: Traffic
    new_id: Callable[[datetime], str]
    accepted: Callable[[], None]
    admin_token: str
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            Route("/alerts/{source}", self.post, methods=["POST"]),
            Route("/alerts/{source}/{path_secret}", self.post, methods=["POST"]),
            Route("/alerts/{source}", self.permit, methods=["OPTIONS"]),
            Route("/alerts/{source}/{path_secret}", self.permit, methods=["OPTIONS"]),
            Route("/alerts/{alert_id}", self.show, methods=["GET"]),
        ]

    async def permit(self, request: Request) -> Response:
        """Answer a sender of CloudEvents that asks whether it may send."""
        sender = self.senders.get(request.path_params["source"])
        if sender is None:
            return Response(status_code=404)
        no = self._stranger(request, sender, self.clock.now())
        return no or permission(request.headers)

    async def post(self, request: Request) -> Response:
        """Keep one payload."""
        with self.traffic.passing():
            return await self._post(request)

    async def _post(self, request: Request) -> Response:
        now = self.clock.now()
        source = request.path_params["source"]
        sender = self.senders.get(source)
        if sender is None:
            return refused(
                404,
                "unknown_source",
                what=KEPT,
                because="there is no source of this name",
                # Which there are is nobody's business who has no token.
                next_move="Post to /alerts/webhook, or look at the settings and the "
                "page of sources for its name.",
            )
        if (no := self._stranger(request, sender, now)) is not None:
            return no
        if not is_understood(request.headers.get("content-type", "")):
            return refused(
                415,
                "unsupported_media_type",
                what=KEPT,
                because="only JSON and plain text are understood",
                next_move="Send application/json.",
            )
        return await self._keep(request, source, now, signed=sender.signed)

    async def _keep(
        self, request: Request, source: str, now: datetime, *, signed: Signed | None
    ) -> Response:
        body = await alert_body(request)
        if isinstance(body, Response):
            return body
        if because := self.pressure.why_not():
            return self._refused(because)
        headers = dict(request.headers.items())
        payload = Payload(body=body, headers=headers, received_at=now)
        if signed is None:
            return await self._answer(source, payload, key="")
        return await self._if_signed(request, source, payload, signed)

    async def _if_signed(
        self, request: Request, source: str, payload: Payload, signed: Signed
    ) -> Response:
        """Keep what the vendor signed; say why something else is not kept."""
        try:
            key = await signed.check(payload)
        except NotTrusted as no:
            address, at = address_of(request), payload.received_at
            if self.guesses.too_many(address, at):
                return too_many(what=KEPT)
            self.guesses.wrong(address, at)
            return refused(
                401, no.error, what=KEPT, because=no.because, next_move=no.next_move
            )
        except Unreachable as error:
            return refused(
                503,
                "not_checked",
                what=KEPT,
                because=error.because,
                next_move="Send it again later.",
                headers={"Retry-After": "5"},
            )
        return await self._answer(source, payload, key=key)

    async def _answer(self, source: str, payload: Payload, *, key: str) -> Response:
        now = payload.received_at
        alert_id = self.new_id(now)
        raw = hashlib.sha256(payload.body).digest()
        received = Received(
            id=alert_id,
            lane=Lane.ALERTS,
            source=source,
            key=key or _key(source, payload, raw),
            received_at=now,
            sealed=seal_payload(self.keys, payload, item=alert_id),
            raw_sha256=raw.hex(),
        )
        try:
            kept_id, duplicate = await self.accept(received)
        except Unreachable as error:
            # Nothing was kept, and that is certain: it can be sent again.
            _log.error("an alert was not kept: %s", error.because)
            return self._refused("the disk does not take it")
        self.accepted()
        told = orjson.dumps({"id": kept_id, "duplicate": duplicate})
        return Response(told, 202, media_type="application/json")

    def _refused(self, because: str) -> Response:
        self.pressure.refuse(because)
        return refused(
            503,
            "not_keeping_up",
            what=KEPT,
            because=because,
            next_move="Send it again later.",
            headers={"Retry-After": str(RETRY_AFTER_S)},
        )

    async def show(self, request: Request) -> Response:
        """Say what became of an alert."""
        now = self.clock.now()
        if (no := self._not_admin(request, now)) is not None:
            return no
        alert_id = request.path_params["alert_id"]
        # Further alerts of one payload have the payload's id and their place.
        item = await asyncio.to_thread(self.find, alert_id.partition(".")[0])
        if item is None or not has(item, alert_id):
            return refused(
                404,
                "not_found",
                what="No alert was shown",
                because="there is no alert of this id",
                next_move="Use the id of the 202 answer.",
            )
        return JSONResponse(shown(item, alert_id))

    def _stranger(
        self, request: Request, sender: Sender, now: datetime
    ) -> Response | None:
        if sender.signed is not None and sender.signed.decides:
            return None
        shown = bearer(request)
        in_path = request.path_params.get("path_secret", "")
        if same(shown, sender.token) or same(in_path, sender.path_secret):
            return None
        return turned_away(request, guesses=self.guesses, now=now, what=KEPT)

    def _not_admin(self, request: Request, now: datetime) -> Response | None:
        if same(bearer(request), self.admin_token):
            return None
        what = "No alert was shown"
        return turned_away(request, guesses=self.guesses, now=now, what=what)


def _key(source: str, payload: Payload, raw: bytes) -> str:
    """Return what is equal for byte-equal deliveries.

    CloudEvents in binary mode carry their identity in headers.

    Args:
        raw: SHA-256 of the body.
    """
    ce_id = (
        payload.headers.get("ce-id", "") + "\0" + payload.headers.get("ce-source", "")
    )
    digest = hashlib.sha256(f"{source}\0{ce_id}\0".encode("utf-8", "replace"))
    digest.update(raw)
    return digest.hexdigest()
