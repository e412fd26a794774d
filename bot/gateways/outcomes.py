"""What an answer over HTTP means: for a read, and for a request that changes something.

A write is asked one question: was it refused before anything happened? Only a clear
yes is FAILED; everything else is UNKNOWN and goes to a person. A server's own words
stay outside: only its status and the id of the request are passed on.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

import orjson

from bot.domain.action_effects import Outcome
from bot.domain.errors import NotFound, OutcomeUnknown, TocsinError, Unreachable
from bot.ports.action import StepResult
from bot.ports.ask import Answer

OK = 200
DONE = frozenset({200, 201, 202, 204})
_REFUSED = range(400, 500)
_UNCLEAR = frozenset({408, 499})
"""Given up while it was asked: by then it may have been passed on."""
_NOT_THERE, _TOO_MANY = 404, 429
_REDIRECTS = range(300, 400)
_PLAIN = re.compile(r"[A-Za-z0-9._:/+=-]{1,100}")
_IDS = ("x-litellm-call-id", "x-request-id", "x-correlation-id", "request-id")

_WHY: Mapping[int, str] = {
    400: "it does not understand the question",
    401: "it does not know the key",
    403: "the key lacks the right",
    422: "it does not understand the question",
    _TOO_MANY: "it takes no more requests for now",
}


def read_json(answer: Answer, call: str, place: str) -> Mapping[str, Any]:
    """Return what a read was answered, as a JSON object.

    Raises:
        NotFound: There is no such thing.
        Unreachable: It was refused, or is nothing that can be read.
    """
    if answer.status == _NOT_THERE:
        raise NotFound(
            f"{call} found nothing",
            because=f"{place} has no such thing (404)",
            next_move="Compare the name with what stands there.",
        )
    if answer.status != OK:
        raise unread(call, f"{place}: {_why(answer.status)}")
    try:
        found = orjson.loads(answer.body)
    except ValueError:
        raise unread(call, f"{place} answered no JSON") from None
    if not isinstance(found, dict):
        raise unread(call, f"{place} answered another shape than it promises")
    return found


def unread(call: str, because: str) -> Unreachable:
    """Return that a read brought nothing; it may be made again."""
    return Unreachable(
        f"{call} was not answered", because=because, next_move="Trying again is safe."
    )


def made(
    call: str, place: str, ask: Callable[[], Answer], *, done: Collection[int] = DONE
) -> StepResult:
    """Make a request that changes something, once, and say what became of it.

    Args:
        ask: Makes it.
        done: Statuses that say that it was carried out.
    """
    try:
        answer = ask()
    except OutcomeUnknown as error:
        return _unknown(call, f"no whole answer came ({error.because})")
    except TocsinError as error:
        says = f"{call} did not happen: {error.because}."
        return StepResult(outcome=Outcome.FAILED, says=says)
    except Exception as error:  # noqa: BLE001 - whatever it was, it may have happened
        return _unknown(call, f"no clear answer came ({type(error).__name__})")
    return _meant(call, place, answer, done)


def _meant(call: str, place: str, answer: Answer, done: Collection[int]) -> StepResult:
    status, request_id = answer.status, _request_id(answer)
    if status in done:
        says = f"{call} was carried out."
        return StepResult(outcome=Outcome.OK, says=says, request_id=request_id)
    if status in _REFUSED and status not in _UNCLEAR:
        says = f"{call} did not happen: {place}: {_why(status)}."
        return StepResult(outcome=Outcome.FAILED, says=says, request_id=request_id)
    return _unknown(call, f"{place}: {_why(status)}", request_id)


def _unknown(call: str, because: str, request_id: str = "") -> StepResult:
    says = f"{call} may or may not have happened: {because}."
    return StepResult(outcome=Outcome.UNKNOWN, says=says, request_id=request_id)


def _why(status: int) -> str:
    if status in _REDIRECTS:
        return f"it answered {status}, a redirect, which is not followed"
    known = _WHY.get(status)
    return f"{known} ({status})" if known else f"it answered {status}"


def _request_id(answer: Answer) -> str:
    """Return the other side's id of the request, "" where it gave none that is one."""
    found = (answer.headers.get(name, "") for name in _IDS)
    return next((one for one in found if _PLAIN.fullmatch(one)), "")
