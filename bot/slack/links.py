"""Links to sealed diagnostics, filled in at the moment a message is sent.

A row of the outbox stays on disk, and a link is a key: so the row only says which
ticket the link is of. Only a message that one person sees gets the address; anywhere
else, and once the ticket opens nothing, a sentence stands in its place.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.ports import Sending
from bot.slack.sentences import Element

_WAITING = "tocsin-share:"
NOT_HERE = "(no link: it ran out. Press Diagnostics on the card again)"

Link = Callable[[str], str]


def waiting_link(place: str, label: str) -> Element:
    """Return the element that becomes a link to ``<share>/<ticket>``."""
    return {"type": "link", "url": f"{_WAITING}{place}", "text": label}


def has_link(row: Sending) -> bool:
    """Tell whether a row waits for a link."""
    return _WAITING in str(row.blocks)


def filled(row: Sending, link: Link) -> Sending:
    """Return the row with its links, or with the sentence that there is none."""
    return replace(row, blocks=tuple(_walked(one, link) for one in row.blocks))


def _walked(part: Any, link: Link) -> Any:
    match part:
        case {"type": "link", "url": str(url)} if url.startswith(_WAITING):
            address = link(url.removeprefix(_WAITING))
            if address:
                return {**part, "url": address}
            return {"type": "text", "text": NOT_HERE}
        case Mapping():
            return {key: _walked(one, link) for key, one in part.items()}
        case str():
            return part
        case Sequence():
            return [_walked(one, link) for one in part]
        case _:
            return part
