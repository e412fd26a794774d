"""The JSON encoding of OTLP: spans, their events and log records, unpacked.

Attributes come as lists of typed values or, from other exporters, as objects; both
become plain names and texts. What the attributes of one convention mean is the
business of an integration.

Source:
    OpenTelemetry protocol specification, "JSON Protobuf Encoding".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.shapes import Shape, fits
from bot.envelopes.times import read_time

EXPORT = Shape(
    any_of=(
        "resourceSpans[].scopeSpans",
        "resourceSpans[].instrumentationLibrarySpans",
        "resourceLogs[].scopeLogs",
    )
)
ALONE = Shape(
    has=("attributes",),
    any_of=(
        *("trace_id", "traceId", "context.trace_id", "span_id", "spanId"),
        *("event_name", "eventName", "time_unix_nano", "timeUnixNano"),
    ),
)
# An event repeats the span it lies in, but not the span's own failure.
_OWN_ONLY = ("exception.type", "error.type")
# Spans are named after their operation, e.g. ``chat gpt-4o``.
_EVENTS = ("gen_ai.", "exception")
_IDS = ("traceId", "trace_id", "context.trace_id")
_SPANS = ("spanId", "span_id", "context.span_id")
_TIMES = (
    *("timeUnixNano", "time_unix_nano", "startTimeUnixNano"),
    *("start_time_unix_nano", "start_time", "observedTimeUnixNano", "timestamp"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One span, event of a span, or log record.

    Attributes:
        attributes: By name, as text; of an event also those of its span.
        lists: Attributes that are lists of texts.
        service: ``service.name`` of the resource.
        event: Its name; "" for a span.
        is_span: False for events and log records.
        failed: The span's status is an error.
        at: When it happened, aware UTC.
    """

    attributes: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    service: str
    event: str
    is_span: bool
    failed: bool
    trace_id: str
    span_id: str
    at: datetime | None


def records_in(entry: Json) -> Iterator[Record]:
    """Yield the records of an export, or the one span that the entry is."""
    if fits(entry, ALONE) and not fits(entry, EXPORT):
        named = first_text(entry, "event_name", "eventName", "name")
        is_event = named.startswith(_EVENTS)
        yield _record(entry, member(entry, "resource"), is_span=not is_event)
    for resource in every(entry, "resourceSpans[]"):
        about = member(resource, "resource")
        spans = every(resource, "scopeSpans[].spans[]")
        spans += every(resource, "instrumentationLibrarySpans[].spans[]")
        for span in spans:
            yield _record(span, about, is_span=True)
            for event in every(span, "events[]"):
                yield _record(event, about, parent=span)
    for resource in every(entry, "resourceLogs[]"):
        for log in every(resource, "scopeLogs[].logRecords[]"):
            yield _record(log, member(resource, "resource"))


def _record(
    value: Json, resource: Json, *, is_span: bool = False, parent: Json = None
) -> Record:
    outer = dict(_attributes(member(parent, "attributes")))
    own = member(value, "attributes")
    attributes = {name: one for name, one in outer.items() if name not in _OWN_ONLY}
    attributes |= dict(_attributes(own))
    named = first_text(value, "eventName", "event_name") or attributes.get("event.name")
    code = first_text(value, "status.code", "status.status_code").upper()
    return Record(
        attributes=attributes,
        lists=dict(_lists(own)),
        service=dict(_attributes(member(resource, "attributes"))).get(
            "service.name", ""
        ),
        event=named or ("" if is_span else first_text(value, "name")),
        is_span=is_span,
        failed=code.rpartition("_")[2] in ("2", "ERROR"),
        trace_id=first_text(value, *_IDS) or first_text(parent, *_IDS),
        span_id=first_text(value, *_SPANS) or first_text(parent, *_SPANS),
        at=read_time(first(value, *_TIMES)),
    )


def _attributes(found: Json) -> Iterator[tuple[str, str]]:
    """Yield attributes, from a list of typed values or from an object."""
    if isinstance(found, dict):
        yield from ((name, text_of(one)) for name, one in found.items())
    for pair in found if isinstance(found, list) else []:
        value = member(pair, "value")
        inner = list(value.values()) if isinstance(value, dict) else [value]
        yield text_of(member(pair, "key")), next((text_of(one) for one in inner), "")


def _lists(found: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield attributes that are lists of texts."""
    if isinstance(found, dict):
        for name, one in found.items():
            if isinstance(one, list):
                yield name, tuple(text_of(each) for each in one)
    for pair in found if isinstance(found, list) else []:
        values = every(pair, "value.arrayValue.values[]")
        if values:
            texts = (text_of(one) or first_text(one, "stringValue") for one in values)
            yield text_of(member(pair, "key")), tuple(texts)
