"""Why an alert got its category and severity: every rule that had a say, and its words.

For people who write rules. It asks the same functions as the verdict itself, once
more and slower, because it also looks up where each word stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.classification import applied_moves, outcome_of, weighed
from bot.domain.classification_category import Claim
from bot.domain.classification_evidence import Evidence, passing
from bot.domain.classification_fields import Place
from bot.domain.classification_hearing import TITLE, heard_in
from bot.domain.classification_rules import FieldTest, Move, Rulebook, When
from bot.domain.envelope import Envelope, Mask, Outcome
from bot.domain.registry import System


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A word, field or mask that made a condition hold.

    Attributes:
        what: As the rule names it: a term, or a question to a field.
        fields: Names of the fields it stands in, as the sender wrote them.
        place: How far it is believed: ``fact`` or ``title``.
    """

    what: str
    fields: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """An entry of the rules that had a say.

    Attributes:
        rule: Its id.
        origin: The file it was read from.
        about: A category, an outcome, or what a move is for.
        score: How much it weighs: evidence of a category, or steps of a move.
        heard: What made it hold.
    """

    rule: str
    origin: str
    about: str
    score: float
    reason: str = ""
    heard: tuple[Heard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Who had a say.

    Attributes:
        decided: The rule of the category; None when no rule had enough evidence.
        runners_up: The other categories with evidence, strongest first.
        outcome: The rule that says whether it was stopped; None where the sender said
            so itself, or nobody did.
        moves: What moved the severity, in the order of the rulebook.
    """

    decided: Say | None
    runners_up: tuple[Say, ...]
    outcome: Say | None
    moves: tuple[Say, ...]


def explain(
    envelope: Envelope,
    rulebook: Rulebook,
    *,
    system: System | None = None,
    masks: Sequence[Mask] = (),
    received_at: datetime | None = None,
) -> Explanation:
    """Return who had a say about a redacted alert.

    The arguments are those of `judge`; the envelope may be one that it has judged.
    """
    evidence, verdict = weighed(
        envelope, rulebook, system=system, masks=masks, received_at=received_at
    )
    where = _where(envelope, rulebook)
    claims = [_of_claim(one, evidence, where) for one in verdict.claims]
    return Explanation(
        decided=claims[0] if claims else None,
        runners_up=tuple(claims[1:]),
        outcome=_of_outcome(evidence, rulebook, where),
        moves=tuple(
            _of_move(one, evidence, where)
            for one in applied_moves(verdict, evidence, rulebook)
        ),
    )


def _of_outcome(
    evidence: Evidence, rulebook: Rulebook, where: Mapping[str, list[str]]
) -> Say | None:
    unsaid = replace(evidence.envelope, outcome=Outcome.UNKNOWN)
    outcome, rule, _ = outcome_of(replace(evidence, envelope=unsaid), rulebook)
    if rule is None or outcome is not evidence.outcome:
        return None
    return Say(
        rule=rule.id,
        origin=rule.origin,
        about=outcome.value,
        score=0.0,
        heard=_heard(rule.when, evidence, where),
    )


def _of_move(move: Move, evidence: Evidence, where: Mapping[str, list[str]]) -> Say:
    return Say(
        rule=move.id,
        origin=move.origin,
        about=", ".join(sorted(move.categories)) or "every category",
        score=float(move.steps),
        reason=move.reason,
        heard=_heard(move.when, evidence, where),
    )


def _of_claim(claim: Claim, evidence: Evidence, where: Mapping[str, list[str]]) -> Say:
    return Say(
        rule=claim.rule.id,
        origin=claim.rule.origin,
        about=claim.category,
        score=round(claim.score, 2),
        reason=claim.rule.reason,
        heard=_heard(claim.rule.when, evidence, where),
    )


def _where(envelope: Envelope, rulebook: Rulebook) -> dict[str, list[str]]:
    """Return for every term that was heard the fields it stands in."""
    found: dict[str, list[str]] = {}
    for path, place, terms, _ in heard_in(envelope, rulebook):
        for term in terms if place is not None else ():
            found.setdefault(term, []).append(path or TITLE)
    return found


def _heard(
    when: When, evidence: Evidence, where: Mapping[str, list[str]]
) -> tuple[Heard, ...]:
    terms = [*when.any, *(term for group in when.also for term in group)]
    words = (
        Heard(
            what=term,
            fields=tuple(where.get(term, ())),
            place=evidence.hits[term].name.lower(),
        )
        for term in dict.fromkeys(terms)
        if term in evidence.hits
    )
    return (*words, *_asked_fields(when, evidence), *_asked_masks(when, evidence))


def _asked_fields(when: When, evidence: Evidence) -> Iterable[Heard]:
    for test in (*when.fields, *when.any_field):
        for path in passing(test, evidence):
            yield Heard(
                what=_question(test), fields=(path,), place=Place.FACT.name.lower()
            )


def _asked_masks(when: When, evidence: Evidence) -> Iterable[Heard]:
    if when.masks or when.dumped:
        for mask in evidence.masks if when.dumped else evidence.named_masks:
            yield Heard(what=f"masked {mask.kind}", fields=(mask.path,), place="fact")


def _question(test: FieldTest) -> str:
    name = ".".join(test.names)
    if test.values:
        return f"{name} is {' or '.join(sorted(test.values))}"
    bounds = [
        f"{word} {bound:g}"
        for word, bound in (("at least", test.at_least), ("at most", test.at_most))
        if bound is not None
    ]
    return f"{name} is {' and '.join(bounds)}" if bounds else f"{name} is there"
