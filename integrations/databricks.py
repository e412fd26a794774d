"""Databricks: the audit log, with its model registry and model serving.

Entries come one at a time, as a list or as lines. Which actions matter is
`bot/rules/sources/databricks.yaml`.

Source:
    Databricks documentation, "Audit log reference": schema, services and actions.
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.batches import events_in, gathered_from, nothing_new, objects_in
from bot.envelopes.fields import first_text
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.mapping import (
    SourceMap,
    body,
    digest,
    envelope_of,
    not_one_of,
)
from bot.envelopes.wording import joined, spoken
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="databricks",
    title="Databricks audit log",
    docs="https://docs.databricks.com/en/admin/account-settings/audit-logs.html",
    summary="Entries of the audit log: admins, settings, models and their endpoints.",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=("actionName",),
    title_else="An entry of the audit log of Databricks",
    event_id=("requestId", "event_id"),
    occurred_at=("timestamp", "event_time", "event_date"),
    entities={
        "userIdentity.email": EntityKind.PRINCIPAL,
        "requestParams.served_model_name": EntityKind.MODEL,
        "requestParams.full_name_arg": EntityKind.MODEL,
        "requestParams.inference_endpoint_id": EntityKind.ENDPOINT,
        "workspaceId": EntityKind.ACCOUNT,
        "accountId": EntityKind.ACCOUNT,
    },
)
_WHICH = (
    *("requestParams.targetGroupName", "requestParams.workspaceConfKeys"),
    *("requestParams.name", "requestParams.full_name_arg"),
    *("requestParams.inference_endpoint_id", "requestParams.endpoint"),
    *("requestParams.targetUserName", "requestParams.principal", "requestParams.user"),
)
_NEEDED = ("serviceName", "actionName")
_ACTOR = ("userIdentity.email", "userIdentity.subjectName")
_BESIDE = (*_ACTOR, "auditLevel", "workspaceId")


def recognizes(payload: Payload) -> bool:
    """Tell by service and action together with who acted, or on which level."""
    try:
        entries = objects_in(events_in(payload.body))
    except Unparsed:
        return False
    return bool(entries) and all(map(_is_entry, entries))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an entry.

    Raises:
        Unparsed: Not JSON, or none of it is an entry.
    """
    document = events_in(payload.body)
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    entries = [one for one in objects_in(document) if first_text(one, "actionName")]
    if not entries:
        raise not_one_of(FIELDS, "it holds no entry with an action")
    return gathered_from(entries, lambda one: _envelope(one, document))


def _is_entry(value: Json) -> bool:
    named = all(first_text(value, path) for path in _NEEDED)
    return named and bool(first_text(value, *_BESIDE))


def _envelope(entry: Json, document: Document) -> Envelope:
    made = envelope_of(entry, FIELDS, document.notes)
    action, which = first_text(entry, "actionName"), first_text(entry, *_WHICH)
    actor = first_text(entry, *_ACTOR)
    return replace(
        made,
        title=body(joined(spoken(action), which)),
        dedup_key=digest([action, actor, which]),
    )
