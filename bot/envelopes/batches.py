"""Payloads that hold several events: a list, a member with a list, or lines.

Audit logs are delivered in all three ways, by the same vendor. What an event says is
the integration's business.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import orjson

from bot.domain.envelope import Envelope, Status
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import every, first
from bot.envelopes.jsonbody import Document, Json, must_be_few
from bot.envelopes.jsonlines import read_values
from bot.envelopes.mapping import MAX_ALERTS, at_most, digest, standing_for
from bot.envelopes.things import folded

IDS_AND_TIMES = frozenset(
    {"id", "eventid", "documentid", "insertid", "requestid", "correlationid", "uuid"}
    | {"createdat", "timestamp", "time", "effectiveat", "eventtimestamp", "eventtime"}
    | {"receivetimestamp", "eventdataid", "operationid", "sessionid", "date"}
)
"""Names of fields, folded, that differ from entry to entry of a log and say nothing of
what happened."""


def events_in(body: bytes, *lists: str) -> Document:
    """Return a payload's events, always as a list; a single event is a list of one.

    A page that holds nothing is an empty list: whoever collects an audit log posts
    such pages, too.

    Args:
        body: JSON, or one JSON value a line (NDJSON, JSON lines), as `read_values`
            reads it.
        lists: Paths of the member that holds the events; the first with any counts.

    Raises:
        Unparsed: Neither JSON nor lines of JSON, or too many events.
    """
    document = read_values(body)
    if isinstance(document.value, list):
        return document
    found = next((each for path in lists if (each := every(document.value, path))), ())
    must_be_few(len(found))
    whole: list[Json] = [] if _is_empty(document.value, lists) else [document.value]
    return Document(value=list(found) or whole, notes=document.notes)


def gathered(made: Iterable[Envelope]) -> tuple[Envelope, ...]:
    """Return the alerts of a page, those that differ in nothing but id and time once.

    A page of a log may hold thousands of entries, most of them everyday. Cutting it
    off would lose the one that matters; so what says the same is counted, and only
    then the last of `MAX_ALERTS` stands for the rest.
    """
    kept: dict[str, Envelope] = {}
    for one in made:
        _keep(kept, one)
    return at_most(list(kept.values()))


def _keep(kept: dict[str, Envelope], one: Envelope) -> None:
    same = _without_time(one)
    known = kept.get(same)
    more = one.stands_for + (known.stands_for if known else 0)
    kept[same] = replace(known or one, stands_for=more)


def gathered_from(
    events: Iterable[Json], read: Callable[[Json], Envelope]
) -> tuple[Envelope, ...]:
    """Return what `gathered` does, and read only one of the events that are the same.

    Where `MAX_ALERTS` alerts differ, no further event is read: the last counts them.

    Args:
        read: What it makes of an event must not depend on the event's own ids and
            times but for its id and time; `tests/integrations` holds them to that.
    """
    times: dict[object, int] = {}
    firsts: list[tuple[object, Json]] = []
    for event in events:
        same = _outline(event)
        if same not in times:
            firsts.append((same, event))
        times[same] = times.get(same, 0) + 1
    kept: dict[str, Envelope] = {}
    rest = 0
    for same, event in firsts:
        if len(kept) == MAX_ALERTS:
            rest += times[same]
        else:
            _keep(kept, replace(read(event), stands_for=times[same]))
    return standing_for(list(kept.values()), rest, last=True) if kept else ()


def _outline(event: Json) -> object:
    """Return what an event says but for its ids and times, to compare it by."""
    if not isinstance(event, dict):
        return id(event)
    said = {
        name: value
        for name, value in event.items()
        if isinstance(value, dict | list) or folded(name) not in IDS_AND_TIMES
    }
    try:
        return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a number beyond 64 bits, or half a character
        return id(event)


def _without_time(one: Envelope) -> str:
    texts = [
        (path, text.for_rules())
        for path, text in one.texts.items()
        if "." in path or folded(path) not in IDS_AND_TIMES
    ]
    return digest([one.dedup_key, one.status, texts])


def nothing_new(source: str) -> Envelope:
    """Return what stands for a page without events: it opens nothing."""
    return Envelope(
        source=source,
        dedup_key="nothing new",
        status=Status.UPDATE,
        title=Untrusted("An empty page: nothing has happened"),
    )


def _is_empty(value: Json, lists: tuple[str, ...]) -> bool:
    return any(first(value, path.removesuffix("[]")) == [] for path in lists)


def objects_in(document: Document) -> list[dict[str, Json]]:
    """Return those events of `events_in` that are objects."""
    events = document.value if isinstance(document.value, list) else []
    return [one for one in events if isinstance(one, dict)]
