"""Who did what, out of CloudTrail: looked up, each call once, oldest first.

What is looked up is the integrations' business. CloudTrail is late by minutes and does
not know calls of data planes.

Source:
    AWS CloudTrail API Reference, "LookupEvents": 90 days, 50 events a page, two
    lookups a second in an account and region.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.shown import as_csv
from bot.ports.collect import Window

LATE = "CloudTrail is late by up to 15 minutes, so the newest calls may be missing."
COLUMNS = (
    *("at", "who", "kind", "key", "call", "on", "reading"),
    *("error", "from", "with", "region", "id"),
)
_PAGE = 50
_PAGING = Paging(items="Events", given="NextToken", asked="NextToken")
_MOST_RESOURCES = 4

Lookup = tuple[str, str]
"""Attribute and value, e.g. ``("Username", "ml-batch")``."""


def events(
    asking: Asking, lookups: Iterable[Lookup], window: Window, *, pages: int
) -> list[dict[str, Any]]:
    """Return the records of some lookups, each once, oldest first.

    A lookup that fails costs only its own; `asking` says which.
    """
    found: dict[str, dict[str, Any]] = {}
    for key, value in lookups:
        for event in asking.every(
            "cloudtrail.LookupEvents",
            _PAGING,
            pages=pages,
            LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}],
            StartTime=window.since,
            EndTime=window.until,
            MaxResults=_PAGE,
        ):
            record = _record(event)
            found.setdefault(str(event.get("EventId") or record), record)
    return sorted(found.values(), key=lambda one: str(one.get("eventTime", "")))


def as_line(record: Mapping[str, Any]) -> str:
    """Return a record as one line of JSON."""
    return json.dumps(record, default=str, ensure_ascii=False)


def as_table(records: Iterable[Mapping[str, Any]]) -> str:
    """Return who did what as CSV, oldest first."""
    return as_csv(COLUMNS, (_row(one) for one in records))


def _record(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole record where it can be read, else what the lookup says."""
    try:
        record = json.loads(event.get("CloudTrailEvent", ""))
    except ValueError:
        record = None
    if isinstance(record, dict):
        return record
    return {
        "eventTime": str(event.get("EventTime", "")),
        "eventName": event.get("EventName", ""),
        "eventSource": event.get("EventSource", ""),
        "userIdentity": {"userName": event.get("Username", "")},
        "eventID": event.get("EventId", ""),
    }


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    who = _part(record, "userIdentity")
    service = str(record.get("eventSource", "")).removesuffix(".amazonaws.com")
    return {
        "at": record.get("eventTime"),
        "who": who.get("arn") or who.get("userName") or who.get("invokedBy"),
        "kind": who.get("type"),
        "key": who.get("accessKeyId"),
        "call": f"{service}:{record.get('eventName', '')}",
        "on": _resources(record),
        "reading": record.get("readOnly"),
        "error": record.get("errorCode"),
        "from": record.get("sourceIPAddress"),
        "with": record.get("userAgent"),
        "region": record.get("awsRegion"),
        "id": record.get("eventID"),
    }


def _resources(record: Mapping[str, Any]) -> str:
    listed = record.get("resources")
    arns = [
        str(one.get("ARN", ""))
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict)
    ]
    asked = _part(record, "requestParameters")
    plain = [str(one) for one in asked.values() if isinstance(one, str)]
    return " ".join((arns or plain)[:_MOST_RESOURCES])


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = record.get(name)
    return found if isinstance(found, dict) else {}
