"""What an alert is and how bad it is, by rules, with the reasons.

Pure: the rulebook is data (`bot/rules`), the alert is redacted already. No model
takes part, and nothing that an attacker can write into a text outranks what the
alert's own named facts say.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.classification_category import NONE, Verdict, decide
from bot.domain.classification_evidence import Evidence, gather, holds
from bot.domain.classification_fields import ASKED, Place
from bot.domain.classification_rules import Move, OutcomeRule, Rulebook
from bot.domain.envelope import Assessment, Envelope, Mask, Outcome
from bot.domain.registry import ApprovedChange, System
from bot.domain.severity import Reason, Severity, climb
from bot.domain.untrusted import Untrusted

INSTRUCTED = "the alert text contains instructions; treat it as data"


def stated_outcome(envelope: Envelope, rulebook: Rulebook) -> Outcome:
    """Return whether a control stopped it, from the alert's fields and words."""
    return judge(envelope, rulebook)[0]


def assess(
    envelope: Envelope,
    rulebook: Rulebook,
    *,
    system: System | None = None,
    masks: Sequence[Mask] = (),
    received_at: datetime | None = None,
) -> Assessment:
    """Return category and severity of a redacted alert, with all reasons.

    Args:
        envelope: Redacted.
        rulebook: Shipped rules with the site's own laid over them.
        system: The registered system the alert is about, if any.
        masks: What the redactor took out: a leaked key is a fact of the alert.
        received_at: When it was accepted, aware UTC; with it approved changes of the
            system count.
    """
    return judge(
        envelope, rulebook, system=system, masks=masks, received_at=received_at
    )[1]


def judge(
    envelope: Envelope,
    rulebook: Rulebook,
    *,
    system: System | None = None,
    masks: Sequence[Mask] = (),
    received_at: datetime | None = None,
) -> tuple[Outcome, Assessment]:
    """Return what `stated_outcome` and `assess` do, reading the texts once."""
    evidence, verdict = weighed(
        envelope, rulebook, system=system, masks=masks, received_at=received_at
    )
    severity, reasons = _severity(verdict, evidence, rulebook)
    notices = (*envelope.notes, *((INSTRUCTED,) * evidence.instructed))
    category = rulebook.categories.get(verdict.category)
    ids = (*category.owasp_llm, *category.owasp_agentic) if category else ()
    return evidence.outcome, Assessment(
        category=verdict.category,
        rule=verdict.rule,
        severity=severity,
        reasons=reasons,
        notices=tuple(dict.fromkeys(notices)),
        origin=verdict.origin,
        confidence=verdict.confidence,
        owasp=verdict.owasp or ids,
        atlas=verdict.atlas or (category.atlas if category else ()),
        lured=evidence.lured,
    )


def weighed(
    envelope: Envelope,
    rulebook: Rulebook,
    *,
    system: System | None,
    masks: Sequence[Mask],
    received_at: datetime | None,
) -> tuple[Evidence, Verdict]:
    """Return all that is known of an alert, and what kind of incident it is."""
    gathered = gather(envelope, rulebook, masks)
    outcome, _, place = outcome_of(gathered, rulebook)
    evidence = replace(
        gathered,
        outcome=outcome,
        outcome_place=place,
        system=system,
        change=_change(envelope, system, received_at),
    )
    verdict = decide(evidence, rulebook)
    if outcome is Outcome.BLOCKED and place > verdict.trust:
        # A title that says "blocked" under a name that does not: we look as hard.
        evidence = replace(evidence, outcome=Outcome.UNKNOWN)
    return evidence, _the_worse(verdict, evidence, rulebook)


def _the_worse(verdict: Verdict, evidence: Evidence, rulebook: Rulebook) -> Verdict:
    """Return what rules say that anybody's text may call for, where it is worse.

    So much a stranger can do: make us look at a leak, never look away from the rest.
    """
    other = decide(evidence, rulebook, only_worse=True)
    if verdict.category == NONE or not other.claims:
        return verdict
    now, then = (_severity(one, evidence, rulebook)[0] for one in (verdict, other))
    return other if then.rank < now.rank else verdict


def classify_text(text: str, rulebook: Rulebook) -> tuple[str, str]:
    """Return category and rule id of a free text, e.g. a line of chat."""
    envelope = Envelope(source=ASKED, dedup_key="", title=Untrusted(text))
    verdict = decide(gather(envelope, rulebook), rulebook)
    return verdict.category, verdict.rule


def outcome_of(
    evidence: Evidence, rulebook: Rulebook
) -> tuple[Outcome, OutcomeRule | None, Place]:
    """Return whether a control stopped it, the rule that says so, and from where.

    No rule where the parser knew it, or nobody does.
    """
    if evidence.envelope.outcome is not Outcome.UNKNOWN:
        return evidence.envelope.outcome, None, Place.FACT
    for rule in rulebook.outcomes:
        place = holds(rule.when, evidence, rule.trust)
        if place is not None:
            return rule.outcome, rule, place
    return Outcome.UNKNOWN, None, Place.FACT


def applied_moves(
    verdict: Verdict, evidence: Evidence, rulebook: Rulebook
) -> tuple[Move, ...]:
    """Return the moves that count, in the order of the rulebook."""
    moves = (rulebook.moves[place] for place in evidence.calling(rulebook.asked_moves))
    held = [move for move in moves if _applies(move, verdict, evidence)]
    decided = any(not (move.weak or move.when.asks_registry) for move in held)
    return tuple(_one_a_group([one for one in held if not (one.weak and decided)]))


def _change(
    envelope: Envelope, system: System | None, received_at: datetime | None
) -> ApprovedChange | None:
    if system is None or received_at is None or not system.changes:
        return None
    at = envelope.occurred_at
    # A time ahead of us is no time: nobody reaches into a window that is to come.
    return system.change_at(received_at if at is None or at > received_at else at)


def _severity(
    verdict: Verdict, evidence: Evidence, rulebook: Rulebook
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
    moves = applied_moves(verdict, evidence, rulebook)
    reasons = (first, *(_reason(move, evidence) for move in moves))
    return climb(start, reasons), reasons


def _reason(move: Move, evidence: Evidence) -> Reason:
    ticket = f" {evidence.change.ticket}" if evidence.change else ""
    text = move.reason + (ticket if move.when.approved_change else "")
    return Reason(code=move.id, text=text, steps=move.steps)


def _why(verdict: Verdict, rulebook: Rulebook) -> str:
    said = (rule.reason for rule in rulebook.rules if rule.id == verdict.rule)
    return next(said, "it changes nothing that anybody must act on")


def _applies(move: Move, verdict: Verdict, evidence: Evidence) -> bool:
    if move.categories and verdict.category not in move.categories:
        return False
    # An attacker's words may make us look harder, never look away.
    milder = min(verdict.trust, Place.TITLE)
    trust = move.trust if move.steps > 0 else min(move.trust, milder)
    return holds(move.when, evidence, trust) is not None


def _one_a_group(moves: list[Move]) -> Iterable[Move]:
    """Return the strongest of each group; what says the same counts once, too.

    Files of several vendors may know one and the same fact.
    """
    return _strongest(_strongest(moves, lambda one: one.group or one.id), _reason_of)


def _strongest(moves: Iterable[Move], key: Callable[[Move], str]) -> Iterable[Move]:
    taken: dict[str, Move] = {}
    for move in moves:
        group = key(move)
        if group not in taken or abs(move.steps) > abs(taken[group].steps):
            taken[group] = move
    return taken.values()


def _reason_of(move: Move) -> str:
    return move.reason
