"""AWS CloudTrail: calls as alerts, and who did what to the things an alert names.

A record that somebody sends here is an alert; the rules know which calls matter.
Collected are management events of an alert's window, looked up by access key, user and
resource. CloudTrail is late by minutes and does not know calls of data planes.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.aws.calls import read
from bot.domain.envelope import Alert, Entity, EntityKind, Envelope
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import parsed, recognized
from bot.envelopes.call_alert import call_alert
from bot.envelopes.cloudtrail import read_call
from bot.envelopes.names import names
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_cloudtrail",
    title="AWS CloudTrail",
    docs="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/"
    "cloudtrail-event-reference-record-contents.html",
    summary="Calls of AWS as alerts, and who called about the things an alert names.",
    family="aws",
)
READS = ("cloudtrail.LookupEvents",)
MOST_LOOKUPS = 3
MOST_PAGES = 2
MOST_BYTES = 512 * 1024
_PAGE = 50
_LATE = "CloudTrail is late by up to 15 minutes, so the newest calls may be missing."
_ATTRIBUTES: Mapping[EntityKind, str] = {
    EntityKind.KEY: "AccessKeyId",
    EntityKind.PRINCIPAL: "Username",
    EntityKind.GUARDRAIL: "ResourceName",
    EntityKind.AGENT: "ResourceName",
    EntityKind.ENDPOINT: "ResourceName",
    EntityKind.MODEL: "ResourceName",
}
"""In the order in which they are looked up: AWS allows two lookups a second."""
_OURS = frozenset(
    names(
        "cloudwatch cloudwatch_logs eventbridge aws_bedrock aws_cloudtrail aws_cost"
        " aws_guardduty aws_health aws_sagemaker aws_securityhub"
    )
)
_MASKED = "\u2039"  # begins what the redactor puts in a secret's place


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds a record of CloudTrail."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a record.

    Raises:
        Unparsed: There is no record of CloudTrail.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is a record, bare or as an event."""
    return read_call(one) is not None


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the alert of a record."""
    call = read_call(one)
    return (
        () if call is None else (call_alert(call, MANIFEST.name, one.document.notes),)
    )


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return the calls about an alert's key, principal and resources.

    Raises:
        Unreachable: CloudTrail could not be read.
    """
    if not _is_of_aws(alert):
        return ()
    asked, masked = _lookups(alert.envelope.entities)
    lines: dict[str, str] = {}
    cut = len(asked) > MOST_LOOKUPS
    for key, value in asked[:MOST_LOOKUPS]:
        for event in _events(reader, key, value, window):
            lines.setdefault(str(event.get("EventId")), _line(event))
    content, too_large = _joined(list(lines.values()))
    return (
        Collected(
            name="cloudtrail-events.jsonl",
            content=content,
            says=_says(asked, len(lines), masked=masked, cut=cut or too_large),
        ),
    )


def _is_of_aws(alert: Alert) -> bool:
    """Tell whether the alert is about AWS: by its source or by what it names."""
    envelope = alert.envelope
    kinds = {one.kind for one in envelope.entities}
    is_ours = envelope.integration in _OURS or EntityKind.KEY in kinds
    return is_ours and not kinds.isdisjoint(_ATTRIBUTES)


def _lookups(entities: tuple[Entity, ...]) -> tuple[list[tuple[str, str]], int]:
    """Return what is looked up, most telling first, and how much is masked."""
    masked = sum(_MASKED in one.id for one in entities)
    found = [
        (key, _name(one))
        for kind, key in _ATTRIBUTES.items()
        for one in entities
        if one.kind is kind and _MASKED not in one.id
    ]
    return list(dict.fromkeys(found)), masked


def _name(entity: Entity) -> str:
    """Return what CloudTrail calls it: of a user's ARN the user's name."""
    is_user = entity.kind is EntityKind.PRINCIPAL and entity.id.startswith("arn:")
    return entity.id.rpartition("/")[2] if is_user else entity.id


def _events(
    reader: Any, key: str, value: str, window: Window
) -> Iterator[Mapping[str, Any]]:
    asked: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": key, "AttributeValue": value}],
        "StartTime": window.since,
        "EndTime": window.until,
        "MaxResults": _PAGE,
    }
    for _ in range(MOST_PAGES):
        answer = read(reader, "cloudtrail.LookupEvents", asked)
        yield from answer.get("Events", ())
        if not answer.get("NextToken"):
            return
        asked["NextToken"] = answer["NextToken"]


def _line(event: Mapping[str, Any]) -> str:
    """Return an event as one line: the whole record where it can be read."""
    try:
        record = json.loads(event.get("CloudTrailEvent", ""))
    except ValueError:
        record = {key: one for key, one in event.items() if key != "CloudTrailEvent"}
    return json.dumps(record, default=str, ensure_ascii=False)


def _joined(lines: list[str]) -> tuple[str, bool]:
    kept: list[str] = []
    size = 0
    for line in lines:
        size += len(line.encode("utf-8", "replace")) + 1
        if size > MOST_BYTES:
            return "\n".join(kept), True
        kept.append(line)
    return "\n".join(kept), False


def _says(asked: list[tuple[str, str]], found: int, *, masked: int, cut: bool) -> str:
    if not asked:
        return "Nothing was looked up: what the alert names is masked in it."
    said = [f"{found} calls about {len(asked[:MOST_LOOKUPS])} things.", _LATE]
    said += ["Cut: there may be more."] * cut
    said += ["What is masked in the alert was not looked up."] * bool(masked)
    return " ".join(said)
