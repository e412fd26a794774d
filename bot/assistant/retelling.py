"""What a model is told of an incident for a writing: entries, each under its own id.

An alert keeps its id, an entry of the log is ``t`` and its number, and ``now`` is how
it stands. People are told as roles, and nothing is told that a model said before. How
an answer is checked is in `claims.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.assistant.telling import told_of
from bot.domain.envelope import Alert
from bot.domain.untrusted import Untrusted, clip
from bot.ports.model import Told

STANDS = "now"
_MOST_ENTRIES = 80
_MOST_ALERTS = 12
_LONGEST = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryTold:
    """One entry of the timeline.

    Attributes:
        text: Our sentence, with roles for people.
        words: What somebody wrote, masked; None for nothing.
    """

    seq: int
    at: datetime
    text: str
    words: Untrusted | None = None


def retold(
    *, stands: str, entries: Sequence[EntryTold], alerts: Sequence[Alert]
) -> tuple[Told, ...]:
    """Return what is told: how it stands, the newest entries, the first alerts.

    Args:
        entries: In the order of the log; of very many, the newest are told.
        alerts: Redacted, oldest first.
    """
    now = Told(id=STANDS, name="how it stands", text=Untrusted(stands))
    told = [_entry(one) for one in entries[-_MOST_ENTRIES:]]
    return (now, *told, *told_of(alerts[:_MOST_ALERTS]))


def entry_id(seq: int) -> str:
    """Return the id under which an entry is told."""
    return f"t{seq}"


def _entry(one: EntryTold) -> Told:
    words = one.words.for_html_text(limit=_LONGEST) if one.words else ""
    text = Untrusted(clip(f"{one.text}\n{words}".strip(), _LONGEST))
    name = f"entry at {one.at:%Y-%m-%d %H:%M} UTC"
    return Told(id=entry_id(one.seq), name=name, text=text)
