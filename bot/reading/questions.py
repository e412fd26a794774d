"""What is asked about payloads, and what is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.ports import Payload
from bot.triage import Understood


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One payload, and the name of the source that it was posted to."""

    payload: Payload
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a payload means.

    Attributes:
        source: The integration that read it.
        problem: Why it could not be read; "" when it could.
        known: Its alerts, in the sender's order.
        times: For each the time that its sender says, aware UTC.
    """

    source: str
    problem: str = ""
    known: tuple[Understood, ...] = ()
    times: tuple[datetime | None, ...] = ()


# Waits for the answers, one for each question.
End = Callable[[], Sequence[Answer]]


class Reading(Protocol):
    """Answers questions, a few at a time."""

    def begin(self, questions: Sequence[Question]) -> End:
        """Begin to read; what is returned ends it.

        What was begun is ended before anything else is begun.

        Raises:
            Unreachable: Nobody is there to read, and nothing was read. So does ending.
        """
        ...
