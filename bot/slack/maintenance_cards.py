"""What a maintenance window says in the channel, drawn. Pure.

Keeps `bot.ports.maintenance.MaintenancePresenter`. Target and reason are what people
typed, and are shown literally.
"""

from collections.abc import Sequence

from bot.domain.maintenance import TOCSIN
from bot.domain.maintenance_events import What
from bot.domain.untrusted import Untrusted
from bot.ports import Post
from bot.ports.maintenance import Moment, WindowView
from bot.slack import rich
from bot.slack.sentences import (
    Code,
    Foreign,
    Piece,
    Strong,
    When,
    Who,
    on_lines,
    spoken,
    utc,
)

NONE = "No maintenance is planned. Plan one with `/incident maintenance SYSTEM 2h WHY`."
_KEPT = (
    "Alerts are kept and counted, and open nothing; leaks, changed controls and other "
    "security kinds open as always."
)
_OF = {
    What.SYSTEM: "system ",
    What.SOURCE: "everything from ",
    What.THING: "what names ",
    What.DEDUP: "problems like ",
}


class MaintenanceCards:
    """Draws for Slack what a window says."""

    def said(self, view: WindowView, moment: Moment) -> Post:
        """Return the message of a window's planning, start or end."""
        rows = _ended(view) if moment == "ended" else _begun(view, moment)
        block = rich.rich_text("maintenance", rich.section(on_lines(*rows)))
        return Post(
            key=f"maintenance/{view.id}/{moment}",
            channel=view.window.channel,
            text=spoken(on_lines(*rows[:2])),
            blocks=rich.within_budget([block]),
        )


def done(view: WindowView) -> str:
    """Say what became of a person's wish."""
    window = view.window
    if window.stage == "ended":
        return f"{view.id} is over. {_still(view)}"
    until = utc(window.ends_at) if window.ends_at else "?"
    start = "is on" if window.stage == "running" else "is planned"
    start_at = window.starts_at
    is_later = window.stage == "planned" and start_at is not None
    since = f" from {utc(start_at)}" if is_later and start_at else ""
    take_back = f"`/incident maintenance end {view.id}` takes it back."
    return f"{view.id} {start}{since} until {until}. {take_back}"


def listed(views: Sequence[WindowView]) -> str:
    """Return one line for each window."""
    if not views:
        return NONE
    return "\n".join(spoken(_row(view)) for view in views[:20])


def _row(view: WindowView) -> list[Piece]:
    window = view.window
    start, end = window.starts_at, window.ends_at
    found: list[Piece] = [f"{view.id} · {window.stage} · ", *_target(view)]
    if start is not None and end is not None:
        found.append(f" · {utc(start)} to {utc(end)}")
    found += [" · by ", Who(window.by), " · "]
    return [*found, f"{_alerts(view.silenced)} silenced · ", Foreign(window.reason)]


def _begun(view: WindowView, moment: Moment) -> list[Sequence[Piece]]:
    window = view.window
    head: list[Piece] = [Strong(f"Maintenance {view.id} {moment}: "), *_target(view)]
    if moment == "planned" and window.starts_at is not None:
        head += [", from ", When(window.starts_at)]
    if window.ends_at is not None:
        head += [" until ", When(window.ends_at)]
    why: list[Piece] = [Who(window.by), ": ", Foreign(window.reason, limit=300)]
    end = f"/incident maintenance end {view.id}"
    return [head, why, [_KEPT, " ", Code(end), " ends it."]]


def _ended(view: WindowView) -> list[Sequence[Piece]]:
    window = view.window
    head: list[Piece] = [Strong(f"Maintenance {view.id} ended: "), *_target(view)]
    if window.ended_by != TOCSIN:
        head += [", by ", Who(window.ended_by)]
    return [head, [_still(view)]]


def _still(view: WindowView) -> str:
    opened = view.window.opened
    there = "1 problem is still there and opens now"
    if opened != 1:
        there = f"{opened} problems are still there and open now"
    kept = f"It silenced {_alerts(view.silenced)}"
    return f"{kept}; {there if opened else 'nothing of it is still there'}."


def _alerts(count: int) -> str:
    return "1 alert" if count == 1 else f"{count} alerts"


def _target(view: WindowView) -> list[Piece]:
    window = view.window
    name = Untrusted(window.target) if window.target else None
    return [_OF[window.what], Foreign(name, limit=100)]
