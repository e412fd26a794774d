"""The admin door to the gate: look, say no, take back, stop and reconcile.

Nothing is approved here: whoever asks for it is told where approvals are given. The
rules are those of the gate itself; this door only checks the token and the shape of
what was sent. The command line uses the same orders without HTTP when no bot runs.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.domain.action_facts import Click
from bot.domain.errors import BadRequest, NotFound, Refusal
from bot.domain.plan_view import PlanView
from bot.domain.quoting import named
from bot.domain.untrusted import Untrusted
from bot.gate.admin_door import admin
from bot.ports import Clock
from bot.ports.gate import Asker, Gate
from bot.readmodels.plan_export import as_plain, freeze_as_plain
from bot.web.admin import wrong_token
from bot.web.answers import refused
from bot.web.body import NotReadable, TooLarge, read_body
from bot.web.tokens import Guesses

PATH = "/admin/gate"
ORDERS = ("deny", "cancel", "reconcile", "stop-all", "release", "freeze", "thaw")
LIMIT_BYTES = 16 * 1024
# More than any freeze may last; what is longer is refused by the rules.
_MOST_MINUTES = 1_000_000
_NOTHING = "Nothing was done"

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDoor:
    """What the door needs of the house.

    Attributes:
        redact: Makes a typed reason fit for keeping; text and incident.
        team: Slack workspace whose gate it is.
    """

    gate: Gate
    clock: Clock
    redact: Callable[[str, str], str]
    team: str
    admin_token: str
    guesses: Guesses

    def routes(self) -> list[Route]:
        """Return the routes of this door."""
        return [
            _route("/plans", self._guarded(self._list), "GET"),
            _route("/plans/{plan}", self._guarded(self._show), "GET"),
            _route("/plans/{plan}/approve", self._guarded(_never), "POST"),
            _route("/plans/{plan}/break-glass", self._guarded(_never), "POST"),
            _route("/plans/{plan}/{order}", self._guarded(self._ordered), "POST"),
            _route("/{order}", self._guarded(self._ordered), "POST"),
        ]

    # --- orders, with or without HTTP ---

    def order(self, name: str, plan: str, given: Mapping[str, Any]) -> Answer:
        """Carry out one of `ORDERS`; may take seconds.

        Args:
            plan: Plan id, "" for what is about the whole gate.
            given: ``reason`` text, ``committed`` true or false to reconcile, and
                ``minutes`` to freeze.

        Raises:
            Refusal: The gate said no, or what was given cannot be used.
        """
        match name:
            case "stop-all" if not plan:
                return {"stopped": True, "reached": self.gate.stop_all(by=self._by())}
            case "release" if not plan:
                turned = self.gate.release(by=self._by())
                return {"stopped": False, "was_stopped": turned}
            case "freeze" | "thaw" if not plan:
                return self._freezing(name, given)
            case "deny" | "cancel" | "reconcile" if plan:
                return self._decide(name, plan, given)
            case _:
                raise NotFound(
                    _NOTHING,
                    because=f"there is no order {named(name)} here",
                    next_move="Use one of: " + ", ".join(ORDERS) + ".",
                )

    def _freezing(self, name: str, given: Mapping[str, Any]) -> Answer:
        by, reason = self._by(), self._reason("", given.get("reason"))
        freezing = self.gate.freezing
        if name == "thaw":
            found = freezing.thaw(by=by, reason=reason or None)
            return {"frozen": False, "lifted": [one.id for one in found]}
        minutes = given.get("minutes")
        if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 0:
            raise BadRequest(
                _NOTHING,
                because="it was not said how long",
                next_move="Send minutes as a whole number, and a reason.",
            )
        lasts = timedelta(minutes=min(minutes, _MOST_MINUTES))
        one = freezing.freeze(by=by, lasts=lasts, reason=reason)
        return {"frozen": True, **freeze_as_plain(one)}

    def _decide(self, name: str, plan: str, given: Mapping[str, Any]) -> Answer:
        by, reason = self._by(), self._reason(plan, given.get("reason"))
        match name:
            case "cancel":
                done = self.gate.cancel(plan, by=by, reason=reason or None)
            case "reconcile":
                committed = given.get("committed")
                if not isinstance(committed, bool):
                    raise BadRequest(
                        _NOTHING,
                        because="it was not said whether it happened",
                        next_move="Send committed: true or false, as you saw it.",
                    )
                _must_say_why(reason)
                done = self.gate.reconcile(
                    plan, by=by, committed=committed, reason=reason
                )
            case _:
                # No click can be behind it: it came over no card.
                _must_say_why(reason)
                done = self.gate.deny(plan, by=by, reason=reason, click=Click())
        return self._plain(done)

    def _plain(self, view: PlanView) -> Answer:
        """Return a plan without what its reason should not have said."""
        if view.reason is None:
            return as_plain(view)
        reason = self.redact(view.reason.for_redaction(), view.plan.incident)
        return as_plain(replace(view, reason=Untrusted(reason)))

    def _by(self) -> Asker:
        return admin(team=self.team, now=self.clock.now())

    def _reason(self, plan: str, given: object) -> Untrusted:
        if given is None:
            return Untrusted("")
        if not isinstance(given, str):
            raise BadRequest(
                _NOTHING,
                because="the reason is not a text",
                next_move="Send reason as a string.",
            )
        view = self.gate.view(plan)
        scope = view.plan.incident if view else ""
        return Untrusted(self.redact(given, scope))

    # --- HTTP ---

    def _guarded(
        self, serve: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            return self._wrong_token(request) or await serve(request)

        return checked

    async def _list(self, request: Request) -> Response:
        incident = request.query_params.get("incident", "")
        found = await asyncio.to_thread(self.gate.open_plans, incident)
        on = await asyncio.to_thread(self.gate.freezing.on)
        return JSONResponse(
            {
                "freezes": [freeze_as_plain(one) for one in on],
                "plans": [self._plain(view) for view in found],
            }
        )

    async def _show(self, request: Request) -> Response:
        view = await asyncio.to_thread(self.gate.view, request.path_params["plan"])
        if view is None:
            return refused(
                404,
                NotFound.code,
                what="No plan was shown",
                because="there is no plan of this id",
                next_move="See the open ones with `tocsin gate list`.",
            )
        return JSONResponse(self._plain(view))

    async def _ordered(self, request: Request) -> Response:
        given = await _given(request)
        if isinstance(given, Response):
            return given
        name, plan = request.path_params["order"], request.path_params.get("plan", "")
        if name not in ORDERS:
            return refused(
                404,
                NotFound.code,
                what=_NOTHING,
                because="there is no such order",
                next_move="Use one of: " + ", ".join(ORDERS) + ".",
            )
        try:
            return JSONResponse(await asyncio.to_thread(self.order, name, plan, given))
        except Refusal as no:
            return refused(
                409, no.code, what=no.what, because=no.because, next_move=no.next_move
            )

    def _wrong_token(self, request: Request) -> Response | None:
        return wrong_token(
            request,
            token=self.admin_token,
            guesses=self.guesses,
            now=self.clock.now(),
            what=_NOTHING,
        )


def _route(
    path: str, serve: Callable[[Request], Awaitable[Response]], method: str
) -> Route:
    return Route(PATH + path, serve, methods=[method])


async def _never(_: Request) -> Response:
    return refused(
        403,
        "never_here",
        what="It was not approved",
        because="approvals are given in Slack and nowhere else",
        next_move="Press the button on its card in the incident's channel.",
    )


async def _given(request: Request) -> Answer | Response:
    """Read the JSON object that was sent; an empty body is an empty object."""
    try:
        body = await read_body(request, limit=LIMIT_BYTES)
        given = json.loads(body) if body.strip() else {}
    except TooLarge:
        return refused(
            413,
            "too_large",
            what=_NOTHING,
            because="it is larger than 16 KiB",
            next_move="Give a shorter reason.",
        )
    except (NotReadable, ValueError, RecursionError):
        given = None
    if isinstance(given, dict):
        return given
    return refused(
        400,
        "not_readable",
        what=_NOTHING,
        because="the body is not a JSON object",
        next_move='Send for example {"reason": "wrong key"}.',
    )


def _must_say_why(reason: Untrusted) -> None:
    if not reason:
        raise BadRequest(
            _NOTHING,
            because="no reason was given",
            next_move="Say why in a few words; it goes to the timeline.",
        )
