"""Typed builders for Block Kit blocks, within Slack's limits.

Text comes in as sentences (`sentences.py`) or as plain text, never as mrkdwn, so
nothing from outside can mention, link or format. Limits are those of Slack's
Block Kit reference; what is too long is cut with a visible ellipsis.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.slack.sentences import Element, Piece, clipped, elements

Block = dict[str, Any]

HEADER_MAX = 150
BUTTON_MAX = 75
OPTION_MAX = 75
VALUE_MAX = 2000
OPTION_VALUE_MAX = 150
OVERFLOW_MAX = 5
SELECT_MAX = 100
PLACEHOLDER_MAX = 150
PLAIN_MAX = 3000
TEXT_BUDGET = 10_000
BROADCAST = "tocsin.broadcast"
"""A thread line whose first block has this id is also shown in the channel."""


def section(pieces: Iterable[Piece]) -> Element:
    """Return a paragraph for `rich_text`."""
    return {"type": "rich_text_section", "elements": elements(pieces)}


def bullets(items: Iterable[Iterable[Piece]]) -> Element:
    """Return a bullet list for `rich_text`; there must be an item."""
    rows = [section(item) for item in items]
    return {"type": "rich_text_list", "style": "bullet", "elements": rows}


def preformatted(words: str, limit: int = PLAIN_MAX) -> Element:
    """Return lines for `rich_text` that are shown, and copied, as they stand."""
    text = {"type": "text", "text": clipped(words, limit)}
    return {"type": "rich_text_preformatted", "elements": [text]}


def rich_text(block_id: str, *parts: Element) -> Block:
    """Return a block of paragraphs and lists."""
    return {"type": "rich_text", "block_id": block_id, "elements": list(parts)}


def plain(words: str, limit: int = PLAIN_MAX) -> Element:
    """Return a plain-text object; it shows its text as it stands, on one line."""
    shown = clipped(" ".join(words.split()), limit)
    return {"type": "plain_text", "text": shown, "emoji": False}


def header(block_id: str, words: str) -> Block:
    """Return the first line of a message."""
    return {"type": "header", "block_id": block_id, "text": plain(words, HEADER_MAX)}


def small(block_id: str, words: str, *, limit: int = 600) -> Block:
    """Return a line of small grey text."""
    return {"type": "context", "block_id": block_id, "elements": [plain(words, limit)]}


def actions(block_id: str, buttons: Sequence[Element]) -> Block:
    """Return a row of buttons; there must be one."""
    return {"type": "actions", "block_id": block_id, "elements": list(buttons)}


def button(
    label: str, *, action: str, value: str, primary: bool = False, danger: bool = False
) -> Element:
    """Return a button. `value` carries ids only."""
    found: Element = {
        "type": "button",
        "action_id": action,
        "text": plain(label, BUTTON_MAX),
        "value": value[:VALUE_MAX],
    }
    style = "primary" if primary else "danger" if danger else ""
    return {**found, "style": style} if style else found


def option(label: str, value: str) -> Element:
    """Return one choice of a menu."""
    return {"text": plain(label, OPTION_MAX), "value": value[:OPTION_VALUE_MAX]}


def select(action: str, placeholder: str, options: Sequence[Element]) -> Element:
    """Return a menu of up to a hundred choices; there must be one."""
    return {
        "type": "static_select",
        "action_id": action,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
        "options": list(options)[:SELECT_MAX],
    }


def overflow(action: str, options: Sequence[Element]) -> Element:
    """Return the menu behind the three dots: at most five choices."""
    chosen = list(options)[:OVERFLOW_MAX]
    return {"type": "overflow", "action_id": action, "options": chosen}


def within_budget(
    blocks: Sequence[Mapping[str, Any]], *, budget: int = TEXT_BUDGET
) -> tuple[Block, ...]:
    """Return the blocks with at most about `budget` characters of text in all.

    Slack refuses a message of about 13,200 (bolt-js issue 2509). What comes last
    is cut first, down to an ellipsis each.
    """
    left = [budget]
    return tuple(_cut(dict(block), left) for block in blocks)


def _cut(part: Any, left: list[int]) -> Any:
    match part:
        case dict():
            return {key: _cut_field(key, value, left) for key, value in part.items()}
        case list() | tuple():
            return [_cut(one, left) for one in part]
        case _:
            return part


def _cut_field(key: str, value: Any, left: list[int]) -> Any:
    if key != "text" or not isinstance(value, str):
        return _cut(value, left)
    found = clipped(value, max(left[0], 1))
    left[0] = max(left[0] - len(found), 0)
    return found
