"""An alert as it came in, for the page that opens sealed things.

Nothing of it is masked and nothing interpreted: the bytes as text, or in base64 where
they are no text. It is a bundle (`archive.py`) whose manifest names the alert.
"""

import base64
from dataclasses import dataclass
from datetime import datetime

from bot.domain.share_originals import MOST_BYTES
from bot.domain.untrusted import Untrusted
from bot.ports import Payload
from bot.sharing.archive import About, File, archive

_LINE = 76


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said about an original beside its bytes.

    Attributes:
        alerts: How many alerts came in the same delivery.
        opened_at: When it was asked for, aware UTC.
    """

    incident: str
    exercise: bool
    alert: str
    source: str
    received_at: datetime
    alerts: int
    opened_at: datetime


def original_document(told: Told, payload: Payload) -> bytes:
    """Return the bundle's bytes; the body is cut where it is longer than may be."""
    body = payload.body[:MOST_BYTES]
    text, says = _as_text(body)
    rest = len(payload.body) - len(body)
    cut = f" The last {rest:,} bytes are not shown; they stay sealed." if rest else ""
    lines = (f"{name}: {value}\n" for name, value in sorted(payload.headers.items()))
    about = About(
        incident=told.incident,
        exercise=told.exercise,
        since=told.received_at,
        until=told.received_at,
        collected_at=told.opened_at,
        original=told.alert,
    )
    files = (
        _file("body.txt", f"{_came(told)} {says}{cut}", text, told),
        _file("headers.txt", _HEADERS, "".join(lines), told),
    )
    return archive(about, files)


_HEADERS = "The headers that are kept. Those that can hold secrets are not."


def _file(name: str, says: str, text: str, told: Told) -> File:
    content = text.encode("utf-8", "replace")
    return File(name=name, says=says, type="text", content=content, at=told.received_at)


def _came(told: Told) -> str:
    at = f"{told.received_at:%Y-%m-%d %H:%M:%S} UTC"
    one = f"As {told.source} sent it, received {at}."
    if told.alerts <= 1:
        return one
    return f"{one} The delivery holds {told.alerts} alerts; all of it is shown."


def _as_text(body: bytes) -> tuple[str, str]:
    """Return bytes as they can be shown, and what a reader must know of that."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        coded = base64.b64encode(body).decode()
        lines = (coded[n : n + _LINE] for n in range(0, len(coded), _LINE))
        return "\n".join(lines), f"{len(body):,} bytes, not UTF-8 text: in base64."
    size = f"{len(body):,} bytes."
    if hidden := Untrusted(text).hidden_count:
        size += (
            f" {hidden} of its characters are invisible or change the order of others:"
            " it may read otherwise than it is."
        )
    return text, size
