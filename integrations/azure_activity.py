"""Azure activity log: operations on resources, as diagnostic settings export them.

One record or a list under ``records``, from an Event Hub or a storage account. An
operation has a beginning and an end; the beginning alone opens nothing. Which
operations matter is `bot/rules/sources/azure_monitor.yaml`.

Source:
    Azure Monitor documentation, "Azure activity log event schema", the schema of
    storage accounts and event hubs.
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.envelopes.azure_resource import last_name, things_of
from bot.envelopes.fields import every, first_text
from bot.envelopes.jsonbody import Document, Json, read_json
from bot.envelopes.mapping import SourceMap, body, digest, envelopes_of
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="azure_activity",
    title="Azure activity log",
    docs="https://learn.microsoft.com/azure/azure-monitor/platform/activity-log-schema",
    summary="Operations of the activity log, exported by diagnostic settings.",
)
FIELDS = SourceMap(
    source=MANIFEST.name,
    each="records[]",
    title=("operationName", "operationName.value"),
    title_else="An operation of Azure",
    texts=(
        "operationName",
        "category",
        "resultType",
        "resultDescription",
        "level",
        "resourceId",
        "properties.message",
        "properties.eventCategory",
        "properties.title",
        "callerIpAddress",
    ),
    event_id=("correlationId", "properties.eventDataId"),
    status=("resultType",),
    status_words={
        "start": Status.UPDATE,
        "started": Status.UPDATE,
        "accept": Status.UPDATE,
        "accepted": Status.UPDATE,
        "resolved": Status.RESOLVED,
    },
    status_else=Status.FIRING,
    severity=("level",),
    occurred_at=("time", "eventTimestamp"),
    entities={
        "identity.claims.appid": EntityKind.PRINCIPAL,
        "identity.authorization.evidence.principalId": EntityKind.PRINCIPAL,
    },
)
_LOOKED_AT = 20


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds records of the activity log."""
    try:
        records = _records(read_json(payload.body).value)
    except Unparsed:
        return False
    return any(
        first_text(one, "operationName")
        and first_text(one, "resourceId").casefold().startswith("/subscriptions/")
        and first_text(one, "time", "eventTimestamp")
        and first_text(one, "category", "resultType")
        for one in records[:_LOOKED_AT]
    )


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a record.

    Raises:
        Unparsed: It holds none.
    """
    document = read_json(payload.body)
    records = [one for one in _records(document.value) if isinstance(one, dict)]
    listed = Document(value={"records": list(records)}, notes=document.notes)
    made = envelopes_of(listed, FIELDS)
    pairs = zip(made, records, strict=False)
    return tuple(_with_resource(envelope, record) for envelope, record in pairs)


def _records(value: Json) -> tuple[Json, ...]:
    return every(value, "records[]") or (
        tuple(value) if isinstance(value, list) else (value,)
    )


def _with_resource(envelope: Envelope, record: Json) -> Envelope:
    """Name the resource, and know an operation by what it did to which one."""
    resource = first_text(record, "resourceId")
    operation = envelope.title.for_redaction()
    parts = [part for part in (_short(operation), last_name(resource)) if part]
    things = dict.fromkeys((*things_of([resource]), *envelope.entities))
    return replace(
        envelope,
        title=body(": ".join(parts)),
        dedup_key=digest([operation.casefold(), resource.casefold()]),
        entities=tuple(things),
    )


def _short(operation: str) -> str:
    """Return ``raipolicies/delete`` of what exports write in capital letters.

    ``virtualMachines/start/action`` says no more than ``virtualMachines/start``.
    """
    parts = operation.split("/")
    said = parts[:-1] if parts[-1].casefold() == "action" else parts
    last = "/".join(said[-2:])
    return last.lower() if last.isupper() else last
