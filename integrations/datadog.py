"""Datadog: monitors and security signals, through whatever template a team wrote.

A Datadog webhook has no format of its own: its body is the team's template. So
fields are found by the names that the variables suggest (``$ALERT_TRANSITION``,
``alert_transition``, ``alertTransition``). Variables and placeholders that nobody
filled in are said and do not count.

Source:
    Datadog documentation, "Webhooks", the list of variables; monitor types after
    "Monitor API".
"""

from collections.abc import Sequence

import re2

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.fields import Leaf, every, leaves, member, text_of
from bot.envelopes.jsonbody import Json, read_json
from bot.envelopes.mapping import (
    MAX_TEXTS,
    body,
    digest,
    identifier,
    links_of,
    texts_of,
    word,
)
from bot.envelopes.names import best
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in, folded
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="datadog",
    title="Datadog",
    docs="https://docs.datadoghq.com/integrations/webhooks/",
    summary="Monitors and security signals, in templates that teams write themselves.",
)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TITLE = _names(
    "alerttitle eventtitle title monitorname monitor securityrulename alertname name"
    " subject summary"
)
_MONITOR = _names("monitorid alertid securitysignalid securityruleid")
_SCOPE = _names("alertscope scope scopes hostname host")
_TRANSITION = _names("alerttransition transition alertstatus status state alertstate")
_TYPE = _names("alerttype eventalerttype")
_PRIORITY = _names("alertpriority monitorpriority priority")
_SEVERITY = _names("securitysignalseverity severity alertseverity")
_TIME = _names(
    "date eventdate alertdate triggeredat timestamp lastupdated lastupdatedepoch time"
)
_EVENT_ID = _names("id eventid alertcyclekey aggregkey")
_CYCLE = _names("aggregkey alertcyclekey")
_LINKS = frozenset(_names("link url alertlink eventlink monitorurl snapshot alerturl"))
_WORDS = {
    "triggered": Status.FIRING,
    "re_triggered": Status.FIRING,
    "warn": Status.FIRING,
    "re_warn": Status.FIRING,
    "alert": Status.FIRING,
    "no_data": Status.FIRING,
    "re_no_data": Status.FIRING,
    "renotify": Status.FIRING,
    "error": Status.FIRING,
    "warning": Status.FIRING,
    "success": Status.RESOLVED,
    "recovered": Status.RESOLVED,
    "muted": Status.UPDATE,
    "unmuted": Status.UPDATE,
}
# Names that templates of Datadog have and hardly any other sender's.
_MARKS = frozenset(
    _names(
        "alerttransition alertquery alertcyclekey aggregkey alertscope alertmetric"
        " alerttype eventmsg securitysignalid securityrulename securitysignalseverity"
        " lastupdated monitorid"
    )
)
_ENOUGH_MARKS = 2
_DEEPEST = 1  # Templates are flat; deeper names belong to what somebody quotes.
_MONITOR_TYPES = frozenset(
    {
        *("metric alert", "query alert", "service check", "event alert", "log alert"),
        *("event-v2 alert", "process alert", "trace-analytics alert", "rum alert"),
        *(
            "slo alert",
            "composite",
            "synthetics alert",
            "audit alert",
            "ci-tests alert",
        ),
        *(
            "error-tracking alert",
            "database-monitoring alert",
            "llm-observability alert",
        ),
    }
)
_EVENT_TYPES = ("_alert_monitor", "query_alert", "metric_alert", "security_signal")
# Kinds of events that other senders may have too: only beside Datadog's organisation.
_EVENT_ENDS = ("_alert", "service_check")
_HEAD = re2.compile(r"^\s*\[([^\]]{1,120})\]\s*")
_PRIORITY_HEAD = re2.compile(r"^[Pp][1-5]$")
_SPEAKS_OF_STATE = re2.compile(
    r"(?i)^(re-?)?(triggered|warn|no data|recovered|renotify|alert|test|muted)\b"
)
_UNFILLED = re2.compile(r"\{\{[^{}]{0,80}\}\}")
_VARIABLE = re2.compile(r"^\$[A-Z][A-Z0-9_]{2,60}$")
_NOT_FILLED = "the sender's template left placeholders unfilled"


def recognizes(payload: Payload) -> bool:
    """Tell by the names of fields whether a payload is a template of Datadog's."""
    try:
        value = read_json(payload.body).value
    except Unparsed:
        return False
    if not isinstance(value, dict):
        return False
    found = [one for one in leaves(value, most=MAX_TEXTS) if one.depth <= _DEEPEST]
    names = {folded(one.name) for one in found}
    texts = {folded(one.name): text_of(one.value).casefold() for one in found}
    kind = texts.get("eventtype", "")
    if any(mark in kind for mark in _EVENT_TYPES):
        return True
    if kind.endswith(_EVENT_ENDS) and isinstance(member(value, "org"), dict):
        return True
    if texts.get("type") in _MONITOR_TYPES and names & {"query", "monitorid"}:
        return True
    if any(_is_datadog(text_of(one.value)) for one in found if _is_link(one)):
        return True
    return len(names & _MARKS) >= _ENOUGH_MARKS


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return the one alert of a payload.

    Raises:
        Unparsed: It is no JSON object.
    """
    document = read_json(payload.body)
    if not isinstance(document.value, dict):
        raise Unparsed(
            "The payload is not one of Datadog",
            because="it is no JSON object",
            next_move="Look at the template of the webhook in Datadog.",
        )
    every_leaf = leaves(document.value, most=MAX_TEXTS)
    found = [one for one in every_leaf if not _VARIABLE.match(text_of(one.value))]
    unfilled = len(found) < len(every_leaf) or any(
        _UNFILLED.search(text_of(one.value)) for one in found
    )
    heads, title = _split(best(found, _TITLE))
    scope = best(found, _SCOPE) or _scope_of(heads)
    tags = [*_tags(document.value), *_pairs([scope])]
    return (
        Envelope(
            source=MANIFEST.name,
            source_event_id=identifier(best(found, _EVENT_ID)),
            dedup_key=_dedup(found, title, scope),
            status=_status(found, heads),
            occurred_at=read_time(best(found, _TIME) or None),
            title=body(title or "An alert of Datadog"),
            texts=texts_of(found),
            entities=entities_in([*tags, *((f.name, text_of(f.value)) for f in found)]),
            vendor_severity=word(_severity(found, heads)),
            links=links_of([text_of(one.value) for one in found if _is_link(one)]),
            notes=(*document.notes, *((_NOT_FILLED,) * unfilled)),
        ),
    )


def _split(title: str) -> tuple[list[str], str]:
    """Return ``(["P1", "Triggered on {host:a}"], "CPU")`` of what Datadog writes."""
    heads: list[str] = []
    while match := _HEAD.match(title):
        inside = match.group(1)
        if not (_PRIORITY_HEAD.match(inside) or _SPEAKS_OF_STATE.match(inside)):
            break
        heads.append(inside)
        title = title[match.end() :]
    filled = _UNFILLED.sub("(not filled in)", title)
    return heads, filled.strip()


def _status(found: Sequence[Leaf], heads: Sequence[str]) -> Status:
    """Return what it says; the transition counts before the title and the type."""
    if any(head.casefold() == "test" for head in heads):
        return Status.TEST
    states = [head.partition(" on ")[0] for head in heads]
    for said in (best(found, _TRANSITION), *states, best(found, _TYPE)):
        status = status_of(said, _WORDS)
        if status is not None:
            return status
    return Status.FIRING


def _dedup(found: Sequence[Leaf], title: str, scope: str) -> str:
    """Return monitor and scope; without a monitor Datadog's own key of the cycle."""
    monitor = best(found, _MONITOR)
    if monitor:
        return identifier(f"{monitor} {_sorted(scope)}".strip())
    return identifier(best(found, _CYCLE)) or digest([title, _sorted(scope)])


def _sorted(scope: str) -> str:
    return ",".join(sorted(part.strip() for part in scope.split(",")))


def _severity(found: Sequence[Leaf], heads: Sequence[str]) -> str:
    """Return the monitor's priority verbatim, ``P3`` or ``4``.

    An event's own ``normal`` or ``low`` is no priority of a monitor.
    """
    priority = best(found, _PRIORITY)
    if priority.casefold() not in ("", "normal", "low"):
        return priority
    head = next((one for one in heads if _PRIORITY_HEAD.match(one)), "")
    return head or best(found, _SEVERITY) or best(found, _TYPE) or priority


def _tags(value: Json) -> list[tuple[str, str]]:
    """Return ``service:claims`` as a pair, from a text with commas or a list."""
    paths = ("tags", "alert.tags", "event.tags")
    given = [one for path in paths for one in every(value, path)]
    lists = [each if isinstance(each, list) else [each] for each in given]
    return _pairs([text_of(one) for each in lists for one in each])


def _pairs(texts: Sequence[str]) -> list[tuple[str, str]]:
    parts = [part.strip().partition(":") for text in texts for part in text.split(",")]
    return [(name, text) for name, colon, text in parts[:100] if colon]


def _scope_of(heads: Sequence[str]) -> str:
    """Return ``host:a`` of ``Triggered on {host:a}``."""
    inside = (head.partition("{")[2].partition("}")[0] for head in heads)
    return next((text for text in inside if text), "")


def _is_link(leaf: Leaf) -> bool:
    return folded(leaf.name) in _LINKS


def _is_datadog(text: str) -> bool:
    head = text.casefold().partition("://")[2].partition("/")[0]
    return head.endswith(("datadoghq.com", "datadoghq.eu", "ddog-gov.com"))
