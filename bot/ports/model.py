"""A model as the rest of the house sees it: a question goes in, an answer comes or not.

Nothing here knows how a model is reached, and nothing that is given back can reach it
(`bot/assistant/door.py`). Texts are masked on the way out and on the way back; an
answer is words and choices, never an order. `ask` may take a minute and writes to the
store: call it off the event loop and outside a piece of work of the store.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Protocol, TypeVar

from pydantic import BaseModel, PlainValidator, WithJsonSchema

from bot.domain.untrusted import Untrusted, clip, visible

_LONGEST_WORDS = 600


def _words(given: Any) -> Untrusted:
    if isinstance(given, Untrusted):
        return given
    if not isinstance(given, str):
        raise ValueError("no text")  # noqa: TRY004 - pydantic collects ValueErrors
    return Untrusted(clip(visible(given), _LONGEST_WORDS))


Words = Annotated[
    Untrusted, PlainValidator(_words), WithJsonSchema({"type": "string", "words": True})
]
"""A text that a model writes: outside text, at most 600 characters, no hidden ones."""

A = TypeVar("A", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that the model is told.

    Attributes:
        id: By which an answer may refer to it: ours, of letters, digits and ``._:-``.
        name: What it is, as its sender called it; "" for nothing.
        text: From outside, masked or not: the door masks it in any case.
    """

    id: str
    text: Untrusted
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[A]):
    """What is asked.

    Attributes:
        prompt: Name of a file in `bot/assistant/prompts`.
        incident: Whose budget it is on; equal values are equal placeholders in it.
        told: In order; what does not fit is left out from the end.
        answer: The shape of the answer. Its texts are `Words`; a bare ``str`` needs a
            ``pattern`` or must be one of a list.
    """

    prompt: str
    incident: str
    told: tuple[Told, ...]
    answer: type[A]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What was used.

    Attributes:
        calls: Of models, whatever became of them.
        tokens: Read and written.
        cost_micros: Millionths of the currency of the prices.
    """

    calls: int = 0
    tokens: int = 0
    cost_micros: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Return both together."""
        return Usage(
            calls=self.calls + other.calls,
            tokens=self.tokens + other.tokens,
            cost_micros=self.cost_micros + other.cost_micros,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """With what was asked, for the card and the log.

    Attributes:
        prompt: Name of the prompt, and `version`.
        digest: SHA-256 hex of every instruction, the prompt's and the door's.
    """

    prompt: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Generic[A]):
    """An answer in the shape that was asked for, masked.

    Attributes:
        model: Which one gave it, ``provider:name`` of the settings.
        masked: What was taken out of what the model wrote, count by kind.
        left_out: How many things it was not told, for want of room.
    """

    value: A
    model: str
    asked: Asked
    usage: Usage
    masked: Mapping[str, int] = field(default_factory=dict)
    left_out: int = 0


class Why(StrEnum):
    """Why there is no answer; of several models, why the first gave none."""

    MISSING = "missing"
    """There is no model."""
    WITHHELD = "withheld"
    """The texts could not be checked, so nothing was sent, or nothing let through."""
    OVER_BUDGET = "over_budget"
    """The budget does not allow it; nothing was sent."""
    RESTING = "resting"
    """It failed several times and is left alone for a while; nothing was sent."""
    BUSY = "busy"
    """Too many questions wait for an answer already; nothing was sent."""
    TIMED_OUT = "timed_out"
    """It did not answer in time."""
    UNREACHABLE = "unreachable"
    """It was not reached, or answered with an error."""
    REFUSED = "refused"
    """The model or its guardrail declined."""
    GARBAGE = "garbage"
    """What came is no answer of the shape that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoAnswer:
    """There is no answer, and why.

    Attributes:
        says: One sentence in our own words; nothing that a server said.
        next_move: What an operator can do; "" for nothing.
        usage: What it cost all the same.
    """

    why: Why
    says: str
    next_move: str = ""
    usage: Usage = Usage()


class Model(Protocol):
    """The one way by which words reach a model."""

    def ask(self, question: Question[A]) -> Answered[A] | NoAnswer:
        """Ask, and wait for the answer; never raises for what a model does.

        Raises:
            ValueError: The question is wrong: an unknown prompt, an id that is none,
                an answer that would hand out bare text. That is a fault of ours.
        """
        ...

    def close(self) -> None:
        """Hang up; whoever waits for an answer gets none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What the ledger holds of one moment and one incident."""

    incident: Usage
    hour: Usage
    month: Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of one model, before it is made.

    Attributes:
        digest: Of what was asked with, as `Asked.digest`.
        most: What it may use at most; that much is held until it is settled.
    """

    at: datetime
    incident: str
    model: str
    prompt: str
    digest: str
    most: Usage


Fits = Callable[[Spent, Usage], bool]
"""Whether something more fits on top of what was spent."""


class Ledger(Protocol):
    """What models have used. Survives a restart; holds no words."""

    def hold(self, call: Call, *, fits: Fits) -> int | None:
        """Write a call down if it fits, durably; None if it does not.

        Nothing else is written down between the look and the entry. What is never
        settled stays as held: a crash gives nothing back.
        """
        ...

    def settle(self, number: int, usage: Usage, *, outcome: str) -> None:
        """Say what a call has used, and what became of it: ``answered`` or a `Why`."""
        ...

    def spent(self, incident: str, at: datetime) -> Spent:
        """Return what was used and is held."""
        ...
