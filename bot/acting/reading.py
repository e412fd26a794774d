"""What an action reads of the world: calls, and what is taken of their answers."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.errors import Unreachable
from bot.domain.plan import Draft

Texts = Mapping[str, str]

ANOTHER_SHAPE = (
    *(LookupError, TypeError, ValueError, AttributeError),
    *(ArithmeticError, RecursionError),
)
"""What code raises that takes an answer apart which is not built as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One plan's world, as it was read.

    Attributes:
        params: As proposed.
        facts: Fact id → value.
        reader: Reads; never writes.
        told: Call → what was kept of its answer, for people and evidence.
        draft: What people agreed to; None while it is planned.
    """

    params: Texts
    facts: Texts
    reader: Any
    told: Mapping[str, Any] = field(default_factory=dict)
    draft: Draft | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer, and what was known before it came: parameters and facts."""

    answer: Mapping[str, Any]
    known: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One read call and what is taken from its answer.

    Attributes:
        call: E.g. ``iam.GetUser``.
        arguments: API argument → the parameter or the fact that fills it; the argument
            as a path where it lies deeper, see `arguments.py`.
        always: API argument → what it always is.
        facts: Returns facts by id; they are preconditions of the plan.
        missing: The facts where AWS has no such thing; empty where that is an error.
        keep: What of the answer is saved as evidence; never the whole answer, for
            answers hold secrets.
    """

    call: str
    arguments: Texts
    always: Texts = field(default_factory=dict)
    facts: Callable[[Seen], Texts] | None = None
    missing: Texts = field(default_factory=dict)
    keep: Callable[[Mapping[str, Any]], Any] | None = None


def filled(reading: Reading, known: Texts) -> dict[str, str]:
    """Return the arguments of a reading call, filled by what is known."""
    asked = {name: known[of] for name, of in reading.arguments.items()}
    return {**asked, **reading.always}


@contextlib.contextmanager
def understood(what: str) -> Iterator[None]:
    """Turn a stumble over a strange answer into a read that failed.

    What the other side answers is not ours: a field that lacks must not end a plan's
    way without a word, nor have it looked at for ever.

    Args:
        what: What is taken apart, e.g. ``iam.GetUser``.

    Raises:
        Unreachable: The answer has not the form that is known.
    """
    try:
        yield
    except ANOTHER_SHAPE as error:
        raise Unreachable(
            f"{what} was not understood",
            because=f"its answer has another form than is known "
            f"({type(error).__name__})",
            next_move="Look there by hand, and tell whoever runs Tocsin.",
        ) from error


def was(draft: Draft, fact: str) -> str:
    """Return a fact as it was when a plan was drafted."""
    return next(one.value for one in draft.preconditions if one.id == fact)
