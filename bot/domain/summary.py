"""A summary made of claims, each with the evidence it rests on.

Whoever writes a summary, rules or a model, it is a list of claims; a claim
without evidence is not shown. How claims are checked lives in `bot/assistant`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.untrusted import Untrusted

LONGEST_CLAIM = 300
"""Characters of a claim of a model: as many as a card shows of a text."""
BETWEEN = "; "
"""Stands between facts that are only named."""
_HASH_SHOWN = 8


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
        prompt: With what a model was asked, e.g. ``incident-summary v1, 0f3a9c21``.
        written: How many claims, from the first, a model wrote.
        asks: What a model says that nobody has found out yet.
    """

    by: str
    claims: tuple[Claim, ...]
    unknown: tuple[str, ...] = ()
    prompt: str = ""
    written: int = 0
    asks: tuple[Untrusted, ...] = ()

    @property
    def by_whom(self) -> str:
        """Return who wrote which claims, for people; "" where rules wrote all."""
        if self.by == "rules":
            return ""
        bullets = (
            "the first bullet" if self.written == 1 else f"the first {self.written}"
        )
        which = "" if self.written == len(self.claims) else f" ({bullets})"
        return f"AI-written{which}, check evidence · {self.prompt} · {self.by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The claims of a model that were borne out by what it was told.

    Attributes:
        quotes: Sentences of the alerts themselves, where a claim was not borne out.
        named: What such claims name rightly beside; facts only, `BETWEEN` them.
        unknown: What it says that nobody has found out yet.
        id: Which of the incident's texts it is, "" where it is of none.
        gone: Numbers, from 1, of claims that people took back.
    """

    model: str
    prompt: str
    claims: tuple[Claim, ...]
    quotes: tuple[Claim, ...] = ()
    named: Claim | None = None
    unknown: tuple[Untrusted, ...] = ()
    id: str = ""
    gone: frozenset[int] = frozenset()

    @property
    def standing(self) -> tuple[tuple[int, Claim], ...]:
        """The claims that nobody took back, with their numbers."""
        numbered = enumerate(self.claims, 1)
        return tuple((n, claim) for n, claim in numbered if n not in self.gone)

    @property
    def lines(self) -> tuple[Claim, ...]:
        """Return all that stands in bullets, in the order in which it is kept."""
        return (*self.claims, *self.quotes, *((self.named,) if self.named else ()))


def prompt_named(prompt: str, version: int, digest: str) -> str:
    """Return how a prompt is called for people, with the begin of its hash."""
    return f"{prompt} v{version}, {digest[:_HASH_SHOWN]}"


def as_lines(claims: Sequence[Claim]) -> Untrusted | None:
    """Return the texts of claims, one a line; None without any."""
    lines = (one.text.for_slack(limit=LONGEST_CLAIM) for one in claims)
    return Untrusted("\n".join(lines)) if claims else None


def from_lines(
    text: Untrusted | None, evidence: Sequence[tuple[str, ...]]
) -> tuple[Claim, ...]:
    """Return claims that were kept as lines; none where the words were erased.

    Args:
        text: As `as_lines` made it, or as masking it once more left it.
    """
    lines = text.for_html_text().split("\n") if text else []
    if len(lines) != len(evidence):
        return ()
    return tuple(
        Claim(text=Untrusted(line), evidence=ids)
        for line, ids in zip(lines, evidence, strict=True)
    )
