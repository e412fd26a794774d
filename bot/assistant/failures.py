"""What a failed call means, told by its kind and its number, never by its words.

The libraries' errors quote what the server said, and sometimes what was sent to it. So
nothing of them is passed on but a class and a status.
"""

from dataclasses import dataclass

from bot.assistant.within import Busy
from bot.domain.errors import TocsinError
from bot.ports.model import Usage, Why

_KEY = "Look at model.api_key, and at what it may use."
_NAME = "Look at model.name and model.base_url."
_LATER = "Nothing; it is asked again with the next question."
_MOVES = {401: _KEY, 403: _KEY, 404: _NAME, 400: _NAME, 422: _NAME, 429: _LATER}
# What Bedrock answers instead of numbers.
_CODES = {
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ThrottlingException": 429,
    "ValidationException": 400,
    "ModelTimeoutException": 408,
    "ServiceUnavailableException": 503,
    "InternalServerException": 500,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a model gave no answer.

    Attributes:
        says: In our own words.
        counts: Whether a breaker counts it: the model was not there, or not for us.
        is_free: It cost a call and no tokens: nothing was sent, or an error answered.
    """

    why: Why
    says: str
    next_move: str = ""
    counts: bool = False
    is_free: bool = False

    def costs(self, most: Usage) -> Usage:
        """Return what is charged for it, where `most` may have been used."""
        return Usage(calls=most.calls) if self.is_free else most


GARBAGE = Failure(why=Why.GARBAGE, says="its answer is not of the shape asked for")
CUT_OFF = Failure(
    why=Why.GARBAGE,
    says="its answer was cut off",
    next_move="Raise model.answer_tokens.",
)
DECLINED = Failure(why=Why.REFUSED, says="the model declined")
OVER_BUDGET = Failure(
    why=Why.OVER_BUDGET,
    says="the budget of the model is used up",
    next_move="Wait, or raise the limits in [model]; `tocsin doctor model` shows them.",
)
RESTING = Failure(why=Why.RESTING, says="it failed several times and is left alone")
NOT_CHECKED = Failure(why=Why.WITHHELD, says="a text could not be checked")
LATE = Failure(why=Why.TIMED_OUT, says="there was no answer in time")
BUSY = Failure(why=Why.BUSY, says="too many questions wait for an answer")

_TIMED_OUT = 408
_BY_KIND = {
    "ContentFilter": DECLINED,
    "LengthFinish": CUT_OFF,
    "Parser": GARBAGE,
    "JSON": GARBAGE,
    "Validation": GARBAGE,
}
"""By a part of the error's class, or of one that it is derived from."""


class Failed(Exception):
    """Carries a failure through the library's own chain; holds no outside words."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.why.value)
        self.failure = failure


def failure_of(error: BaseException) -> Failure:
    """Return what an error means. Never raises, and quotes nothing of it."""
    match error:
        case Failed():
            return error.failure
        case Busy():
            return BUSY
        case TocsinError():  # ours: its words are ours
            says, next_move = error.because, error.next_move
            return Failure(
                why=Why.UNREACHABLE, says=says, next_move=next_move, is_free=True
            )
        case _:
            return _foreign(error)


def _foreign(error: BaseException) -> Failure:
    kinds = " ".join(kind.__name__ for kind in type(error).__mro__)
    status = _status(error)
    if "Timeout" in kinds or status == _TIMED_OUT:
        return Failure(why=Why.TIMED_OUT, says="it did not answer in time", counts=True)
    if status:
        says, next_move = f"its server answered {status}", _MOVES.get(status, "")
        return Failure(
            why=Why.UNREACHABLE,
            says=says,
            next_move=next_move,
            counts=True,
            is_free=True,
        )
    for word, failure in _BY_KIND.items():
        if word in kinds:
            return failure
    return Failure(
        why=Why.UNREACHABLE,
        says=f"it was not reached ({type(error).__name__})",
        next_move="Look at model.base_url, and whether the server runs.",
        counts=True,
    )


def _status(error: BaseException) -> int:
    found = getattr(error, "status_code", None)
    if isinstance(found, int):
        return found
    answer = getattr(error, "response", None)
    if not isinstance(answer, dict):
        return 0
    code = answer.get("Error", {}).get("Code", "")
    number = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return _CODES.get(code, number if isinstance(number, int) else 0)
