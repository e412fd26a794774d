"""Asking an address that an operator named, and hearing what exactly it answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an address answered, whatever it was.

    Attributes:
        headers: Lower-case names; of several of one name, the last.
        body: At most as much as was asked for.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


class Ask(Protocol):
    """One request: bounded in time and size, never led to another address."""

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = 65_536,
    ) -> Answer:
        """Return the answer; a redirect is an answer, and is not followed.

        Raises:
            Unreachable: There was none, or more of it than was asked for. Its text
                never holds the address, which may hold a token.
        """
        ...
