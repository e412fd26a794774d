"""Bolt, built with values of ours, and what it answers when something is wrong.

What Bolt would take from the environment is refused. It holds its answer until a
listener is through (`process_before_response`): our listeners only keep the
request and ack, so an event too is durable before Slack is told that it arrived.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Mapping
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request

from bot.domain.errors import BadRequest, BadSettings, Unparsed, Unreachable
from bot.guards import Guards
from bot.slack import answers, words
from bot.slack.egress import answer_masked
from bot.slack.guard import Asgi, Receive, Rejected, Scope, Send, Signatures
from bot.slack.identity import Identity
from bot.slack.traces import where
from bot.slack.whispers import Whispers

_log = logging.getLogger(__name__)


def bolt_app(
    *,
    signing_secret: str,
    signatures: Signatures,
    identity: Identity,
    whispers: Whispers,
    client: AsyncWebClient,
    guard: Guards,
) -> AsyncApp:
    """Return Bolt without listeners.

    Args:
        client: Without a token; listeners of ours do not use it.
        guard: Masks every answer, over HTTP as over a socket.

    Raises:
        BadSettings: The environment holds values that Bolt would use behind our
            back.
    """
    # No token here: who we are comes from `authorize`, not from the environment.
    app = _Guarded(
        guard,
        name="tocsin",
        logger=logging.getLogger("slack_bolt"),
        client=client,
        signing_secret=signing_secret,
        before_authorize=_verification(signatures),
        authorize=_authorization(identity),
        request_verification_enabled=False,  # ours knows two secrets and our clock
        ssl_check_enabled=False,
        attaching_function_token_enabled=False,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
    )
    if app.oauth_flow is not None:
        raise BadSettings(
            "Slack was not connected",
            because="SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are set, and Bolt would "
            "switch to another way of signing in",
            next_move="Take them out of the environment of Tocsin.",
        )
    app.use(_known_team(identity))
    app.error(_on_error(whispers))
    return app


class _Guarded(AsyncApp):
    """Bolt, whose every answer is masked before it leaves."""

    def __init__(self, guard: Guards, **given: Any) -> None:
        super().__init__(**given)
        self._guard = guard

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer a request, whichever way it came."""
        answer = await super().async_dispatch(req)
        if answer.body:
            answer.body = await asyncio.to_thread(_masked, answer.body, self._guard)
        return answer


def _masked(body: str, guard: Guards) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        return guard.text(body)
    return json.dumps(answer_masked(said, guard))


def _verification(signatures: Signatures) -> Any:
    async def verify(req: AsyncBoltRequest, next: Any) -> BoltResponse | None:  # noqa: A002 - Bolt injects by name
        """Check the signature again: Bolt may also be reached without the guard.

        An envelope has none; only a connection that we opened can bring one.
        """
        if req.mode != "socket_mode":
            given = {name: (values or [""])[0] for name, values in req.headers.items()}
            try:
                signatures.check(
                    req.raw_body.encode(),
                    timestamp=given.get("x-slack-request-timestamp", ""),
                    signature=given.get("x-slack-signature", ""),
                )
            except Rejected:
                return BoltResponse(status=401, body="")
        await next()
        return None

    return verify


def _authorization(identity: Identity) -> Any:
    async def authorize() -> AuthorizeResult:
        """Say who we are; a failure must not be acknowledged, as Bolt would."""
        try:
            return await identity.authorize()
        except SlackApiError as refused:
            raise Unreachable(
                "The request was not taken",
                because="Slack does not accept the bot token",
                next_move="Run `tocsin doctor`.",
            ) from refused

    return authorize


def _known_team(identity: Identity) -> Any:
    async def known_team(
        req: AsyncBoltRequest,
        body: dict[str, Any],
        next: Any,  # noqa: A002
    ) -> BoltResponse | None:
        """Turn away other workspaces; a visitor's press is refused by the rules."""
        if req.context.team_id in (None, await identity.team()) or _is_press(body):
            await next()
            return None
        _log.warning("a request of another workspace was turned away")
        if "command" in body:
            return _said(answers.plain(words.OTHER_WORKSPACE))
        return BoltResponse(status=200, body="")

    return known_team


def _is_press(body: Mapping[str, Any]) -> bool:
    return body.get("type") in ("block_actions", "view_submission", "message_action")


def _on_error(whispers: Whispers) -> Any:
    async def on_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Answer what went wrong, without a word about why in Slack."""
        if isinstance(error, BoltUnhandledRequestError | BadRequest | Unparsed):
            return await _unhandled(whispers, body)
        reference = secrets.token_hex(4)
        _log.error("request %s failed: %s", reference, where(error))
        if "command" in body:
            return _said(answers.plain(words.failed(reference)))
        return BoltResponse(status=500, body="")

    return on_error


async def _unhandled(whispers: Whispers, body: Mapping[str, Any]) -> BoltResponse:
    """Answer a button, form or command that this version does not have."""
    if "command" in body:
        return _said(answers.helped())
    if body.get("type") == "view_submission":
        view = answers.as_view(answers.plain(words.OUT_OF_DATE), "Out of date")
        return _said({"response_action": "update", "view": view})
    if body.get("type") in ("block_actions", "message_action"):
        await whispers.queue(
            f"stale/{body.get('trigger_id', '')}",
            channel=(body.get("channel") or {}).get("id", ""),
            person=(body.get("user") or {}).get("id", ""),
            text=words.OUT_OF_DATE,
        )
    return BoltResponse(status=200, body="")


def _said(answer: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=dict(answer))


def asgi_app(bolt: AsyncApp) -> Asgi:
    """Return Bolt as an ASGI application; the guard stands before it."""
    handler = AsyncSlackRequestHandler(bolt)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        response = await handler.handle(Request(scope, receive))
        await response(scope, receive, send)

    return app
