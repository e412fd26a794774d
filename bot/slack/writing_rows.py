"""How writings look in Slack: parts and rows as blocks. Pure.

Nothing in them can mention, link or format, but for people whom our own words name.
"""

from collections.abc import Sequence

from bot.domain.writing import (
    At,
    Composed,
    Part,
    Piece,
    Row,
    Said,
    Whom,
    rests_on,
)
from bot.slack import rich
from bot.slack.sentences import Element, Foreign, Strong, When, Who
from bot.slack.sentences import Piece as Shown

_ROWS = 10
_SHORT = 6


def blocks(made: Composed) -> list[rich.Block]:
    """Return the parts of a writing, each under its title."""
    return [part(f"part-{n}", one) for n, one in enumerate(made.parts)]


def part(block_id: str, one: Part) -> rich.Block:
    """Return one part; of very many rows, the first."""
    found = list[Element]()
    rows = [pieces(row) for row in one.rows[:_ROWS]]
    if one.rows[_ROWS:]:
        rows.append([f"and {len(one.rows) - _ROWS} more."])
    if len(rows) == 1 and not one.written_by:
        title: list[Shown] = [Strong(f"{one.title}: ")] if one.title else []
        return rich.rich_text(block_id, rich.section([*title, *rows[0]]))
    if one.title:
        found.append(rich.section([Strong(one.title)]))
    found.append(rich.bullets(rows))
    if one.written_by:
        found.append(rich.section([one.written_by]))
    return rich.rich_text(block_id, *found)


def pieces(row: Row) -> list[Shown]:
    """Return one row, with what a model's sentence rests on."""
    found = [_piece(one) for one in row.pieces]
    marks = "".join(f" [{rests_on(one)}]" for one in row.evidence[:_SHORT])
    return [*found, marks] if marks else found


def typed(words: Said | None, *, limit: int = 3000) -> list[Shown]:
    """Return what a person typed into a form, line by line."""
    if words is None or words.words is None:
        return [Foreign(None)]
    lines = words.words.for_html_text(limit=limit).split("\n")
    found: list[Shown] = []
    for n, line in enumerate(lines):
        found += ["\n"] if n else []
        found += [Foreign(type(words.words)(line), limit=limit)] if line.strip() else []
    return found


def _piece(piece: Piece) -> Shown:
    match piece:
        case str():
            return piece
        case Whom(id=one):
            return Who(one)
        case At(at=at):
            return When(at)
        case Said(words=words, limit=limit):
            return Foreign(words, limit=limit)
        case _:
            raise TypeError(f"no piece of a writing: {type(piece).__name__}")


def flat(rows: Sequence[Row]) -> list[Shown]:
    """Return rows as one sentence, with dots between."""
    found: list[Shown] = []
    for n, one in enumerate(rows):
        found += [" · "] if n else []
        found += pieces(one)
    return found
