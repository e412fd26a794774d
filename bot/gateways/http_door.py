"""The world ``http``: services that a site describes itself, each with its own keys.

A read shows a token, if the template names one; a write is signed (RFC 9421) over its
method, whole address, body, time, plan and idempotency key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.errors import Unreachable
from bot.domain.plan import Plan
from bot.gateways.door import plan_session
from bot.gateways.message_signature import content_digest, signed
from bot.gateways.sessions import PlanSession, ReadSession, Stamp
from bot.gateways.site_files import SiteKeys
from bot.ports.action import Action
from bot.ports.clock import Clock
from bot.ports.send import Request, Send

BELIEVED = timedelta(minutes=5)
"""How long a signature may be believed: as long as clocks differ and requests wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpDoor:
    """Hands out sessions for a site's HTTP actions.

    Attributes:
        keys: With what each action asks, by its name.
    """

    keys: Mapping[str, SiteKeys] = field(repr=False)
    send: Send
    clock: Clock

    @property
    def is_configured(self) -> bool:
        """Tell whether the site has any action of its own."""
        return bool(self.keys)

    def reader(self) -> ReadSession:
        """Return a session that can only read.

        Raises:
            Unreachable: The site has no action of its own.
        """
        if not self.keys:
            raise Unreachable(
                "Nothing was read or changed over HTTP",
                because="this site has no HTTP actions of its own",
                next_move="docs/guides/http-actions.md says how to add one.",
            )
        return ReadSession(send=self.send, sign=self._headers, clock=self.clock)

    def for_plan(
        self, plan: Plan, action: Action, approvers: tuple[str, ...]
    ) -> PlanSession:
        """Return what one plan acts with: its own requests, for 15 minutes.

        Raises:
            BadRequest: Nobody agreed, it is a drill, or the action's file has changed.
        """
        return plan_session(
            plan,
            action,
            approvers,
            send=self.send,
            sign=self._headers,
            clock=self.clock,
        )

    def _headers(self, request: Request, stamp: Stamp) -> Mapping[str, str]:
        keys = self.keys[stamp.action]
        token = keys.act_token if stamp.plan else keys.read_token
        headers = {"Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return {**headers, **_signed(keys, request, stamp)} if stamp.plan else headers


def _signed(keys: SiteKeys, request: Request, stamp: Stamp) -> Mapping[str, str]:
    """Return the fields of a write, and its signature over them."""
    fields = {
        "Content-Digest": content_digest(request.body),
        "Idempotency-Key": stamp.idempotency_key,
        "Tocsin-Plan": stamp.plan,
    }
    if request.body:
        fields["Content-Type"] = "application/json"
    components = {"@method": request.method, "@target-uri": request.url}
    components |= {name.lower(): value for name, value in fields.items()}
    proof = signed(
        keys.signer, components, created=stamp.at, expires=stamp.at + BELIEVED
    )
    return {**fields, **proof}
