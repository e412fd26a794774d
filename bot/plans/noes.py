"""Refusals at the end of a plan's stream, since it moved: what was said, how often.

Every refusal is part of the record, but a plan is read from its first entry for every
decision. Whoever presses without end must not make the next one slow.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.domain.action_events import ActionRefused, ActionShown
from bot.ports import Entry

FEW = 50
"""So often one person's refusals are written down until the plan moves."""
MANY = 300
"""So often everybody's are, all together."""
# Words about a plan that leave it where it is.
_STILL = frozenset({ActionRefused.name, ActionShown.name})


def last_no(entries: Sequence[Entry], *, actor: str) -> tuple[str, str]:
    """Return what somebody was last refused since the plan moved, and the code."""
    found = (entry for entry in _since(entries) if entry.actor == actor)
    for entry in found:
        return str(entry.body["command"]), str(entry.body["code"])
    return "", ""


def is_enough(entries: Sequence[Entry], *, actor: str) -> bool:
    """Tell whether no more of somebody's refusals are written down."""
    said = Counter(entry.actor for entry in _since(entries))
    return said[actor] >= FEW or said.total() >= MANY


def _since(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield the refusals since the plan moved, the newest first."""
    for entry in reversed(entries):
        if entry.kind not in _STILL:
            return
        if entry.kind == ActionRefused.name:
            yield entry
