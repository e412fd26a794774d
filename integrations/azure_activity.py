"""Azure: the activity log, with Azure OpenAI, Machine Learning and Defender.

Records come as Event Hubs and storage hold them (``records[]``), one at a time, or as
the REST API answers them (``value[]``), where a name is an object. Which operations
matter is `bot/rules/sources/azure_activity.yaml`. Alerts on the activity log are
another matter and come from Azure Monitor.

Source:
    Azure Monitor documentation, "Azure activity log event schema".
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
from bot.envelopes.wording import is_a_name, joined, reworded
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="azure_activity",
    title="Azure activity log",
    docs="https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema",
    summary="Operations on Azure OpenAI, Machine Learning, rights and Defender.",
)
_OPERATION = ("operationName.value", "operationName", "OperationNameValue")
_CALLER = (
    *("identity.claims.name", "identity.authorization.evidence.principalId"),
    *("caller", "Caller", "callerIpAddress"),
)
_RESOURCE = ("resourceId", "ResourceId", "resource.id")
FIELDS = SourceMap(
    source=MANIFEST.name,
    title=_OPERATION,
    title_else="A record of Azure's activity log",
    event_id=("eventDataId", "correlationId"),
    occurred_at=("eventTimestamp", "time", "TimeGenerated"),
    entities=dict.fromkeys(_CALLER[:-1], EntityKind.PRINCIPAL),
)
_LISTS = ("records[]", "value[]")
_PROVIDER = "MICROSOFT."


def recognizes(payload: Payload) -> bool:
    """Tell by an operation of a provider on a resource whether it is a record."""
    try:
        records = objects_in(events_in(payload.body, *_LISTS))
    except Unparsed:
        return False
    return bool(records) and all(map(_is_record, records))


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a record.

    Raises:
        Unparsed: Not JSON, or none of it is a record.
    """
    document = events_in(payload.body, *_LISTS)
    if document.value == []:
        return (nothing_new(MANIFEST.name),)
    records = [one for one in objects_in(document) if first_text(one, *_OPERATION)]
    if not records:
        raise not_one_of(FIELDS, "it holds no record with an operation")
    return gathered_from(records, lambda one: _envelope(one, document))


def _is_record(value: Json) -> bool:
    operation = first_text(value, *_OPERATION).upper()
    return operation.startswith(_PROVIDER) and bool(first_text(value, *_RESOURCE))


def _envelope(record: Json, document: Document) -> Envelope:
    made = envelope_of(record, FIELDS, document.notes)
    given = first_text(record, *_OPERATION)
    operation = reworded(given, given.casefold())
    resource, caller = first_text(record, *_RESOURCE), first_text(record, *_CALLER)
    name = resource.rstrip("/").rpartition("/")[2]
    return replace(
        made,
        title=body(joined(_spoken(operation), name)),
        texts={**made.texts, "operation": body(operation)},
        # The start and the end of one operation are one problem.
        dedup_key=digest([operation, resource.casefold(), caller]),
    )


def _spoken(operation: str) -> str:
    """Return ``Cognitiveservices accounts listkeys`` for an operation's full name."""
    if not is_a_name(operation):
        return operation
    provider, *rest = operation.removeprefix("microsoft.").split("/")
    words = [provider.capitalize(), *(part for part in rest if part != "action")]
    return " ".join(words)
