"""Prometheus Alertmanager: webhook version 4.

Reads the whole format: groups, resolved alerts, cut lists. Older and hand-made
bodies that lack a fingerprint, a start time or the group key are read as well.
"""

from collections.abc import Mapping

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import count_of, first_text, member, safe_key, text_of
from bot.envelopes.jsonbody import Document, Json, loads, read_json, read_text
from bot.envelopes.mapping import (
    MAX_ALERTS,
    MAX_TEXTS,
    body,
    digest,
    identifier,
    links_of,
    standing_for,
    word,
)
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload, Skeletons

MANIFEST = Manifest(
    name="alertmanager",
    title="Prometheus Alertmanager",
    docs="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config",
    summary="Alert groups as Alertmanager's webhook receiver sends them.",
)
# Fields of the group that only Alertmanager sends. Grafana copies the rest of the
# format and adds an organisation, by which it is told apart.
_MARKS = frozenset({"groupKey", "groupLabels", "commonLabels", "truncatedAlerts"})
_NOT_OURS = frozenset({"orgId"})
# An alert that says its state itself means the same at any time.
_STATED = ("firing", "resolved")
_TIMES = frozenset({"startsAt", "endsAt", "updatedAt"})
_MOST_CUT = 1_000_000
_WRONG_TYPE = "a label or annotation is not a text; it is left out"
_NOT_AN_ALERT = "an entry of the alert list is not an alert; it is counted, not shown"
_LINKS = ("generatorURL", "panelURL", "dashboardURL")
_LINK_NOTES = ("runbook_url", "runbook", "dashboard_url", "dashboard", "playbook")


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is a group of alerts."""
    try:
        value = loads(read_text(payload.body)).value
    except Unparsed:
        return False
    if not isinstance(value, dict) or not _NOT_OURS.isdisjoint(value):
        return False
    alerts = [one for one in _alerts(value) if isinstance(one, dict)]
    labelled = any("labels" in one or "annotations" in one for one in alerts)
    return labelled and ("status" in value or not _MARKS.isdisjoint(value))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an alert; the first also stands for those cut off.

    Raises:
        Unparsed: There is no list of alerts.
    """
    document = read_json(payload.body)
    group = document.value
    entries = _alerts(group)
    alerts = [one for one in entries if isinstance(one, dict)]
    if not alerts:
        raise Unparsed(
            "The payload is not one of Alertmanager",
            because="it holds no list of alerts",
            next_move="Post webhook version 4, or use another source for this sender.",
        )
    notes = (*document.notes, *((_NOT_AN_ALERT,) * (len(alerts) < len(entries))))
    cut = count_of(member(group, "truncatedAlerts"), most=_MOST_CUT)
    made = [
        _envelope(alert, Document(value=group, notes=notes), payload)
        for alert in alerts[:MAX_ALERTS]
    ]
    return standing_for(made, cut + len(entries) - len(made))


def skeletons(payload: Payload) -> Skeletons | None:
    """Return the alerts without their times; None where a time decides more.

    Without a status, the time of its end says whether an alert is over.

    Raises:
        Unparsed: It is not JSON.
    """
    document = read_json(payload.body)
    group = document.value
    entries = _alerts(group)
    if not isinstance(group, dict) or not 0 < len(entries) <= MAX_ALERTS:
        return None
    alerts = [one for one in entries if isinstance(one, dict)]
    if any(one.get("status") not in _STATED for one in alerts):
        return None
    if len(alerts) < len(entries):
        return None
    beside = {name: one for name, one in group.items() if name != "alerts"}
    return Skeletons(
        shared=(beside, document.notes),
        each=tuple(
            (
                {name: text for name, text in one.items() if name not in _TIMES},
                read_time(member(one, "startsAt")),
            )
            for one in alerts
        ),
    )


def _alerts(group: Json) -> list[Json]:
    found = member(group, "alerts")
    return found if isinstance(found, list) else []


def _envelope(alert: Json, group: Document, payload: Payload) -> Envelope:
    labels = _words(group.value, "commonLabels") | _words(alert, "labels")
    remarks = _words(group.value, "commonAnnotations") | _words(alert, "annotations")
    bent = _is_bent(alert, "labels") or _is_bent(alert, "annotations")
    links = [first_text(alert, name) for name in _LINKS]
    links += [remarks.get(name, "") for name in _LINK_NOTES]
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(alert, "fingerprint")),
        dedup_key=_dedup(alert, labels, remarks),
        group_key=_group_key(group.value),
        status=_status(alert, group.value, payload),
        occurred_at=read_time(member(alert, "startsAt")),
        title=_title(labels, remarks),
        texts=_texts(labels, remarks),
        entities=entities_in(labels.items()),
        vendor_severity=word(labels.get("severity", "")),
        links=links_of(links),
        notes=(*group.notes, *((_WRONG_TYPE,) * bent)),
    )


def _words(value: Json, name: str) -> dict[str, str]:
    """Return labels or annotations; what is not a scalar or is blank is left out."""
    found = member(value, name)
    if not isinstance(found, dict):
        return {}
    texts = {safe_key(key): text_of(one) for key, one in found.items()}
    return {key: text for key, text in texts.items() if text.strip()}


def _is_bent(alert: Json, name: str) -> bool:
    found = member(alert, name)
    if not isinstance(found, dict):
        return found is not None
    return any(isinstance(one, dict | list) or one is None for one in found.values())


def _title(labels: Mapping[str, str], remarks: Mapping[str, str]) -> Untrusted:
    named = [remarks.get(name, "") for name in ("summary", "title", "message")]
    alertname = labels.get("alertname", "")
    description = remarks.get("description", "").split("\n", 1)[0]
    found = [*named, alertname, description, "Alert without a name"]
    return body(next(text for text in found if text))


def _texts(
    labels: Mapping[str, str], remarks: Mapping[str, str]
) -> dict[str, Untrusted]:
    named = {f"labels.{key}": text for key, text in labels.items()}
    named |= {f"annotations.{key}": text for key, text in remarks.items()}
    return {key: body(text) for key, text in list(named.items())[:MAX_TEXTS]}


def _dedup(alert: Json, labels: Mapping[str, str], remarks: Mapping[str, str]) -> str:
    fingerprint = identifier(first_text(alert, "fingerprint"))
    return fingerprint or digest(dict(labels or remarks))


def _group_key(group: Json) -> str:
    """Return the group's key; "" where all alerts share one group without labels.

    Such a group says nothing: taking it as one problem would join everything.
    """
    if member(group, "groupLabels") == {}:
        return ""
    return identifier(first_text(group, "groupKey"))


def _status(alert: Json, group: Json, payload: Payload) -> Status:
    said = status_of(first_text(alert, "status"))
    if said is not None:
        return said
    ended = read_time(member(alert, "endsAt"))
    if ended is not None and ended <= payload.received_at:
        return Status.RESOLVED
    return status_of(first_text(group, "status")) or Status.FIRING
