"""Refusals at the end of a stream, since it moved: what was said, and how often.

Every refusal is part of the record, but the streams of a plan and of freezes are read
from their first entry for every decision. Whoever presses without end must not make
the next one slow.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.domain.action_events import ActionRefused, ActionShown
from bot.domain.decisions import TOCSIN
from bot.domain.freeze_events import FreezeRefused
from bot.ports import Entry

FEW = 50
"""So often one person's refusals are written down until something moves."""
MANY = 300
"""So often everybody's are, all together."""
_NOES = frozenset({ActionRefused.name, FreezeRefused.name})
# Words that leave what they are about where it is.
_STILL = _NOES | {ActionShown.name}


def last_no(entries: Sequence[Entry], *, actor: str) -> tuple[str, str]:
    """Return what somebody was last refused since it moved, and the code."""
    found = (entry for entry in _since(entries) if entry.actor == actor)
    for entry in found:
        return str(entry.body["command"]), str(entry.body["code"])
    return "", ""


def is_enough(entries: Sequence[Entry], *, actor: str) -> bool:
    """Tell whether no more of somebody's refusals are written down.

    Never of Tocsin's own: those are written down once each, and what is not would be
    said and drawn again every second, for as long as others press.
    """
    if actor == TOCSIN:
        return False
    said = Counter(entry.actor for entry in _since(entries))
    return said[actor] >= FEW or said.total() >= MANY


def _since(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the refusals since the plan moved, the newest first."""
    for entry in reversed(entries):
        if entry.kind not in _STILL:
            return
        if entry.kind in _NOES:
            yield entry
