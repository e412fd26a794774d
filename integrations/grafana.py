"""Grafana: webhooks of unified alerting (version 1) and of the older dashboard alerts.

Templates of a contact point change ``title`` and ``message`` only, so neither is
read where the alerts themselves say more. Grafana OnCall is `grafana_oncall.py`.

Source:
    Grafana documentation, "Configure webhook notifications"; for the older alerts,
    Grafana 8 documentation, "Alert notifications", webhook.
"""

from bot.domain.envelope import Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes import alert_group
from bot.envelopes.alert_group import GroupedAlert, alerts_of, read_group
from bot.envelopes.fields import first, first_text, leaves, member
from bot.envelopes.jsonbody import Document, Json, loads, read_json, read_text
from bot.envelopes.mapping import (
    MAX_TEXTS,
    body,
    digest,
    identifier,
    links_of,
    standing_for,
    texts_of,
    word,
)
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="grafana",
    title="Grafana",
    docs="https://grafana.com/docs/grafana/latest/alerting/"
    "configure-notifications/manage-contact-points/integrations/webhook-notifier/",
    summary="Alerts of a webhook contact point, and of older dashboard alerts.",
    signature="grafana",
)
skeletons = alert_group.skeletons
_OF_GROUP = frozenset({"orgId"})
_OF_ALERT = frozenset({"valueString", "silenceURL"})
_SEVERITIES = ("severity", "priority", "level")
# Grafana's own alerts about a rule that cannot be evaluated.
_ABOUT_RULES = {
    "DatasourceError": "its query fails",
    "DatasourceNoData": "its query returns no data",
    "NoData": "its query returns no data",
}
_NO_RULE = "this is about a rule that cannot be evaluated, not about what it watches"
_LEGACY_WORDS = {
    "no_data": Status.FIRING,
    "pending": Status.UPDATE,
    "paused": Status.UPDATE,
}


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload comes from Grafana."""
    try:
        value = loads(read_text(payload.body)).value
    except Unparsed:
        return False
    if not isinstance(value, dict):
        return False
    return _is_legacy(value) or _is_unified(value)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an alert; the first also stands for those cut off.

    Raises:
        Unparsed: It holds neither alerts nor the name of a rule.
    """
    document = read_json(payload.body)
    if _is_legacy(document.value):
        return (_legacy(document),)
    alerts, more = read_group(document, sender="Grafana")
    return standing_for([_unified(one, payload) for one in alerts], more)


def _is_unified(value: dict[str, Json]) -> bool:
    alerts = [one for one in alerts_of(value) if isinstance(one, dict)]
    ours = not _OF_GROUP.isdisjoint(value) or any(
        not _OF_ALERT.isdisjoint(one) for one in alerts
    )
    return ours and any("labels" in one for one in alerts)


def _is_legacy(value: Json) -> bool:
    named = first_text(value, "ruleName") or first_text(value, "ruleId")
    return bool(named and first_text(value, "state")) and not alerts_of(value)


def _unified(alert: GroupedAlert, payload: Payload) -> Envelope:
    status = _status(alert, payload)
    at = read_time(member(alert.value, "startsAt"))
    if status is Status.RESOLVED:
        at = read_time(member(alert.value, "endsAt")) or at
    problem = _ABOUT_RULES.get(alert.labels.get("alertname", ""), "")
    severities = (alert.labels.get(name, "") for name in _SEVERITIES)
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(alert.value, "fingerprint")),
        dedup_key=alert.dedup_key,
        group_key=alert.group_key,
        status=status,
        occurred_at=at,
        title=_about_rule(alert, problem) if problem else alert.title,
        texts=alert.texts | _values(alert),
        entities=entities_in(alert.labels.items()),
        vendor_severity=word(next((text for text in severities if text), "")),
        links=links_of(alert.links("dashboardURL", "panelURL", "generatorURL")),
        notes=(*alert.notes, *((_NO_RULE,) * bool(problem))),
    )


def _status(alert: GroupedAlert, payload: Payload) -> Status:
    """Return its state; the button "Test" of a contact point names its own alert."""
    is_test = alert.labels.get("alertname") == "TestAlert"
    if is_test and alert.labels.get("instance") == "Grafana":
        return Status.TEST
    return alert.status(now=payload.received_at)


def _about_rule(alert: GroupedAlert, problem: str) -> Untrusted:
    rule = alert.labels.get("rulename", "") or alert.labels.get("alertname", "")
    return body(f"{rule}: {problem}")


def _values(alert: GroupedAlert) -> dict[str, Untrusted]:
    """Return what the rule measured: by name, else as the one text Grafana writes."""
    named = texts_of(leaves(member(alert.value, "values"), most=MAX_TEXTS // 10))
    if named:
        return {f"values.{name}": text for name, text in named.items()}
    text = first_text(alert.value, "valueString")
    return {"valueString": body(text)} if text else {}


def _legacy(document: Document) -> Envelope:
    value = document.value
    rule = first_text(value, "ruleName", "title", "ruleId")
    known = first_text(value, "ruleId", "ruleName")
    # Several organisations and dashboards count their rules from one.
    sameness = [known, first_text(value, "orgId"), rule]
    found = leaves(value, most=MAX_TEXTS)
    state = first_text(value, "state")
    pairs = [(leaf.name, str(leaf.value)) for leaf in found]
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest(sameness),
        status=status_of(state, _LEGACY_WORDS) or Status.FIRING,
        occurred_at=read_time(first(value, "time", "evalTime")),
        title=body(_without_state(first_text(value, "title")) or rule),
        texts=texts_of(found),
        entities=entities_in(pairs),
        vendor_severity=word(first_text(value, "tags.severity", "tags.priority")),
        links=links_of([first_text(value, "ruleUrl"), first_text(value, "imageUrl")]),
        notes=document.notes,
    )


def _without_state(title: str) -> str:
    """Return ``CPU alert`` of ``[Alerting] CPU alert``."""
    head, close, rest = title.partition("] ")
    return rest.strip() if close and head.startswith("[") else title.strip()
