"""Which runbook step to offer for an alert, and why.

Search says what the words are close to; the category and the kinds of things the
alert names say what it is about. Both are added up in the open: the reason lists
what counted. What became of a runbook in earlier incidents may then change places
among those that are equally written for the category (`weighed`); it brings none that
does not fit. Nothing here decides or runs anything.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.assistant.search import FLOOR, Hit, RunbookIndex
from bot.domain.runbook import Runbook, Step
from bot.domain.runbook_history import History, Mode, Record

_NOT_A_REASON = frozenset({"", "none", "not_ai", "unclassified"})
"""Categories that say too little to suggest a runbook without fitting words."""

# What the rules decided says more than any likeness of words, which is below 1: words
# choose among the runbooks that are written for the category, and among the others.
_FIRST_CATEGORY = 1.0
_OTHER_CATEGORY = 0.3
_ENTITY = 0.1
# Whatever scores less than this share of the best only distracts.
_NEAR_THE_BEST = 0.5
NO_HISTORY: History = MappingProxyType({})
_UNKNOWN = Record()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One step to offer.

    Attributes:
        runbook_id: E.g. ``RB-01``.
        title: Of the runbook.
        step: Number of the first step that was not taken yet, from 1.
        text: Of that step.
        score: Sum of what `why` names; larger is better.
        why: What counted, for people.
        for_category: It is written for the category of the alert.
        weight: Which part of the score is history's.
    """

    runbook_id: str
    title: str
    step: int
    text: str
    score: float
    why: str
    for_category: bool = False
    weight: float = 0.0


def suggest(
    index: RunbookIndex,
    runbooks: Sequence[Runbook],
    *,
    category: str,
    entities: Sequence[tuple[str, str]],
    text: str,
    k: int = 3,
    taken: Collection[tuple[str, int]] = (),
    history: History = NO_HISTORY,
) -> tuple[Suggestion, ...]:
    """Return the steps to offer, best first.

    Args:
        index: Over `runbooks`.
        runbooks: The shelf.
        category: Id of the taxonomy, as the rules decided.
        entities: Kind and id of what the alert names, e.g. ``("key", "…")``.
        text: Title and text of the alert. It is only compared, never obeyed.
        k: At most so many.
        taken: Runbook id and number of the steps that were taken already.
        history: What became of runbooks in earlier incidents of the category.

    Returns:
        Nothing when no runbook fits. Something that is not AI, or an unclassified
        alert, is answered only when the words fit.
    """
    hits = {hit.id: hit for hit in index.search(text, len(index), floor=0)}
    kinds = {kind for kind, _ in entities}
    made = [
        suggestion
        for runbook in runbooks
        if (step := _next_step(runbook, taken)) is not None
        and (
            suggestion := _weigh(
                runbook, step, hits.get(runbook.id), category=category, kinds=kinds
            )
        )
    ]
    made.sort(key=lambda each: (-each.score, each.runbook_id))
    best = made[0].score if made else 0.0
    near = [each for each in made if each.score >= _NEAR_THE_BEST * best]
    return weighed(near[:k], history, category=category)


def weighed(
    found: Sequence[Suggestion],
    history: History,
    *,
    category: str,
    mode: Mode = "rank",
) -> tuple[Suggestion, ...]:
    """Return suggestions in the order that history gives them, with what it says.

    The places of those that are written for the category stay theirs, and the others'
    places the others'; within each the weight is added to the score. Only one of which
    enough people said that it is wrong goes behind all others.

    Args:
        found: Best first, as the words and the category have it.
        history: Of the same category; one that says too little has none.
        mode: ``show`` tells and changes nothing, ``off`` does neither.
    """
    if mode == "off" or category in _NOT_A_REASON or not history:
        return tuple(found)
    told = [_with_history(each, history, category, mode=mode) for each in found]
    if mode == "show":
        return tuple(told)
    order = {each.runbook_id: place for place, each in enumerate(told)}
    ranked = sorted(told, key=lambda each: (-each.score, order[each.runbook_id]))
    turns = {
        kind: iter([each for each in ranked if each.for_category is kind])
        for kind in (True, False)
    }
    placed = [next(turns[each.for_category]) for each in told]
    return tuple(sorted(placed, key=lambda each: _is_doubted(each, history)))


def _with_history(
    each: Suggestion, history: History, category: str, *, mode: Mode
) -> Suggestion:
    record = history.get(each.runbook_id, _UNKNOWN)
    weight = record.weight if mode == "rank" else 0.0
    says = record.told(category)
    return replace(
        each,
        score=round(each.score + weight, 3),
        weight=weight,
        why=f"{says}; {each.why}" if says else each.why,
    )


def _is_doubted(each: Suggestion, history: Mapping[str, Record]) -> bool:
    return history.get(each.runbook_id, _UNKNOWN).is_doubted


def _next_step(runbook: Runbook, taken: Collection[tuple[str, int]]) -> Step | None:
    return next(
        (step for step in runbook.steps if (runbook.id, step.number) not in taken),
        None,
    )


def _weigh(
    runbook: Runbook,
    step: Step,
    hit: Hit | None,
    *,
    category: str,
    kinds: Collection[str],
) -> Suggestion | None:
    """Return the suggestion with its reasons; None when nothing speaks for it."""
    fits = hit if hit is not None and hit.fit >= FLOOR else None
    known = category not in _NOT_A_REASON and category in runbook.categories
    if fits is None and not known:
        return None
    score, reasons = hit.fit if hit is not None else 0.0, []
    if known:
        first = category == runbook.categories[0]
        score += _FIRST_CATEGORY if first else _OTHER_CATEGORY
        reasons.append(f"category {category}")
    named = [kind.value for kind in runbook.entities if kind.value in kinds]
    if named:
        score += _ENTITY
        reasons.append(f"names {' and '.join(named[:2])}")
    if hit is not None and hit.why:
        reasons.append(hit.why)
    return Suggestion(
        runbook_id=runbook.id,
        title=runbook.title,
        step=step.number,
        text=step.text,
        score=round(score, 3),
        why="; ".join(reasons),
        for_category=known,
    )
