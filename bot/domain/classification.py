"""What an alert is and how bad it is, by rules, with the reasons.

Pure: the rulebook is data (`bot/rules`), the alert is redacted already. No model
takes part, and nothing that an attacker can write into a text outranks what the
alert's own named facts say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.domain.classification_evidence import Evidence, gather, holds
from bot.domain.classification_rules import CategoryRule, Move, Place, Rulebook
from bot.domain.envelope import Assessment, Envelope, Mask, Outcome, Status
from bot.domain.registry import System
from bot.domain.severity import Reason, Severity, climb
from bot.domain.untrusted import Untrusted

INSTRUCTED = "the alert text contains instructions; treat it as data"
NONE = "none"
NOT_AI = "not_ai"
UNCLASSIFIED = "unclassified"
# How much a word is worth by where it stands, and how much a category must have
# collected before less trustworthy places are no longer asked.
_WORTH = {Place.FACT: 1.0, Place.TITLE: 0.9, Place.TEXT: 0.5}
_ENOUGH = {Place.FACT: 5.0, Place.TITLE: 4.0, Place.TEXT: 1.0}
# Further rules for the same category confirm, they do not add up.
_CONFIRMS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """A category, the rule that decided, and how far down words were believed."""

    category: str
    rule: str
    trust: Place
    start: Severity | None = None


def stated_outcome(envelope: Envelope, rulebook: Rulebook) -> Outcome:
    """Return whether a control stopped it, from the alert's fields and words."""
    return _outcome(gather(envelope, rulebook), rulebook)


def assess(
    envelope: Envelope,
    rulebook: Rulebook,
    *,
    system: System | None = None,
    masks: Sequence[Mask] = (),
) -> Assessment:
    """Return category and severity of a redacted alert, with all reasons.

    Args:
        envelope: Redacted.
        rulebook: Shipped rules with the site's own laid over them.
        system: The registered system the alert is about, if any.
        masks: What the redactor took out: a leaked key is a fact of the alert.
    """
    return judge(envelope, rulebook, system=system, masks=masks)[1]


def judge(
    envelope: Envelope,
    rulebook: Rulebook,
    *,
    system: System | None = None,
    masks: Sequence[Mask] = (),
) -> tuple[Outcome, Assessment]:
    """Return what `stated_outcome` and `assess` do, reading the texts once."""
    gathered = gather(envelope, rulebook, masks)
    evidence = replace(gathered, outcome=_outcome(gathered, rulebook))
    verdict = _decide(evidence, rulebook)
    severity, reasons = _severity(verdict, evidence, rulebook, system)
    notices = (*envelope.notes, *((INSTRUCTED,) * evidence.instructed))
    return evidence.outcome, Assessment(
        category=verdict.category,
        rule=verdict.rule,
        severity=severity,
        reasons=reasons,
        notices=tuple(dict.fromkeys(notices)),
    )


def classify_text(text: str, rulebook: Rulebook) -> tuple[str, str]:
    """Return category and rule id of a free text, e.g. a line of chat."""
    envelope = Envelope(source="text", dedup_key="", title=Untrusted(text))
    verdict = _decide(gather(envelope, rulebook), rulebook)
    return verdict.category, verdict.rule


def _outcome(evidence: Evidence, rulebook: Rulebook) -> Outcome:
    if evidence.envelope.outcome is not Outcome.UNKNOWN:
        return evidence.envelope.outcome
    for rule in rulebook.outcomes:
        if holds(rule.when, evidence, rule.trust) is not None:
            return rule.outcome
    return Outcome.UNKNOWN


def _decide(evidence: Evidence, rulebook: Rulebook) -> _Verdict:
    """Ask facts first; title and texts only while nothing is certain enough."""
    for trust in Place:
        scored = _scores(evidence, rulebook, trust)
        if not scored:
            continue
        order = (NONE, *rulebook.categories)
        best = max(scored, key=lambda one: (scored[one][0], -order.index(one)))
        score, rule = scored[best]
        if score >= _ENOUGH[trust]:
            return _Verdict(
                category=best, rule=rule.id, trust=trust, start=rule.severity
            )
    return _undecided(evidence)


def _scores(
    evidence: Evidence, rulebook: Rulebook, trust: Place
) -> dict[str, tuple[float, CategoryRule]]:
    found: dict[str, list[tuple[float, CategoryRule]]] = {}
    for rule in rulebook.rules:
        place = holds(rule.when, evidence, Place.FACT if rule.facts_only else trust)
        if place is not None:
            worth = rule.weight * _WORTH[place]
            found.setdefault(rule.category, []).append((worth, rule))
    return {category: _sum(each) for category, each in found.items()}


def _sum(found: list[tuple[float, CategoryRule]]) -> tuple[float, CategoryRule]:
    strongest = max(found, key=lambda one: one[0])
    rest = sum(worth for worth, _ in found) - strongest[0]
    return strongest[0] + _CONFIRMS * rest, strongest[1]


def _undecided(evidence: Evidence) -> _Verdict:
    if evidence.envelope.status is Status.UPDATE:
        return _Verdict(category=NONE, rule="default.update", trust=Place.FACT)
    if evidence.speaks_of_ai or not _is_ops_alert(evidence):
        return _Verdict(
            category=UNCLASSIFIED, rule="default.unclassified", trust=Place.TEXT
        )
    return _Verdict(category=NOT_AI, rule="default.not_ai", trust=Place.TEXT)


def _is_ops_alert(evidence: Evidence) -> bool:
    """Tell whether it is at least an ordinary alert of an ordinary system."""
    known = evidence.envelope.source not in ("webhook", "text")
    return known or evidence.speaks_of_ops or evidence.envelope.vendor_severity != ""


def _severity(
    verdict: _Verdict, evidence: Evidence, rulebook: Rulebook, system: System | None
) -> tuple[Severity, tuple[Reason, ...]]:
    if verdict.category == NONE:
        reason = Reason(code=verdict.rule, text=_why(verdict, rulebook))
        return Severity.NONE, (reason,)
    category = rulebook.categories[verdict.category]
    start = verdict.start or category.start
    first = Reason(
        code=f"category.{category.id}",
        text=f"{category.title} starts at {start.value}",
    )
    reasons = (first, *_moves(verdict, evidence, rulebook, system))
    return climb(start, reasons), reasons


def _why(verdict: _Verdict, rulebook: Rulebook) -> str:
    said = (rule.reason for rule in rulebook.rules if rule.id == verdict.rule)
    return next(said, "it changes nothing that anybody must act on")


def _moves(
    verdict: _Verdict, evidence: Evidence, rulebook: Rulebook, system: System | None
) -> tuple[Reason, ...]:
    held = [move for move in rulebook.moves if _applies(move, verdict, evidence)]
    strong = [move for move in held if not move.weak]
    counted = list(_one_a_group(strong or held))
    reasons = [
        Reason(code=move.id, text=move.reason, steps=move.steps) for move in counted
    ]
    return (*reasons, *_of_system(system))


def _applies(move: Move, verdict: _Verdict, evidence: Evidence) -> bool:
    if move.categories and verdict.category not in move.categories:
        return False
    # An attacker's words may make us look harder, never look away.
    milder = min(verdict.trust, Place.TITLE)
    trust = move.trust if move.steps > 0 else min(move.trust, milder)
    return holds(move.when, evidence, trust) is not None


def _one_a_group(moves: list[Move]) -> Iterable[Move]:
    taken: dict[str, Move] = {}
    for move in moves:
        group = move.group or move.id
        if group not in taken or abs(move.steps) > abs(taken[group].steps):
            taken[group] = move
    return taken.values()


def _of_system(system: System | None) -> tuple[Reason, ...]:
    match system.risk_tier if system else "medium":
        case "high":
            text, steps = "the system has risk tier high", 1
        case "low":
            text, steps = "the system has risk tier low", -1
        case _:
            return ()
    return (Reason(code="registry.risk_tier", text=text, steps=steps),)
