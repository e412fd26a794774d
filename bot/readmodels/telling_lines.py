"""What telling others says in an incident's timeline, without foreign words."""

from collections import Counter
from typing import assert_never

from bot.domain.summary import prompt_named
from bot.domain.telling_events import (
    Drafted,
    HandedOver,
    TellingEvent,
    UpdateLate,
    UpdatePosted,
)
from bot.domain.untrusted import Untrusted


def sentence(event: TellingEvent) -> str:
    """Say what was told or promised."""
    match event:
        case Drafted():
            return _drafted(event)
        case UpdatePosted():
            return _posted(event)
        case UpdateLate(by=by, due_at=due_at, late_s=late_s):
            late = f" (the reminder came {late_s} s late)" if late_s > 1 else ""
            said = f"The status update that <@{by}> had promised by {due_at:%H:%M} UTC"
            return f"{said} did not come{late}."
        case HandedOver(by=by, to=to):
            return f"<@{by}> handed it over to <@{to}>{_shares(event)}:"
        case _:
            assert_never(event)


def words(event: TellingEvent) -> Untrusted | None:
    """Return what was told, each part on a line; None for nothing or once erased."""
    match event:
        case Drafted(text=text):
            return text
        case UpdatePosted(status=status, impact=impact, doing=doing, ai=ai):
            return _joined(status, impact, doing, ai)
        case HandedOver(note=note, ai=ai):
            return _joined(note, ai)
        case _:
            return None


def _drafted(event: Drafted) -> str:
    named = prompt_named(event.prompt, event.version, event.digest)
    counted = Counter(event.dropped)
    reasons = ", ".join(f"{n} {why}" for why, n in sorted(counted.items()))
    dropped = f"; dropped: {reasons}" if reasons else ""
    kept = f"{event.kept} of {event.asked} claims kept{dropped}"
    end = ", check evidence:" if event.kept else "."
    asked = f"was asked for the {event.writing.replace('-', ' ')}"
    return f"{event.model} {asked} ({named}): {kept}{end}"


def _posted(event: UpdatePosted) -> str:
    then = f", the next by {event.next_at:%H:%M} UTC" if event.promises else ""
    to = f"posted a status update for {event.audience}"
    return f"<@{event.by}> {to}{then}{_shares(event)}:"


def _shares(event: UpdatePosted | HandedOver) -> str:
    """Say who wrote what of it."""
    changed = f"edited the draft's {', '.join(event.edited)}" if event.edited else ""
    took = ", ".join(event.taken)
    ai = f"took AI-written bullets {took} of entry {event.draft}" if took else ""
    said = "; ".join(one for one in (changed, ai) if one)
    return f" ({said})" if said else " (as drafted by rules)"


def _joined(*texts: Untrusted | None) -> Untrusted | None:
    found = [one.for_html_text(limit=3000) for one in texts if one]
    return Untrusted("\n".join(found)) if found else None
