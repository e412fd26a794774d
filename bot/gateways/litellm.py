"""LiteLLM's proxy: which operations actions use, and with which keys they are made.

Two keys, and neither is the master key: one that can only read (``proxy_admin_viewer``)
and one that acts (``proxy_admin``), which is used for approved plans alone. Keys that
actions name are named by their hash; what stands in `integrations/` are the actions.

Source: https://docs.litellm.ai/docs/proxy/virtual_keys and the proxy's own OpenAPI.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, ClassVar

from bot.acting.reading import Texts, was
from bot.domain.errors import BadRequest, Unreachable
from bot.domain.plan import Draft, Plan
from bot.gateways.action import GatewayAction
from bot.gateways.door import plan_session
from bot.gateways.operation import Kind, Operation, request_of
from bot.gateways.sessions import PlanSession, ReadSession, Sign, Stamp
from bot.ports.action import Action
from bot.ports.clock import Clock
from bot.ports.send import Request, Send

_TYPED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_TYPED = 12


def _update(of: str, name: str, field_name: str, kind: Kind) -> Operation:
    body = {name: Kind.TEXT, field_name: kind}
    return Operation(method="POST", path=f"/{of}/update", body=body)


def _switch(of: str, name: str, verb: str) -> Operation:
    return Operation(method="POST", path=f"/{of}/{verb}", body={name: Kind.TEXT})


OPERATIONS: Mapping[str, Operation] = {
    "litellm.GetKey": Operation(method="GET", path="/key/info", query=("key",)),
    "litellm.FindKey": Operation(method="GET", path="/key/list", query=("key_alias",)),
    "litellm.BlockKey": _switch("key", "key", "block"),
    "litellm.UnblockKey": _switch("key", "key", "unblock"),
    "litellm.SetKeyBudget": _update("key", "key", "max_budget", Kind.NUMBER),
    "litellm.SetKeyRequests": _update("key", "key", "rpm_limit", Kind.NUMBER),
    "litellm.SetKeyTokens": _update("key", "key", "tpm_limit", Kind.NUMBER),
    "litellm.SetKeyAliases": Operation(
        method="POST",
        path="/key/update",
        body={"key": Kind.TEXT, "aliases": Kind.MAP},
        told=("answers", "model"),
    ),
    "litellm.ListModels": Operation(method="GET", path="/model/info"),
    "litellm.BlockModel": _switch("model", "model_id", "block"),
    "litellm.UnblockModel": _switch("model", "model_id", "unblock"),
    "litellm.GetTeam": Operation(method="GET", path="/team/info", query=("team_id",)),
    "litellm.BlockTeam": _switch("team", "team_id", "block"),
    "litellm.UnblockTeam": _switch("team", "team_id", "unblock"),
    "litellm.SetTeamAliases": Operation(
        method="POST",
        path="/team/update",
        body={"team_id": Kind.TEXT, "aliases": Kind.MAP},
        told=("answers", "model"),
        sent_as={"aliases": "model_aliases"},
    ),
    "litellm.SetTeamBudget": _update("team", "team_id", "max_budget", Kind.NUMBER),
}
"""Every operation that an action may make; one field of an update at a time."""


class LitellmAction(GatewayAction):
    """An action in a LiteLLM proxy."""

    PLACE = "LiteLLM"
    ROLE: ClassVar[str] = "proxy_admin"
    """Role, in LiteLLM, of the user whose key acts; for people, it bounds nothing."""
    ALIAS: ClassVar[str] = ""
    """The fact that is what people call the thing; nobody types a hash."""

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Say exactly what would run; typed to confirm is the alias of the thing.

        Raises:
            BadRequest, NotFound, Unreachable: As every action.
        """
        draft = super().plan(params, reader=reader)
        if not self.ALIAS:
            return draft
        return replace(draft, target=_to_type(was(draft, self.ALIAS), draft.target))

    def request(self, base: str, call: str, texts: Texts) -> Request:
        """Return the one request that a call makes.

        Raises:
            BadRequest: There is no such operation, or its arguments do not fit.
        """
        if call not in OPERATIONS:
            raise BadRequest(
                "A request was not put together",
                because="LiteLLM's actions have no such operation",
                next_move="Propose it again.",
            )
        return request_of(base, OPERATIONS[call], texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class LitellmDoor:
    """The world ``litellm``: one proxy, or none.

    Attributes:
        url: Its address; "" where there is none.
        read_key: Reads for plans and looks afterwards.
        act_key: Used by approved plans and by nothing else.
    """

    url: str
    read_key: str = field(repr=False)
    act_key: str = field(repr=False)
    send: Send
    clock: Clock

    @property
    def is_configured(self) -> bool:
        """Tell whether plans can be made; without an acting key none can run."""
        return bool(self.url and self.read_key)

    def reader(self) -> ReadSession:
        """Return a session that can only read.

        Raises:
            Unreachable: The settings name no proxy, or no key to read with.
        """
        if not self.is_configured:
            raise _missing("gate.litellm_url and gate.litellm_read_key")
        keys = (self.read_key, self.act_key)
        return ReadSession(
            send=self.send,
            sign=_bearer(self.read_key),
            clock=self.clock,
            base=self.url,
            ours=frozenset(sha256(one.encode()).hexdigest() for one in keys),
        )

    def for_plan(
        self, plan: Plan, action: Action, approvers: tuple[str, ...]
    ) -> PlanSession:
        """Return what one plan acts with: its own requests, for 15 minutes.

        Raises:
            BadRequest: Nobody agreed, or it is a drill.
            Unreachable: The settings name no key to act with; nothing happened.
        """
        if not (self.is_configured and self.act_key):
            raise _missing("gate.litellm_act_key")
        return plan_session(
            plan,
            action,
            approvers,
            send=self.send,
            sign=_bearer(self.act_key),
            clock=self.clock,
            base=self.url,
        )


def _bearer(key: str) -> Sign:
    def sign(request: Request, stamp: Stamp) -> Mapping[str, str]:
        headers = {"Authorization": f"Bearer {key}", "Accept": "application/json"}
        if request.body:
            headers["Content-Type"] = "application/json"
        if stamp.plan:
            # LiteLLM writes it into its audit log beside each change.
            headers["litellm-changed-by"] = f"tocsin {stamp.plan}"
            headers["Idempotency-Key"] = stamp.idempotency_key
        return headers

    return sign


def _to_type(alias: str, target: str) -> str:
    """Return what is typed: the alias where it can be, else how the id begins."""
    return alias if _TYPED.fullmatch(alias) else target[:_LONGEST_TYPED]


def _missing(key: str) -> Unreachable:
    return Unreachable(
        "Nothing was read or changed in LiteLLM",
        because=f"the settings lack {key}",
        next_move="docs/guides/litellm.md says which keys it needs.",
    )
