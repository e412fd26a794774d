"""What an alert offers as evidence, and how far each piece may be believed.

Which fields have a say is `bot/domain/classification_fields.py`, what they say
`classification_hearing.py`. What evidence means is `bot/domain/classification.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.classification_fields import Place, parts
from bot.domain.classification_hearing import TITLE, heard_in, instructing
from bot.domain.classification_registry import registry_holds
from bot.domain.classification_rules import Asked, FieldTest, Rulebook, When
from bot.domain.envelope import EntityKind, Envelope, Mask, Outcome
from bot.domain.registry import ApprovedChange, System

# So many kinds of secrets in one alert are a dump of an environment or a file.
_A_DUMP = 2
_AI_KINDS = frozenset({EntityKind.MODEL, EntityKind.GUARDRAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A field as field tests see it: folded path, folded value."""

    path: tuple[str, ...]
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What can be known of one alert.

    Attributes:
        hits: Terms found, by the most trustworthy place they stand in.
        outcome: As far as known when the question is asked.
        outcome_place: Where the words stand that say so.
        speaks_of_ai: A term of the AI list, or a model or guardrail, is named.
        speaks_of_ops: A term of the operations list is named.
        masks: What the redactor took out, wherever it stood.
        named_masks: What of it stood in fields that have a say.
        instructed: Some text held a sentence plainly aimed at a model.
        lured: The fields that held such a sentence, or words that it may hold.
        names: The fields by their own name.
        believed: The terms that count when a place is the last one believed.
        system: The registered system it is about, if any.
        change: The approved change of it that was due at the time, if any.
    """

    envelope: Envelope
    hits: Mapping[str, Place]
    masks: tuple[Mask, ...] = ()
    named_masks: tuple[Mask, ...] = ()
    outcome: Outcome = Outcome.UNKNOWN
    outcome_place: Place = Place.FACT
    speaks_of_ai: bool = False
    speaks_of_ops: bool = False
    instructed: bool = False
    lured: tuple[str, ...] = ()
    names: Mapping[str, tuple[Fact, ...]]
    believed: Mapping[Place, frozenset[str]]
    system: System | None = None
    change: ApprovedChange | None = None
    # A condition is asked for several places; all but its words are the same in each.
    _stood: dict[int, bool] = field(default_factory=dict, init=False, compare=False)

    def stands(self, when: When) -> bool:
        """Tell whether everything of a condition but its words holds."""
        known = self._stood.get(id(when))
        if known is None:
            known = self._stood[id(when)] = (
                _circumstances(when, self)
                and _fields_hold(when, self)
                and _masks_hold(when, self)
                and registry_holds(when, self.system, self.change)
            )
        return known

    def calling(self, asked: Asked) -> list[int]:
        """Return the places of the conditions that its words and fields call for."""
        envelope = self.envelope
        return asked.of(self.hits, self.names, (envelope.source, envelope.integration))


def gather(
    envelope: Envelope, rulebook: Rulebook, masks: Sequence[Mask] = ()
) -> Evidence:
    """Return the evidence in an alert; texts are read once, in linear time."""
    hits: dict[str, Place] = {}
    lured, heard = [], set[str]()
    for path, place, found, is_lure in heard_in(envelope, rulebook):
        if is_lure:
            lured.append(path or TITLE)
        if place is not None:
            _note(hits, found, place)
            heard.add(path or TITLE)
    named: dict[str, list[Fact]] = {}
    for path, text in envelope.texts.items():
        value = " ".join(text.for_rules().casefold().split())
        fact = Fact(path=parts(path), value=value)
        named.setdefault(fact.path[-1], []).append(fact)
    kinds = {entity.kind for entity in envelope.entities}
    return Evidence(
        envelope=envelope,
        hits=hits,
        masks=tuple(masks),
        named_masks=tuple(one for one in masks if one.path in heard),
        outcome=envelope.outcome,
        speaks_of_ai=bool(kinds & _AI_KINDS) or _has(hits, rulebook.ai_terms),
        speaks_of_ops=_has(hits, rulebook.ops_terms),
        instructed=any(map(instructing(envelope, rulebook), lured)),
        lured=tuple(lured),
        names={name: tuple(them) for name, them in named.items()},
        believed={
            trust: frozenset(term for term, place in hits.items() if place <= trust)
            for trust in Place
        },
    )


def holds(when: When, evidence: Evidence, trust: Place) -> Place | None:
    """Return the place of the words that make a condition hold, None if it fails.

    Args:
        when: The condition.
        evidence: Of one alert.
        trust: Words in less trustworthy places do not count.

    A condition without words that holds is a FACT.
    """
    believed = evidence.believed[trust]
    if when.any and believed.isdisjoint(when.any):
        return None
    if not evidence.stands(when):
        return None
    if not believed.isdisjoint(when.unless):
        return None
    if any(believed.isdisjoint(group) for group in when.also):
        return None
    places = [evidence.hits[term] for term in when.any if term in believed]
    return min(places, default=Place.FACT)


def passing(test: FieldTest, evidence: Evidence) -> tuple[str, ...]:
    """Return the folded paths of the fields for which a question is answered yes."""
    return tuple(
        ".".join(fact.path)
        for fact in evidence.names.get(test.names[-1], ())
        if fact.path[-len(test.names) :] == test.names and _fits(test, fact.value)
    )


def _note(hits: dict[str, Place], found: frozenset[str], place: Place) -> None:
    for term in found:
        hits[term] = min(place, hits.get(term, place))


def _has(hits: Mapping[str, Place], terms: Sequence[str]) -> bool:
    return any(term in hits for term in terms)


def _circumstances(when: When, evidence: Evidence) -> bool:
    envelope = evidence.envelope
    names = (envelope.source, envelope.integration)
    return (
        (when.outcome is None or when.outcome is evidence.outcome)
        and (when.status is None or when.status is envelope.status)
        and (not when.sources or not when.sources.isdisjoint(names))
        and (not when.needs_ai or evidence.speaks_of_ai)
        and _vendor_says(when, envelope.vendor_severity)
    )


def _vendor_says(when: When, severity: str) -> bool:
    if not when.vendor and when.vendor_at_least is None:
        return True
    said = severity.casefold().strip()
    if when.vendor and said not in when.vendor:
        return False
    return when.vendor_at_least is None or _number(said) >= when.vendor_at_least


def _fields_hold(when: When, evidence: Evidence) -> bool:
    return (
        all(passing(test, evidence) for test in when.fields)
        and (not when.any_field or any(passing(t, evidence) for t in when.any_field))
        and not any(passing(test, evidence) for test in when.no_fields)
    )


def _masks_hold(when: When, evidence: Evidence) -> bool:
    if when.masks and not _kinds(when.masks, evidence.named_masks):
        return False
    return not when.dumped or len(_kinds(when.dumped, evidence.masks)) >= _A_DUMP


def _kinds(named: Sequence[str], masks: Sequence[Mask]) -> set[str]:
    """Return which kinds of those that a condition names were masked."""
    wanted = [kind for kind in named if not kind.startswith("!")]
    spared = [kind[1:] for kind in named if kind.startswith("!")]
    return {
        mask.kind
        for mask in masks
        if _is_kind(mask, wanted) and not _is_kind(mask, spared)
    }


def _is_kind(mask: Mask, named: Sequence[str]) -> bool:
    kind, family = mask.kind, f"group:{mask.group}"
    return any(
        name in (kind, family) or (name.endswith("*") and kind.startswith(name[:-1]))
        for name in named
    )


def _fits(test: FieldTest, value: str) -> bool:
    if test.at_least is not None and not _number(value) >= test.at_least:
        return False
    if test.at_most is not None and not _number(value) <= test.at_most:
        return False
    return not test.values or value in test.values


def _number(text: str) -> float:
    """Return a number; what is none compares false with everything."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
