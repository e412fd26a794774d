"""What a model adds to an incident's story. Stored; see `events.py`."""

from dataclasses import dataclass
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Summarized:
    """A model was asked what is known, and each claim of its answer was checked.

    Attributes:
        model: Which one answered, ``provider:name`` of the settings.
        prompt: Name of the prompt, and `version`.
        digest: SHA-256 hex of all that it was told to do.
        asked: How many claims it made.
        kept: How many of them are borne out; 0 leaves the card as it is.
        dropped: Of those that are not, why each is not.
        evidence: Ids of the alerts that each kept claim rests on, in order.
        text: The kept claims, one a line.
    """

    name: ClassVar = "incident.summarized.v1"

    model: str
    prompt: str
    version: int
    digest: str
    asked: int
    kept: int
    dropped: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...] = ()
    text: Untrusted | None
