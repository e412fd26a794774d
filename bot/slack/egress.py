"""The last look before a message leaves: what is sensitive is masked here too.

Texts were masked when they came in; this is the second wall, so that one forgotten
path does not become a leak. Only words are touched: ids, values and links of blocks
are ours and stay.

An approval card is left whole. Nobody may agree to what they cannot read, and what
stands on it are parameters that fit a schema and facts that an action chose to show;
what people typed there was masked when it came in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.ports import Sending
from bot.slack.needs import Redactor

_WORDS = "text"
_LEFT_WHOLE = "plan/"


def masked(row: Sending, redactor: Redactor) -> Sending:
    """Return the row with every text of it masked; an approval card as it is."""
    if row.key.startswith(_LEFT_WHOLE):
        return row
    return replace(
        row,
        text=redactor.redact(row.text).text,
        blocks=tuple(_walked(block, redactor) for block in row.blocks),
    )


def _walked(value: Any, redactor: Redactor) -> Any:
    match value:
        case Mapping():
            return {
                key: redactor.redact(one).text
                if key == _WORDS and isinstance(one, str)
                else _walked(one, redactor)
                for key, one in value.items()
            }
        case str():
            return value
        case Sequence():
            return [_walked(one, redactor) for one in value]
        case _:
            return value
