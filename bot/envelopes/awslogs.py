"""Log lines that CloudWatch Logs passes on, and the packing of data streams.

A subscription packs a batch with gzip and base64: under ``awslogs.data`` for a
Lambda, as the data of a record for Kinesis and Firehose. Unpacking is bounded, so
that a few bytes never become gigabytes. What a line says is not read here.

Source:
    Amazon CloudWatch Logs User Guide, "Log group-level subscription filters".
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json, loads, looks_like_json
from bot.envelopes.times import read_time

MOST_BYTES = 8 * 1024 * 1024
"""Of one batch unpacked; CloudWatch Logs packs at most 6 MiB for a Lambda."""
MOST_LINES = 500
TOO_LARGE = f"packed data would unpack to more than {MOST_BYTES} bytes; it is left"
NOT_OPENED = "packed data could not be unpacked; it is left as it came"
_GZIP = b"\x1f\x8b"
_ZLIB = b"\x78"
_EITHER_FRAME = 47
_CONTROL = "CONTROL_MESSAGE"
_KINDS = frozenset({"DATA_MESSAGE", _CONTROL})


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """Where one line comes from.

    Attributes:
        id: CloudWatch Logs' own id of the line.
        account: The owner of the log group.
        is_control: CloudWatch Logs only tries whether it is heard.
        is_closed: The batch could not be unpacked.
    """

    group: str = ""
    stream: str = ""
    id: str = ""
    account: str = ""
    at: datetime | None = None
    is_control: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """What base64 and gzip held; `text` is "" where `problem` says why."""

    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Lines with their texts, at most `MOST_LINES`, and how many more there are."""

    lines: tuple[tuple[LogLine, str], ...]
    rest: int = 0


def read_batch(value: Json) -> Batch | None:
    """Return the lines of a batch; None when it is none.

    A batch that cannot be unpacked is one closed line whose text says why.
    """
    packed = text_of(member(member(value, "awslogs"), "data"))
    if packed:
        found = unpacked(packed)
        inner = _json(found.text)
        lines = None if inner is None else _lines(inner)
        closed = LogLine(is_closed=True), found.problem or NOT_OPENED
        return lines or Batch(lines=(closed,))
    return _lines(value)


def unpacked(data: str) -> Unpacked:
    """Return the text behind base64, and gzip where it is used."""
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return Unpacked(problem=NOT_OPENED)
    if _is_packed(raw):
        opened = _inflated(raw)
        if isinstance(opened, str):
            return Unpacked(problem=opened)
        raw = opened
    try:
        return Unpacked(text=raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Unpacked(problem=NOT_OPENED)


def _is_packed(raw: bytes) -> bool:
    """Tell by its first bytes whether it is gzip, or zlib as some tools write."""
    is_zlib = raw[:1] == _ZLIB and int.from_bytes(raw[:2], "big") % 31 == 0
    return raw.startswith(_GZIP) or is_zlib


def _inflated(raw: bytes) -> bytes | str:
    """Return what gzip held, or in words why it is not opened."""
    machine = zlib.decompressobj(wbits=_EITHER_FRAME)
    try:
        opened = machine.decompress(raw, MOST_BYTES)
    except zlib.error:
        return NOT_OPENED
    if machine.unconsumed_tail:
        return TOO_LARGE
    return opened if machine.eof else NOT_OPENED


def _lines(value: Json) -> Batch | None:
    kind = text_of(member(value, "messageType"))
    events = member(value, "logEvents")
    if kind not in _KINDS or not isinstance(events, list):
        return None
    objects = [one for one in events if isinstance(one, dict)]
    lines = tuple(_line(value, one, kind) for one in objects[:MOST_LINES])
    return Batch(lines=lines, rest=len(objects) - len(lines)) if lines else None


def _line(batch: Json, event: Json, kind: str) -> tuple[LogLine, str]:
    line = LogLine(
        group=text_of(member(batch, "logGroup")),
        stream=text_of(member(batch, "logStream")),
        id=text_of(member(event, "id")),
        account=text_of(member(batch, "owner")),
        at=read_time(member(event, "timestamp")),
        is_control=kind == _CONTROL,
    )
    return line, text_of(member(event, "message"))


def _json(text: str) -> Json:
    if not looks_like_json(text):
        return None
    try:
        return loads(text).value
    except Unparsed:
        return None


def data_of(record: Json) -> str:
    """Return the packed data of a record of Kinesis or Firehose; "" if it is none."""
    is_stream = bool(first_text(record, "recordId", "kinesis.partitionKey"))
    found = first_text(record, "kinesis.data", "data")
    return found if is_stream or _is_bare(record) else ""


def _is_bare(record: Json) -> bool:
    """Tell whether it is a record as Firehose posts it over HTTP: data, no more."""
    return isinstance(record, dict) and len(every(record, "data")) == len(record) == 1
