"""What `/incident help`, `list` and `status` show. Pure.

These only read: they go out as the answer to the request itself and change
nothing. What happens to an incident is shown by `cards.py` and `lines.py`.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bot.domain.card import CardView
from bot.slack import cards, rich, words
from bot.slack.sentences import (
    Foreign,
    Piece,
    Strong,
    When,
    Who,
    coded,
    on_lines,
    own_sentence,
    spoken,
)

if TYPE_CHECKING:
    from bot.readmodels.board import BoardRow
    from bot.readmodels.timeline import Line

Answer = dict[str, Any]
_ROWS = 20
_LATEST = 5


def plain(text: str) -> Answer:
    """Return a sentence of ours that only the asker sees."""
    return {"response_type": "ephemeral", "text": text}


def helped() -> Answer:
    """Return what the bot understands."""
    rows = words.help_lines()
    text = spoken(on_lines(*rows), limit=3000)
    block = rich.rich_text("help", rich.section(on_lines(*rows)))
    return {**plain(text), "blocks": [block]}


def listed(rows: "Sequence[BoardRow]") -> Answer:
    """Return the open incidents, worst first as they came."""
    if not rows:
        return plain(words.NONE_OPEN)
    text = spoken([f"Open incidents: {len(rows)}, the worst is ", *_row(rows[0])])
    blocks = [table("list", rows)]
    if rows[_ROWS:]:
        # The board has them all; a message has no room for more.
        blocks.append(rich.actions("board", [cards.page("")]))
    return {**plain(text), "blocks": list(rich.within_budget(blocks))}


def status(view: CardView, story: "Sequence[Line]") -> Answer:
    """Return an incident's card without its buttons, and what happened last."""
    found = list(cards.blocks(view, buttons=False))
    latest = [_line(line) for line in story[-_LATEST:]]
    if latest:
        parts = rich.section([Strong("Latest")]), rich.bullets(latest)
        found.append(rich.rich_text("latest", *parts))
    found.append(rich.actions("page", [cards.page(view.id)]))
    return {**plain(cards.fallback(view)), "blocks": list(rich.within_budget(found))}


def table(block_id: str, rows: "Sequence[BoardRow]") -> rich.Block:
    """Return open incidents as a list; there must be one."""
    parts = [rich.bullets(_row(row) for row in rows[:_ROWS])]
    if rows[_ROWS:]:
        parts.append(rich.section([f"and {len(rows) - _ROWS} more."]))
    return rich.rich_text(block_id, *parts)


def _row(row: "BoardRow") -> list[Piece]:
    drill = "EXERCISE · " if row.drill else ""
    found: list[Piece] = [
        Strong(f"{drill}{row.severity} · {row.id}"),
        " · ",
        Foreign(row.title, limit=120),
        f" · {row.phase} · since ",
        When(row.since),
    ]
    if row.snoozed_until is not None:
        return [*found, " · snoozed until ", When(row.snoozed_until)]
    if row.commander:
        return [*found, " · IC ", Who(row.commander)]
    if row.acked_by:
        return [*found, " · acknowledged by ", Who(row.acked_by)]
    return [*found, " · nobody has acknowledged"]


def _line(line: "Line") -> list[Piece]:
    found: list[Piece] = [When(line.at), " ", *own_sentence(line.text)]
    return (
        found if line.words is None else [*found, " ", Foreign(line.words, limit=200)]
    )


def as_view(answer: Mapping[str, Any], title: str) -> Answer:
    """Return an answer as a modal, where a form has to give way to a sentence."""
    block = rich.rich_text("said", rich.section(coded(str(answer["text"]))))
    return {"type": "modal", "title": rich.plain(title, 24), "blocks": [block]}
