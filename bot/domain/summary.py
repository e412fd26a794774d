"""A summary made of claims, each with the evidence it rests on.

Whoever writes a summary, rules or a model, it is a list of claims; a claim
without evidence is not shown. How claims are checked lives in `bot/assistant`.
"""

from dataclasses import dataclass

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence and the ids of the alerts that support it."""

    text: Untrusted
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What is known, and what is not.

    Attributes:
        by: ``rules``, or the name of the model that wrote the claims.
        unknown: What nobody has found out yet, in our own words.
    """

    by: str
    claims: tuple[Claim, ...]
    unknown: tuple[str, ...] = ()
