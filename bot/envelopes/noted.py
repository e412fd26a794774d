"""Of many things that a log noted, those that somebody must know of.

A gateway's log holds every call, and most were in order. What a verdict or a failed
call is stands in `verdicts.py` and `calls.py`.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.domain.envelope import Envelope
from bot.envelopes.mapping import MAX_ALERTS, standing_for

_MOST_ENTITIES = 12


class Noted(Protocol):
    """One thing of a log."""

    @property
    def flagged(self) -> bool:
        """Whether anything is wrong."""
        ...

    @property
    def sameness(self) -> Hashable:
        """Equal only where the alerts would have one dedup key and name the same."""
        ...

    def envelope(self) -> Envelope:
        """Return it as an alert: of it alone, so that it stands for one."""
        ...


def envelopes_for(noted: Sequence[Noted]) -> tuple[Envelope, ...]:
    """Return one envelope a problem, at most `MAX_ALERTS`.

    Repeats of one problem in one payload are the first of them, which says for how
    many it stands and names who and what the others named. What is in order is left
    out; where there is nothing else, one envelope stands for it all.
    """
    wrong = [one for one in noted if one.flagged]
    if not wrong:
        return standing_for([noted[0].envelope()], len(noted) - 1)
    problems: dict[str, Envelope] = {}
    for one, times in _counted(wrong):
        made = replace(one.envelope(), stands_for=times)
        known = problems.get(made.dedup_key)
        problems[made.dedup_key] = _joined(known, made) if known else made
    kept = list(problems.values())[:MAX_ALERTS]
    rest = len(wrong) - sum(one.stands_for for one in kept)
    return standing_for(kept, rest, last=True)


def _counted(noted: Sequence[Noted]) -> list[tuple[Noted, int]]:
    """Return the first of each that says the same, and how many there are.

    A log of a busy gateway says the same thousands of times: an alert is made once.
    """
    times = Counter(one.sameness for one in noted)
    firsts = {one.sameness: one for one in reversed(noted)}
    return [(firsts[same], count) for same, count in times.items()]


def _joined(known: Envelope, again: Envelope) -> Envelope:
    both = dict.fromkeys((*known.entities, *again.entities))
    return replace(
        known,
        entities=tuple(both)[:_MOST_ENTITIES],
        stands_for=known.stands_for + again.stands_for,
    )
