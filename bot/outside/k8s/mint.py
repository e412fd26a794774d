"""Makes a token for one plan: of its family's account, for ten minutes.

The cluster's audit log then shows the account, and as the user agent the plan and who
agreed. Nothing is decided here: whether a plan may run is the gate's business.

Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/
token-request-v1/ (600 seconds are the least that the API gives).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from bot.domain.errors import Unreachable
from bot.outside.k8s.base import Base
from bot.outside.k8s.wire import NoAnswer, Wire
from bot.ports.ask import Answer

LIFE_S = 600
READ_ACCOUNT = "tocsin-read"
_MADE = 201
_TOKEN = re.compile(r"[!-~]{1,16384}")  # it goes into a header


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A token's wire, and until when it is good."""

    wire: Wire
    ends_at: datetime


def mint(base: Base, space: str, account: str, *, agent: str) -> Minted:
    """Ask for a token of an account.

    Args:
        space: Namespace of the accounts.
        agent: What the audit log calls whoever uses it.

    Raises:
        Unreachable: It was refused, or nothing that can be read came; nothing happened.
    """
    wire = Wire(line=base.line, token=base.token)
    wanted = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        # No audience named is the API server itself, and nobody else.
        "spec": {"audiences": [], "expirationSeconds": LIFE_S},
    }
    target = f"/api/v1/namespaces/{space}/serviceaccounts/{account}/token"
    try:
        answer = wire.send("POST", target, wanted)
    except NoAnswer as problem:
        raise _none(account, f"no answer came ({problem.name})") from None
    if answer.status != _MADE:
        raise _none(account, _because(answer, account))
    return _read(answer, account, Wire(line=base.line, token="", agent=agent))


def _read(answer: Answer, account: str, blank: Wire) -> Minted:
    try:
        status: Mapping[str, Any] = orjson.loads(answer.body)["status"]
        token = status["token"]
        ends_at = datetime.fromisoformat(status["expirationTimestamp"])
    except (ValueError, KeyError, TypeError):
        raise _none(account, "the answer holds none") from None
    if not isinstance(token, str) or not _TOKEN.fullmatch(token) or not ends_at.tzinfo:
        raise _none(account, "the answer holds none")
    wire = Wire(line=blank.line, token=token, agent=blank.agent)
    return Minted(wire=wire, ends_at=ends_at)


def _because(answer: Answer, account: str) -> str:
    match answer.status:
        case 401:
            return "the cluster does not know who asks"
        case 403:
            return f"the bot may not create tokens of {account}"
        case 404:
            return f"there is no account {account}"
        case status:
            return f"the cluster answered {status}"


def _none(account: str, because: str) -> Unreachable:
    return Unreachable(
        f"No token of {account} was made",
        because=because,
        next_move=f"Apply {account}.yaml and tocsin-base.yaml; see "
        "docs/guides/kubernetes.md.",
    )
