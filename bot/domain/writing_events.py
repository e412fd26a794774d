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
        kept: How many of them are borne out.
        dropped: Of those that are not, why each is not.
        evidence: Ids of the alerts that each line of `text` rests on, in order.
        quoted: How many lines behind the kept claims are sentences of the alerts.
        named: 1 where one more line, the last, only names facts of the alerts.
        text: The kept claims, the sentences and the facts, one a line.
        asks: What the model says that nobody knows yet, one a line.
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
    quoted: int = 0
    named: int = 0
    text: Untrusted | None
    asks: Untrusted | None = None

    @property
    def shows_nothing(self) -> bool:
        """Tell whether it leaves the card as it is."""
        return not (self.kept or self.quoted or self.named)

    @property
    def end(self) -> str:
        """Return how a sentence about it ends before its words are told."""
        if self.shows_nothing:
            return "."
        lines = self.quoted + self.named
        own = f"; the last {lines} below are the alerts' own words" if lines else ""
        return f"{own}, check evidence:"
