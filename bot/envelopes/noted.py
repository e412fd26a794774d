"""Of many things that a log noted, those that somebody must know of.

A gateway's log holds every call, and most were in order. What a verdict or a failed
call is stands in `verdicts.py` and `calls.py`.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.envelope import Envelope
from bot.envelopes.mapping import MAX_ALERTS, standing_for


class Noted(Protocol):
    """One thing of a log."""

    @property
    def flagged(self) -> bool:
        """Whether anything is wrong."""
        ...

    def envelope(self) -> Envelope:
        """Return it as an alert."""
        ...


def envelopes_for(noted: Sequence[Noted]) -> tuple[Envelope, ...]:
    """Return one envelope a thing that is wrong, at most `MAX_ALERTS`.

    What is in order is left out; where there is nothing else, one envelope stands
    for it all.
    """
    wrong = [one for one in noted if one.flagged]
    kept = wrong[:MAX_ALERTS] or list(noted[:1])
    rest = (len(wrong) or len(noted)) - len(kept)
    return standing_for([one.envelope() for one in kept], rest, last=True)
