"""From a model's summary to what may stand on a card: claims, quotes and unknowns.

What of it is believed is decided in `claims.py`, what is shown instead of the rest in
`source_words.py`, and how it stands beside what rules say in `improving.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.assistant.claims import Checked, SummaryAnswer, checked, unknowns
from bot.assistant.source_words import source_words
from bot.assistant.telling import as_sent
from bot.domain.summary import Claim, Written, prompt_named
from bot.domain.untrusted import Untrusted
from bot.ports.model import Answered, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """What is left of an answer.

    Attributes:
        checked: Which claims hold, and why the others do not.
        quotes: What the alerts say where those do not.
        named: What those name rightly beside.
        unknown: What nobody knows, says the model; nothing without a claim that holds.
    """

    checked: Checked
    quotes: tuple[Claim, ...] = ()
    named: Claim | None = None
    unknown: tuple[Untrusted, ...] = ()


def bullets_of(answer: SummaryAnswer, told: Sequence[Told]) -> Bullets:
    """Return what of an answer may stand on a card.

    Args:
        told: Exactly what the model was told, under the ids it was told them.
    """
    found = checked(answer, told)
    instead = source_words(found, told)
    return Bullets(
        checked=found,
        quotes=instead.quotes,
        named=instead.named,
        unknown=unknowns(answer.unknown, told) if found.claims else (),
    )


def under_short_ids(told: Sequence[Told]) -> tuple[tuple[Told, ...], dict[str, str]]:
    """Return what is told under ids that a model copies well, and what each stands for.

    ``e1``, ``e2`` and so on, in order: our own ids are long, and cost tokens.
    """
    short = {one: f"e{n}" for n, one in enumerate(dict.fromkeys(o.id for o in told), 1)}
    renamed = tuple(replace(one, id=short[one.id]) for one in told)
    return renamed, {new: old for old, new in short.items()}


def written_in(
    answer: Answered[SummaryAnswer], told: Sequence[Told], ids: Mapping[str, str]
) -> tuple[Written, Checked]:
    """Return what a model wrote that may be shown, and how its claims fared.

    Args:
        told: What it was asked about.
        ids: Alerts by the ids under which they were told.
    """
    found = bullets_of(answer.value, as_sent(told, answer.left_out))
    asked = answer.asked
    written = Written(
        model=answer.model,
        prompt=prompt_named(asked.prompt, asked.version, asked.digest),
        claims=_named(found.checked.claims, ids),
        quotes=_named(found.quotes, ids),
        named=next(iter(_named((found.named,), ids)), None) if found.named else None,
        unknown=found.unknown,
    )
    return written, found.checked


def _named(claims: Sequence[Claim], ids: Mapping[str, str]) -> tuple[Claim, ...]:
    return tuple(
        replace(one, evidence=tuple(ids.get(name, name) for name in one.evidence))
        for one in claims
    )
