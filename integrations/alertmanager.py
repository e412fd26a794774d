"""Prometheus Alertmanager: webhook version 4.

Reads the whole format: groups, resolved alerts, cut lists. Older and hand-made
bodies that lack a fingerprint, a start time or the group key are read as well.
"""

from bot.domain.envelope import Envelope
from bot.domain.errors import Unparsed
from bot.envelopes import alert_group
from bot.envelopes.alert_group import GroupedAlert, alerts_of, read_group
from bot.envelopes.fields import first_text, member
from bot.envelopes.jsonbody import Json, loads, read_json, read_text
from bot.envelopes.mapping import identifier, links_of, standing_for, word
from bot.envelopes.things import entities_in
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="alertmanager",
    title="Prometheus Alertmanager",
    docs="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config",
    summary="Alert groups as Alertmanager's webhook receiver sends them.",
)
# Fields of the group that only Alertmanager sends. Grafana copies the rest of the
# format and adds an organisation and values, by which it is told apart.
_MARKS = frozenset({"groupKey", "groupLabels", "commonLabels", "truncatedAlerts"})
_NOT_OURS = frozenset({"orgId"})
_NOT_OUR_ALERTS = frozenset({"valueString", "silenceURL"})

skeletons = alert_group.skeletons


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is a group of alerts."""
    try:
        value = loads(read_text(payload.body)).value
    except Unparsed:
        return False
    if not isinstance(value, dict) or not _NOT_OURS.isdisjoint(value):
        return False
    alerts = [one for one in alerts_of(value) if isinstance(one, dict)]
    if any(not _NOT_OUR_ALERTS.isdisjoint(one) for one in alerts):
        return False
    return any(map(_is_labelled, alerts)) and (
        "status" in value or not _MARKS.isdisjoint(value)
    )


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an alert; the first also stands for those cut off.

    Raises:
        Unparsed: There is no list of alerts.
    """
    alerts, more = read_group(read_json(payload.body), sender="Alertmanager")
    return standing_for([_envelope(one, payload) for one in alerts], more)


def _is_labelled(alert: Json) -> bool:
    return isinstance(alert, dict) and ("labels" in alert or "annotations" in alert)


def _envelope(alert: GroupedAlert, payload: Payload) -> Envelope:
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(alert.value, "fingerprint")),
        dedup_key=alert.dedup_key,
        group_key=alert.group_key,
        status=alert.status(now=payload.received_at),
        occurred_at=read_time(member(alert.value, "startsAt")),
        title=alert.title,
        texts=alert.texts,
        entities=entities_in(alert.labels.items()),
        vendor_severity=word(alert.labels.get("severity", "")),
        links=links_of(alert.links("generatorURL", "panelURL", "dashboardURL")),
        notes=alert.notes,
    )
