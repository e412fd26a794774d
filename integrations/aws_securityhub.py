"""AWS Security Hub: findings in its own format and in OCSF.

One event may hold several findings; each is an alert. Archived, suppressed, resolved
and now passing ones resolve. How both formats are read is `bot/envelopes/asff.py`.
"""

from collections.abc import Iterator

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.envelopes.arns import things_of
from bot.envelopes.asff import Finding, read_finding
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
)
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import (
    MAX_ALERTS,
    digest,
    identifier,
    links_of,
    standing_for,
    word,
)
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_securityhub",
    title="AWS Security Hub",
    docs="https://docs.aws.amazon.com/securityhub/latest/userguide/"
    "securityhub-cwe-event-formats.html",
    summary="Findings in ASFF and OCSF, of Security Hub and Security Lake.",
    family="aws",
)
_SOURCE = "aws.securityhub"
_KEYS = (
    "Details.AwsIamAccessKey.AccessKeyId",
    "Details.AwsIamAccessKey.SessionContext.SessionIssuer.UserName",
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds findings."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a finding.

    Raises:
        Unparsed: There is no finding.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it holds a finding."""
    return any(read_finding(each) is not None for each in _findings(one))


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return one alert a finding; the last stands for what is beyond the limit."""
    pairs = [(read_finding(each), each) for each in _findings(one)]
    found = [(finding, value) for finding, value in pairs if finding is not None]
    event = one.event.id if one.event else ""
    made = [
        _of_finding(finding, value, event, one.document.notes)
        for finding, value in found[:MAX_ALERTS]
    ]
    return standing_for(made, len(pairs) - len(made), last=True)


def _findings(one: Delivery) -> tuple[Json, ...]:
    event = one.event
    if event is not None and event.source != _SOURCE:
        return ()
    value = one.value if event is None else event.detail
    listed = member(value, "findings")
    return tuple(listed) if isinstance(listed, list) else (value,)


def _of_finding(
    finding: Finding, value: Json, event: str, notes: tuple[str, ...]
) -> Envelope:
    kind = next(iter(finding.kinds), "")
    title = finding.title or finding.description or kind
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(event or finding.id),
        dedup_key=identifier(finding.id) or digest([title, finding.account]),
        status=_status(finding),
        occurred_at=finding.at,
        title=headline(title or f"A finding of {finding.product or 'Security Hub'}"),
        texts=texts(_said(finding)),
        entities=several(_things(finding, value)),
        vendor_severity=word(finding.severity),
        links=links_of([finding.link, finding.remedy]),
        notes=notes,
    )


def _status(finding: Finding) -> Status:
    if finding.is_sample:
        return Status.TEST
    return Status.RESOLVED if finding.is_over else Status.FIRING


def _said(finding: Finding) -> dict[str, str]:
    said = {
        "is_test": "true" if finding.is_sample else "",
        "product": finding.product,
        "severity": finding.severity,
        "recordState": finding.state,
        "workflow": finding.workflow,
        "complianceStatus": finding.compliance,
        "generator": finding.generator,
        "accountId": finding.account,
        "region": finding.region,
        "description": finding.description,
        "onAi": "true" if _is_on_ai(finding) else "false",
    }
    for place, kind in enumerate(finding.kinds, 1):
        said["type" if place == 1 else f"type#{place}"] = kind
    for place, (kind, name) in enumerate(finding.resources, 1):
        said[f"resource {place}"] = f"{kind} {name}".strip()
        said["resourceType" if place == 1 else f"resourceType#{place}"] = kind
    return said


def _is_on_ai(finding: Finding) -> bool:
    """Tell whether a resource of an AI service is concerned."""
    said = " ".join(f"{kind} {name}" for kind, name in finding.resources).casefold()
    named_so = f"{said} {finding.generator}".casefold()
    return "sagemaker" in named_so or "bedrock" in named_so


def _things(finding: Finding, value: Json) -> Iterator[Entity]:
    for _, name in finding.resources:
        yield from things_of(name)
    for path in _KEYS:
        for found in every(value, f"Resources[].{path}")[:10]:
            kind = EntityKind.KEY if path.endswith("KeyId") else EntityKind.PRINCIPAL
            yield from named(kind, text_of(found))
    user = first_text(value, "actor.user.name", "evidences[].actor.user.name")
    yield from named(EntityKind.PRINCIPAL, user)
    yield from named(EntityKind.ACCOUNT, finding.account)
