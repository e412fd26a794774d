"""Which category the evidence of an alert speaks for, and how sure that is.

How bad it is then is `bot/domain/classification.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.classification_evidence import Evidence, holds
from bot.domain.classification_fields import ASKED, Place
from bot.domain.classification_rules import CategoryRule, Rulebook
from bot.domain.envelope import Status
from bot.domain.severity import Severity

NONE = "none"
NOT_AI = "not_ai"
UNCLASSIFIED = "unclassified"
# Integrations that read what they know nothing about.
_TELL_NOTHING = frozenset({"webhook", "cloudevents", ASKED})
# What stands in the names, not the values, of the fields that monitors send.
_MONITORS_SAY = ("alarm", "alert", "anomaly", "incident", "monitor", "threshold")
# How much a word is worth by where it stands, and how much a category must have
# collected before less trustworthy places are no longer asked.
_WORTH = {Place.FACT: 1.0, Place.TITLE: 0.9}
_ENOUGH = {Place.FACT: 5.0, Place.TITLE: 1.0}
# Further rules for the same category confirm, they do not add up: many words that
# mean much the same must not outweigh the one rule that knows.
_CONFIRMS, _MOST_CONFIRMED = 0.3, 2.0


# The weight of a rule that needs nobody's agreement.
_FINAL = 10
# From which confidence on the word is high or medium.
_HIGH, _MEDIUM = 0.8, 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What speaks for one category: its strongest rule, and how much in all."""

    category: str
    rule: CategoryRule
    place: Place
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A category, the rule that decided, and how far down words were believed.

    Attributes:
        confidence: 0 to 1: what the place of its words is worth, halved where another
            category has as much evidence; 0 when no rule decided.
        claims: All categories with evidence in the places that were asked, the
            strongest first; the first is the one that won.
    """

    category: str
    rule: str
    trust: Place
    start: Severity | None = None
    origin: str = ""
    confidence: float = 0.0
    owasp: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


def decide(
    evidence: Evidence, rulebook: Rulebook, *, only_worse: bool = False
) -> Verdict:
    """Ask facts first; titles only while nothing is certain enough.

    Args:
        only_worse: Asks the rules that count only where they make it worse, and no
            others.
    """
    order = (NONE, *rulebook.categories)
    called = (rulebook.rules[place] for place in evidence.calling(rulebook.asked_rules))
    asked = (rule for rule in called if rule.only_worse is only_worse)
    rules = [rule for rule in asked if evidence.stands(rule.when)]
    for trust in Place:
        found = _scores(evidence, rules, trust)
        ranked = sorted(
            found,
            key=lambda one: (not _is_final(one), -one.score, order.index(one.category)),
        )
        if ranked and ranked[0].score >= _ENOUGH[trust]:
            return _verdict(ranked, trust)
    return _undecided(evidence)


def confidence_word(confidence: float) -> str:
    """Return high, medium or low for a confidence from 0 to 1."""
    if confidence >= _HIGH:
        return "high"
    return "medium" if confidence >= _MEDIUM else "low"


def _is_final(claim: Claim) -> bool:
    """Tell whether the sender itself says that nobody needs to act.

    However much else an alert says: of a test it says so as a test.
    """
    return claim.category == NONE and claim.rule.weight == _FINAL


def _verdict(ranked: Sequence[Claim], trust: Place) -> Verdict:
    best = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else 0.0
    lead = max(best.score - second, 0.0) / best.score
    return Verdict(
        category=best.category,
        rule=best.rule.id,
        trust=trust,
        start=best.rule.severity,
        origin=best.rule.origin,
        confidence=round(_WORTH[best.place] * (1 + lead) / 2, 2),
        owasp=best.rule.owasp,
        atlas=best.rule.atlas,
        claims=tuple(ranked),
    )


def _scores(
    evidence: Evidence, rules: Sequence[CategoryRule], trust: Place
) -> list[Claim]:
    found: dict[str, list[tuple[float, CategoryRule, Place]]] = {}
    for rule in rules:
        place = holds(rule.when, evidence, Place.FACT if rule.facts_only else trust)
        if place is not None:
            worth = rule.weight * _WORTH[place]
            found.setdefault(rule.category, []).append((worth, rule, place))
    return [_claim(category, each) for category, each in found.items()]


def _claim(category: str, found: list[tuple[float, CategoryRule, Place]]) -> Claim:
    worth, rule, place = max(found, key=lambda one: one[0])
    rest = sum(each for each, _, _ in found) - worth
    score = worth + min(_CONFIRMS * rest, _MOST_CONFIRMED)
    return Claim(category=category, rule=rule, place=place, score=score)


def _undecided(evidence: Evidence) -> Verdict:
    if evidence.envelope.status is Status.UPDATE:
        return Verdict(category=NONE, rule="default.update", trust=Place.FACT)
    if evidence.speaks_of_ai or not _is_ops_alert(evidence):
        return Verdict(
            category=UNCLASSIFIED, rule="default.unclassified", trust=Place.TITLE
        )
    return Verdict(category=NOT_AI, rule="default.not_ai", trust=Place.TITLE)


def _is_ops_alert(evidence: Evidence) -> bool:
    """Tell whether it is at least an ordinary alert of an ordinary system."""
    known = evidence.envelope.integration not in _TELL_NOTHING
    rated = evidence.envelope.vendor_severity != ""
    if known or rated or evidence.speaks_of_ops:
        return True
    return any(word in name for name in evidence.names for word in _MONITORS_SAY)
