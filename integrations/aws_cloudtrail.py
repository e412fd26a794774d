"""AWS CloudTrail: calls as alerts, and who did what to the things an alert names.

A record that somebody sends here is an alert; the rules know which calls matter.
Collected are management events of an alert's window, looked up by access key, user and
resource, and told as a table and as records (`bot/aws/trail.py`).
"""

from collections.abc import Iterator
from typing import Any

from bot.aws import forms, trail
from bot.aws.asking import Asking
from bot.aws.forms import read_arn
from bot.aws.named import OF_AWS, Named, has_masked_key, is_elsewhere, named
from bot.aws.shown import fitting, number
from bot.domain.envelope import Alert, EntityKind, Envelope
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import parsed, recognized
from bot.envelopes.call_alert import call_alert
from bot.envelopes.cloudtrail import read_call
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
MOST_LOOKUPS = 6
MOST_PAGES = 2
MOST_BYTES = 512 * 1024
_RESOURCES = (
    EntityKind.GUARDRAIL,
    EntityKind.AGENT,
    EntityKind.ENDPOINT,
    EntityKind.MODEL,
    EntityKind.SERVICE,
)
_KINDS = frozenset({EntityKind.KEY, EntityKind.PRINCIPAL, *_RESOURCES})
_MASKED_SAYS = (
    "what the alert names is masked in it. Open the original to see it, then look it "
    "up by hand."
)


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


def concerns(alert: Alert) -> bool:
    """Tell whether the alert is about AWS: by its source or by what it names."""
    if is_elsewhere(alert):
        return False
    kinds = {one.kind for one in alert.envelope.entities}
    if alert.envelope.integration in OF_AWS:
        return not kinds.isdisjoint(_KINDS)
    things = named(alert)
    has_arn = any(read_arn(one.id) for one in alert.envelope.entities)
    return has_arn or has_masked_key(alert) or bool(things.keys)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return the calls about an alert's keys, principals and resources, twice.

    As a table of who did what, and as whole records, one a line.
    """
    if not concerns(alert):
        return ()
    things = named(alert)
    asked = list(_lookups(alert, things))
    asking = Asking(reader, region=things.region)
    if not asked:
        return (_file("cloudtrail-events.jsonl", "", _nothing(alert, things), asking),)
    asking.cut = len(asked) > MOST_LOOKUPS
    found = trail.events(asking, asked[:MOST_LOOKUPS], window, pages=MOST_PAGES)
    lines, too_large = fitting((trail.as_line(one) for one in found), MOST_BYTES)
    asking.cut = asking.cut or too_large
    says = _says(asking, asked[:MOST_LOOKUPS], len(found), things.masked)
    if not lines:
        return (_file("cloudtrail-events.jsonl", "", says, asking),)
    table = trail.as_table(found[: len(lines)])
    return (
        _file("cloudtrail-who.csv", table, f"Who did what. {says}", asking),
        _file("cloudtrail-events.jsonl", "\n".join(lines), says, asking),
    )


def _lookups(alert: Alert, things: Named) -> Iterator[trail.Lookup]:
    """Yield what is looked up, who before what, each once."""
    resources = [
        one.id
        for kind in _RESOURCES
        for one in alert.envelope.entities
        if one.kind is kind
    ]
    arns = [arn.name for one in resources if (arn := read_arn(one)) is not None]
    names = [
        *things.roles,
        *things.guardrails,
        *things.agents,
        *things.endpoints,
        *things.packages,
        *things.models,
        *things.functions,
        *arns,
    ]
    found = [
        *(("AccessKeyId", one) for one in things.keys),
        *(("Username", one) for one in (*things.users, *_sessions(alert))),
        *(("ResourceName", one) for one in names),
    ]
    yield from dict.fromkeys(found)


def _sessions(alert: Alert) -> Iterator[str]:
    """Yield names of sessions: so CloudTrail calls the user of an assumed role."""
    for one in alert.envelope.entities:
        arn = read_arn(one.id)
        is_session = arn is not None and arn.kind == "assumed-role"
        if arn is not None and is_session and forms.IAM.fullmatch(_last(arn.name)):
            yield _last(arn.name)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _nothing(alert: Alert, things: Named) -> str:
    if things.masked or has_masked_key(alert):
        return f"Nothing was looked up: {_MASKED_SAYS}"
    return "Nothing was looked up: what the alert names has no form that AWS knows."


def _says(asking: Asking, asked: list[trail.Lookup], found: int, masked: int) -> str:
    about = ", ".join(f"{key} {value}" for key, value in asked if key != "AccessKeyId")
    keys = sum(key == "AccessKeyId" for key, _ in asked)
    about = ", ".join(
        one for one in (number(keys, "access key") * bool(keys), about) if one
    )
    return asking.says(
        f"{number(found, 'call')} in {asking.region} about {about}.",
        trail.LATE,
        "What is masked in the alert was not looked up." if masked else "",
    )


def _file(name: str, content: str, says: str, asking: Asking) -> Collected:
    return Collected(name=name, content=content, says=says, call=asking.told)
