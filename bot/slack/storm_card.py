"""The one message that stands for cards held back in a storm, drawn. Pure.

Which incidents it stands for is decided in `bot/storm.py`.
"""

from collections.abc import Sequence

from bot.domain.storm_view import StormView
from bot.ports import Post
from bot.slack import cards, rich
from bot.slack.sentences import Code, Foreign, Piece, Strong, on_lines, spoken

_TITLE = 120


def digest(view: StormView) -> Post:
    """Return the digest as it should stand now."""
    head: list[Piece] = [Strong(_head(view))]
    rows: list[Sequence[Piece]] = [head, [_counts(view)], *_worst(view), _see(view)]
    section = rich.section(on_lines(*[row for row in rows if row != [""]]))
    return Post(
        key=view.key,
        channel=view.channel,
        text=spoken([f"{_head(view)} {_counts(view)} ", *_see(view)]),
        # The list has room for twenty; the board has them all.
        blocks=(
            rich.rich_text("storm", section),
            rich.actions("board", [cards.page("")]),
        ),
    )


def _head(view: StormView) -> str:
    if view.open == 0:
        return (
            f"The storm is over: all {view.held} incidents without a card have ended."
        )
    what = _many(view.open, "more incident is open", "more incidents are open")
    if view.is_over:
        return f"The storm is over: {what} without a card."
    whose = "its card is" if view.open == 1 else "their cards are"
    return f"{what}; {whose} held back in this storm."


def _counts(view: StormView) -> str:
    """Return the counts, each in one clause."""
    if view.open == 0:
        return ""
    of_severity = ", ".join(f"{n} {name}" for name, n in view.by_severity)
    of_kind = ", ".join(f"{name} {n}" for name, n in view.by_category)
    of_source = ", ".join(f"{name} {n}" for name, n in view.by_source)
    total = _many(view.alerts, "alert", "alerts")
    return f"{of_severity} · {of_kind} · from {of_source} · {total} so far"


def _worst(view: StormView) -> list[list[Piece]]:
    return [
        [f"{one.severity} · {one.id} · ", Foreign(one.title, limit=_TITLE)]
        for one in view.worst
    ]


def _see(view: StormView) -> list[Piece]:
    if view.open == 0:
        return ["Nothing was lost: ", Code("/incident list"), " shows what is open."]
    first = view.worst[0].id if view.worst else "INC-0001"
    return [
        "See them all with ",
        Code("/incident list"),
        "; one gets its card as soon as somebody takes it, for example ",
        Code(f"/incident ack {first}"),
        ".",
    ]


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
