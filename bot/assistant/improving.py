"""A summary by rules, improved by what came of a model's answer.

A model may say it better and may add; it cannot make a fact disappear. What rules said
stays below what it wrote, unless its claims say all of it. What finds no room is
still named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.assistant.claims import MOST_CLAIMS, telling_most
from bot.assistant.facts import facts, marks
from bot.assistant.source_words import items_of, joined
from bot.domain.summary import BETWEEN, Claim, Summary, Written
from bot.domain.untrusted import Untrusted

_NAMES = "Also named: "
_LONGEST_ITEMS = 280


def improved(by_rules: Summary, written: Written | None) -> Summary:
    """Return the summary as it stands on a card.

    Args:
        written: Of a model, checked before it was kept; None for none.
    """
    claims = tuple(claim for _, claim in written.standing) if written else ()
    if written is None or not (claims or written.quotes or written.named):
        return by_rules
    left = [one for one in by_rules.claims if not _is_said(one, claims)]
    said = _facts_of((*claims, *left))
    quotes = [one for one in written.quotes if not _facts_of([one]) <= said]
    room, lines = MOST_CLAIMS - len(left), (*claims, *quotes)
    if len(lines) + (written.named is not None) > room:
        lines = telling_most(lines, room - 1)
    first = [one for one in lines if one in claims]
    shown = [*first, *left, *(one for one in lines if one not in first)]
    hidden = [one for one in (*claims, *quotes) if one not in lines]
    named = _named([*([written.named] if written.named else []), *hidden], shown)
    return replace(
        by_rules,
        by=written.model if first else by_rules.by,
        claims=(*shown, *([named] if named else [])),
        prompt=written.prompt,
        written=len(first),
        asks=_asks(by_rules, written) if first else (),
    )


def _asks(by_rules: Summary, written: Written) -> tuple[Untrusted, ...]:
    """Return what a model says is unknown and rules do not say."""
    known = {one.casefold() for one in by_rules.unknown}
    said = ((one, one.for_rules().casefold().rstrip("?. ")) for one in written.unknown)
    return tuple(one for one, text in said if text not in known)


def _named(sources: Sequence[Claim], shown: Sequence[Claim]) -> Claim | None:
    """Return what is only named: facts of `sources` that nothing shown says."""
    words = {mark.word for one in shown for mark in marks(one.text.for_rules())}
    items = {one: _items(one, words) for one in sources}
    text = joined(item for found in items.values() for item in found)
    if not text:
        return None
    evidence = dict.fromkeys(
        name for one, found in items.items() if found for name in one.evidence
    )
    return Claim(text=Untrusted(f"{_NAMES}{text}"), evidence=tuple(evidence))


def _items(claim: Claim, said: Iterable[str]) -> list[str]:
    """Return the facts of a claim that are not said yet, as it says them."""
    found: list[str] = []
    for text in claim.text.for_slack(limit=_LONGEST_ITEMS).split(BETWEEN):
        every = marks(text)
        is_item = len(every) == 1
        meant = [m for m in every if (m.carries or is_item) and m.word not in said]
        found += items_of(text, meant)
    return found


def _is_said(claim: Claim, claims: Sequence[Claim]) -> bool:
    return bool(claims) and _facts_of([claim]) <= _facts_of(claims)


def _facts_of(claims: Iterable[Claim]) -> frozenset[str]:
    return frozenset[str]().union(*(facts(one.text.for_rules()) for one in claims))
