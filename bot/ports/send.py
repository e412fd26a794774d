"""Making one request that may change something, and hearing what exactly it answered.

Reading an address that an operator named is the narrower `ask.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bot.ports.ask import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, to the byte; equal where method, address and body are.

    Attributes:
        method: In capitals.
        url: Whole, with its query.
        body: As it is sent; empty for none.
    """

    method: str
    url: str
    body: bytes = b""


class Send(Protocol):
    """One request, made once: bounded in time and size, never led elsewhere."""

    def __call__(
        self,
        request: Request,
        *,
        headers: Mapping[str, str],
        most_bytes: int = 1_048_576,
    ) -> Answer:
        """Return the answer, whatever its status; no redirect is followed.

        Raises:
            Unreachable: Nothing was sent, so nothing happened.
            OutcomeUnknown: It was sent, or part of it, and no whole answer came.
        """
        ...
