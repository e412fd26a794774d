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
    if written is None:
        return by_rules
    claims = tuple(claim for _, claim in written.standing)
    if not (claims or written.quotes or written.named):
        return by_rules
    said = _facts_of(claims)
    left = [one for one in by_rules.claims if not _is_said(one, claims)]
    said |= _facts_of(left)
    quotes = [one for one in written.quotes if not _facts_of([one]) <= said]
    room = MOST_CLAIMS - len(left)
    rest = (*claims, *quotes)
    if len(rest) + (written.named is not None) > room:
        rest = telling_most(rest, room - 1)
    first = [one for one in claims if one in rest]
    shown = [*first, *left, *(one for one in quotes if one in rest)]
    named = _named(written, shown)
    return replace(
        by_rules,
        by=written.model if first else by_rules.by,
        claims=(*shown, *([named] if named else [])),
        prompt=written.prompt,
        written=len(first),
        asks=written.unknown if first else (),
    )


def _named(written: Written, shown: Sequence[Claim]) -> Claim | None:
    """Return what is only named: facts of what found no room, and of no sentence."""
    words = {mark.word for one in shown for mark in marks(one.text.for_rules())}
    hidden = [one for one in (*written.claims, *written.quotes) if one not in shown]
    sources = [*([written.named] if written.named else []), *hidden]
    items = [item for one in sources for item in _items(one, words)]
    text = joined(items)
    if not text:
        return None
    evidence = dict.fromkeys(name for one in sources for name in one.evidence)
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
