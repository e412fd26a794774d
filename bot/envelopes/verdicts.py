"""What a guardrail said about one prompt, answer, document or tool call.

All vendors say the same few things in different words; a parser puts them into a
`Verdict` and gets an envelope. What was looked at has no place here: a prompt is the
attacker's text, an answer may be somebody's data. Only names, counts and ids get in.
What a verdict means is for the rules (`bot/rules/sources/guardrails.yaml`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome
from bot.domain.untrusted import Untrusted, clip, visible
from bot.envelopes.mapping import body, digest, identifier, word
from bot.envelopes.wording import is_a_name

_LONGEST_NAME = 60
_SHORT = 3
_MOST_NAMED = 3
_MOST_FOUND = 20


class Where(StrEnum):
    """What a guardrail looked at."""

    PROMPT = "prompt"
    ANSWER = "answer"
    DOCUMENT = "document"
    TOOL = "tool call"


_PHRASES: Mapping[Where, tuple[str, str]] = {
    Where.PROMPT: ("a prompt", "to"),
    Where.ANSWER: ("an answer", "of"),
    Where.DOCUMENT: ("a document", "for"),
    Where.TOOL: ("a tool call", "of"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One look of a guardrail.

    Attributes:
        source: Name of the integration.
        product: What people call the guardrail.
        found: Names of the detectors that fired, in the vendor's words.
        flagged: Whether anything is wrong; False for a look that found nothing.
        where: What it looked at.
        outcome: Whether it was stopped, as far as the payload says so.
        app: The application, project or route that was asked.
        model: The model that was asked.
        things: What else the verdict names.
        blind: The guardrail could not look, so nothing is known of it.
        says: The title, where the usual one would read oddly.
        words: What people call a detector whose name says nothing to them.
        facts: Further fields by name: scores, kinds, modes; never contents.
        event_id: The vendor's id of this request.
        group: The conversation, where there is one.
        at: When it looked, aware UTC.
        severity: The vendor's severity, verbatim.
        notes: What the parser had to bend, in our own words.
    """

    source: str
    product: str
    found: tuple[str, ...] = ()
    flagged: bool = True
    where: Where = Where.PROMPT
    outcome: Outcome = Outcome.UNKNOWN
    app: str = ""
    model: str = ""
    things: tuple[tuple[EntityKind, str], ...] = ()
    blind: bool = False
    says: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    event_id: str = ""
    group: str = ""
    at: datetime | None = None
    severity: str = ""
    notes: tuple[str, ...] = ()

    @property
    def sameness(self) -> tuple[object, ...]:
        """Everything by which repeats are known, and everything it names."""
        said = (self.found, self.flagged, self.where, self.outcome)
        return (*said, self.app, self.model, self.things)

    def envelope(self) -> Envelope:
        """Return the alert that this verdict is.

        Repeats are the same detectors on the same thing with the same outcome: what
        is let through must not vanish among what was blocked.
        """
        return _envelope(self)


def _envelope(verdict: Verdict) -> Envelope:
    found = tuple(dict.fromkeys(detector(one) for one in verdict.found))[:_MOST_FOUND]
    things = _entities(verdict)
    same = [sorted(found), verdict.where, verdict.outcome, verdict.flagged]
    named = [[one.kind, one.id] for one in things if one.kind not in _WHO]
    return Envelope(
        source=verdict.source,
        source_event_id=identifier(verdict.event_id),
        dedup_key=digest([same, named]),
        group_key=identifier(verdict.group),
        occurred_at=verdict.at,
        title=body(_title(verdict, found)),
        texts=_texts(verdict, found),
        entities=things,
        vendor_severity=word(verdict.severity),
        outcome=verdict.outcome if verdict.flagged else Outcome.UNKNOWN,
        notes=verdict.notes,
    )


# The same attack by many people is one problem.
_WHO = frozenset({EntityKind.PRINCIPAL, EntityKind.KEY})


def detector(name: str) -> str:
    """Return a detector's name as one short visible line."""
    return clip(" ".join(visible(name).split()), _LONGEST_NAME)


def readable(name: str) -> str:
    """Return ``prompt injection`` for ``PromptInjection`` and ``prompt_injection``."""
    if not is_a_name(name):
        return name
    spaced = "".join(mark if mark.isalnum() else " " for mark in name)
    parts: list[str] = []
    for before, mark in zip(f" {spaced}", spaced, strict=False):
        starts = mark.isupper() and before.islower()
        parts.append(f" {mark}" if starts else mark)
    words = "".join(parts).split()
    return " ".join(one if _is_short(one) else one.lower() for one in words)


def _is_short(word: str) -> bool:
    """Tell an abbreviation such as ``URL`` from a shouted name."""
    return word.isupper() and len(word) <= _SHORT


def _entities(verdict: Verdict) -> tuple[Entity, ...]:
    named = (
        (EntityKind.SERVICE, verdict.app),
        (EntityKind.MODEL, verdict.model),
        *verdict.things,
    )
    made = (Entity.named(kind, name) for kind, name in named)
    return tuple(dict.fromkeys(one for one in made if one.id))


def _title(verdict: Verdict, found: Sequence[str]) -> str:
    what, link = _PHRASES[verdict.where]
    about = verdict.app or verdict.model
    if about:
        what = f"{what} {link} {detector(about)}"
    if verdict.says:
        return verdict.says
    if verdict.blind:
        return f"{verdict.product} could not look at {what}"
    if not verdict.flagged:
        return f"{verdict.product} found nothing in {what}"
    names = [verdict.words.get(one) or readable(one) for one in found[:_MOST_NAMED]]
    more = len(found) - len(names)
    why = ", ".join(names) + (f" and {more} more" if more > 0 else "")
    tail = f": {why}" if why else ""
    match verdict.outcome:
        case Outcome.BLOCKED:
            return f"{verdict.product} blocked {what}{tail}"
        case Outcome.ALLOWED:
            return f"{verdict.product} flagged {what} and let it through{tail}"
        case Outcome.UNKNOWN:
            return f"{verdict.product} flagged {what}{tail}"


def _texts(verdict: Verdict, found: Sequence[str]) -> dict[str, Untrusted]:
    texts = {"flagged": body("true" if verdict.flagged else "false")}
    for place, one in enumerate(found, 1):
        texts["detector" + ("" if place == 1 else f"#{place}")] = body(one)
    about = {"direction": verdict.where.value, "application": verdict.app}
    about |= {"model": verdict.model, "blind": "true" * verdict.blind}
    about |= verdict.facts
    texts |= {name: body(text) for name, text in about.items() if text.strip()}
    return texts
