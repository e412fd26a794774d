"""From an envelope to Bolt and back: each thing is answered once, copies alike.

The ack of the envelope is the ack: it is sent when Bolt has answered, and our
listeners answer when the request is on disk. What failed is not acked, so that
Slack sends it again. There is no signature on a socket and no need for one: we
opened the connection ourselves, encrypted, with our app token. Everything after
the signature is as over HTTP: the workspace, who the person is, what they may do.
"""

import asyncio
import logging
from collections.abc import Callable

from slack_bolt.adapter.socket_mode.async_internals import (
    run_async_bolt_app,
    send_async_response,
)
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.requests import dedupe_key
from bot.slack.socket_session import Session

_KINDS = ("events_api", "slash_commands", "interactive")
_REMEMBERED_S = 360.0
_MOST_REMEMBERED = 5_000
_OK = 200
_log = logging.getLogger(__name__)


class Answers:
    """Answers the envelopes of all our connections.

    Args:
        monotonic: Seconds that never go back.
    """

    def __init__(self, bolt: AsyncApp, *, monotonic: Callable[[], float]) -> None:
        self._bolt = bolt
        self._monotonic = monotonic
        # In the order in which they came, so the oldest are in front.
        self._given: dict[str, tuple[float, asyncio.Task[BoltResponse]]] = {}

    async def take(self, session: Session, request: SocketModeRequest) -> None:
        """Answer one envelope on the connection that brought it."""
        if request.type not in _KINDS:
            _log.warning("an envelope of an unknown kind was not taken")
            return
        key = _key(request)
        answer = await asyncio.shield(self._answer(key, request))
        if answer.status != _OK:
            self._given.pop(key, None)
            return
        await send_async_response(session, request, _fitting(request, answer), 0.0)

    def _answer(
        self, key: str, request: SocketModeRequest
    ) -> "asyncio.Task[BoltResponse]":
        """Return the answer in the making; a copy shares that of the first."""
        now = self._monotonic()
        self._forget(now)
        _, known = self._given.get(key, (0.0, None))
        if known is None or (known.done() and (known.cancelled() or known.exception())):
            known = asyncio.create_task(run_async_bolt_app(self._bolt, request))
            self._given[key] = (now, known)
        return known

    def _forget(self, now: float) -> None:
        old = [one for one, (at, _) in self._given.items() if now - at > _REMEMBERED_S]
        # What is forgotten too early is still known to the inbox.
        surplus = list(self._given)[: max(0, len(self._given) - _MOST_REMEMBERED)]
        for key in {*old, *surplus}:
            del self._given[key]


def _key(request: SocketModeRequest) -> str:
    """Return what copies have in common; its own id where a thing has none."""
    payload = request.payload
    if payload.get("event_id") or payload.get("trigger_id"):
        return dedupe_key(payload)
    return f"envelope/{request.envelope_id}"


def _fitting(request: SocketModeRequest, answer: BoltResponse) -> BoltResponse:
    """Return an answer without its body where Slack does not take one."""
    if request.accepts_response_payload or not answer.body:
        return answer
    return BoltResponse(status=answer.status, body="")
