"""What the redactor answers: findings, redacted text, or a refusal to pass it on.

Nothing here holds the matched text. A finding says what kind of thing stands where,
so it may be logged, counted and shown.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bot.domain.errors import TocsinError


class Withheld(TocsinError):
    """The text could not be checked, so nobody may see it. The original is kept."""

    code: ClassVar[str] = "withheld"

    @classmethod
    def too_large(cls, *, limit: int) -> "Withheld":
        """The text is larger than the limit, in bytes of UTF-8."""
        return cls(
            "This text was not passed on",
            because=f"it is larger than {limit} bytes, too large to check",
            next_move="Open the sealed original, or cut the text and try again.",
        )

    @classmethod
    def too_dense(cls, *, limit: int) -> "Withheld":
        """The text holds more candidates than can be checked in time."""
        return cls(
            "This text was not passed on",
            because=f"it holds more than {limit} places that had to be checked",
            next_move="Open the sealed original, or cut the text and try again.",
        )

    @classmethod
    def too_slow(cls, *, seconds: float) -> "Withheld":
        """The check took longer than it may, in seconds."""
        return cls(
            "This text was not passed on",
            because=f"checking it took more than {seconds:g} s",
            next_move="Open the sealed original, or cut the text and try again.",
        )

    @classmethod
    def engine_failed(cls) -> "Withheld":
        """The matching engine failed, for whatever reason."""
        return cls(
            "This text was not passed on",
            because="the check for sensitive data failed",
            next_move="Open the sealed original and report the failure.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sensitive stretch of the input.

    Attributes:
        kind: The rule's kind, for example `github_pat`.
        start: First character, as an offset in the input text.
        end: One past the last character.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A text that may be shown, and what was taken out of it.

    Attributes:
        text: The text with placeholders, or one sentence when it was withheld.
        findings: Ordered and non-overlapping; offsets are those of the input.
        withheld: True when the text could not be checked and was replaced whole.
    """

    text: str
    findings: tuple[Finding, ...]
    withheld: bool = False

    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each kind, by name of the kind."""
        counted = Counter(finding.kind for finding in self.findings)
        return dict(sorted(counted.items()))
