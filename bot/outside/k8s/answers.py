"""What became of a write, from the API's answer: nothing happened, or nobody can know.

A clear refusal is FAILED; silence, a fault of the server or anything else is UNKNOWN
and goes to a person. The server's own words stay outside: only the short reason of
its `Status` and the id of its audit record are passed on.

Source: https://kubernetes.io/docs/reference/using-api/api-concepts/ and, for the
answers of an eviction,
https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from bot.domain.action_effects import Outcome
from bot.outside.k8s.calls import CALLS
from bot.outside.k8s.wire import NoAnswer
from bot.ports.action import StepResult
from bot.ports.ask import Answer

_PLAIN = re.compile(r"[A-Za-z0-9-]{1,64}")
_DONE = range(200, 300)
_REFUSED = range(400, 500)
_NO_RIGHT, _TOO_SLOW, _CONFLICT, _NOT_NOW = 403, 408, 409, 429


def became(call: str, answer: Answer | NoAnswer) -> StepResult:
    """Return what became of a call that was made, or tried."""
    if isinstance(answer, NoAnswer):
        if not answer.was_sent:
            return not_sent(call, f"it was not sent ({answer.name})")
        return _unknown(call, f"no clear answer came ({answer.name})")
    audit = _plain(answer.headers.get("audit-id", ""))
    if answer.status in _DONE:
        return StepResult(
            outcome=Outcome.OK, says=f"{call} was accepted.", request_id=audit
        )
    if answer.status in _REFUSED and answer.status != _TOO_SLOW:
        says = f"{call} did not happen: {_because(call, answer)}."
        return StepResult(outcome=Outcome.FAILED, says=says, request_id=audit)
    return _unknown(call, f"Kubernetes answered {answer.status}", audit)


def not_sent(call: str, because: str) -> StepResult:
    """Return that a call was not made."""
    says = f"{call} did not happen: {because}."
    return StepResult(outcome=Outcome.FAILED, says=says)


def _unknown(call: str, because: str, audit: str = "") -> StepResult:
    says = f"{call} may or may not have happened: {because}."
    return StepResult(outcome=Outcome.UNKNOWN, says=says, request_id=audit)


def _because(call: str, answer: Answer) -> str:
    _, resource, verb = CALLS[call].right
    if answer.status == _NO_RIGHT:
        return (
            f"Kubernetes refused it: the account lacks {verb} on {resource}, "
            "or a rule of the cluster forbids it"
        )
    if answer.status == _CONFLICT:
        return "the world is not as planned (it was changed in the same moment)"
    if answer.status == _NOT_NOW and CALLS[call].part == "eviction":
        return "a disruption budget does not allow it now"
    if answer.status == _NOT_NOW:
        return "Kubernetes takes no more requests for now"
    reason = _reason(answer.body)
    return f"Kubernetes refused it ({reason or answer.status})"


def _reason(body: bytes) -> str:
    """Return the reason of a `Status`, e.g. ``Invalid``; "" if it names none."""
    try:
        told: Any = orjson.loads(body)
    except ValueError:
        return ""
    return _plain(told.get("reason")) if isinstance(told, Mapping) else ""


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else ""
    return text if _PLAIN.fullmatch(text) else ""
