"""What `tocsin doctor` learns of a collector: whether it can read what it is for."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Whether a collector can read what it is meant to, for `tocsin doctor`.

    Attributes:
        name: What was asked, e.g. ``GitHub acme/claims``.
        says: What it answered, or which right is missing, in our own words.
        next_move: "" where nothing needs to be done.
    """

    name: str
    works: bool
    says: str
    next_move: str = ""


class Probe(Protocol):
    """The part ``probe`` of an integration: asks the other side for very little.

    It gets what ``collect`` gets, without alert, window and reader.
    """

    def __call__(self) -> tuple[Access, ...]:
        """Return what can be read and what cannot; never raises for the latter."""
        ...
