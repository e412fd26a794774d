"""Amazon GuardDuty: findings, as events or bare.

One finding is told of again while its count grows, and keeps one id. What the API and
detection tools give spells every name with a capital; both are read. Of a prompt
injection the guardrail's filters say whether it was blocked or only noticed.

Source:
    Amazon GuardDuty User Guide, "Processing GuardDuty findings with EventBridge" and
    "GuardDuty AI Protection finding types"; GuardDuty API Reference,
    `BedrockGuardrailDetails`, `ContentPolicyFilter`, `ModelDetails`.
"""

from collections.abc import Iterator

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome, Status
from bot.envelopes.arns import things_of
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
)
from bot.envelopes.fields import anywhere, every, first_text, leaves, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import digest, identifier, word
from bot.envelopes.times import read_time
from bot.envelopes.wording import reworded
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_guardduty",
    title="Amazon GuardDuty",
    docs="https://docs.aws.amazon.com/guardduty/latest/ug/"
    "guardduty_findings_eventbridge.html",
    summary="Findings of GuardDuty, those of AI Protection too.",
    family="aws",
)
_SOURCE = "aws.guardduty"
_MOST_FINDINGS = 100
_MOST_DETAILS = 60
_ATTACKS = frozenset({"PROMPT_ATTACK", "JAILBREAK"})
_RESOURCE = "resource"
_USER = f"{_RESOURCE}.accessKeyDetails"


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds a finding of GuardDuty."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a finding.

    Raises:
        Unparsed: There is no finding of GuardDuty.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is a finding, or an answer of GetFindings with some."""
    return bool(_findings(one))


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return one alert a finding."""
    event = one.event
    event_id = event.id if event else ""
    return tuple(
        _of_finding(each, event_id, one.document.notes) for each in _findings(one)
    )


def _findings(one: Delivery) -> tuple[Json, ...]:
    event = one.event
    if event is not None:
        is_finding = event.source == _SOURCE and first_text(event.detail, "type")
        return (event.detail,) if is_finding else ()
    listed = member(one.value, "Findings")
    found = listed if isinstance(listed, list) else [one.value]
    return tuple(each for each in found[:_MOST_FINDINGS] if _is_finding(each))


def _is_finding(value: Json) -> bool:
    """Tell by the service or the ARN, and by a type with a colon, whose it is."""
    kind = first_text(value, "type")
    ours = first_text(value, "service.serviceName").casefold() == "guardduty"
    ours = ours or ":guardduty:" in first_text(value, "arn")
    return ours and ":" in kind and not first_text(value, "ProductArn")


def _of_finding(value: Json, event_id: str, notes: tuple[str, ...]) -> Envelope:
    finding = identifier(first_text(value, "id", "arn"))
    updated = first_text(value, "updatedAt", "service.eventLastSeen")
    kind = first_text(value, "type")
    archived = first_text(value, "service.archived").casefold() == "true"
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(event_id or f"{finding} {updated}".strip()),
        dedup_key=finding or digest([kind, first_text(value, "accountId")]),
        status=_status(value, archived=archived),
        occurred_at=read_time(first_text(value, "service.eventLastSeen"))
        or read_time(updated)
        or read_time(member(value, "createdAt")),
        title=headline(first_text(value, "title") or kind or "A finding of GuardDuty"),
        texts=texts(_said(value, kind)),
        entities=several(_things(value)),
        vendor_severity=word(first_text(value, "severity")),
        outcome=_outcome(value, kind),
        notes=notes,
    )


def _status(value: Json, *, archived: bool) -> Status:
    if _is_sample(value):
        return Status.TEST
    return Status.RESOLVED if archived else Status.FIRING


def _is_sample(value: Json) -> bool:
    """Tell whether AWS made it up; in events `value` holds the same as JSON text."""
    found = first_text(value, "service.additionalInfo.sample").casefold()
    told = first_text(value, "service.additionalInfo.value").replace(" ", "")
    is_named = first_text(value, "title").startswith("[SAMPLE]")
    return found == "true" or is_named or '"sample":true' in told


def _filters(value: Json) -> list[tuple[str, str, str]]:
    """Return type, action and confidence of each filter of the guardrail."""
    return [
        (
            _shouted(first_text(one, "type")),
            _shouted(first_text(one, "action")),
            _shouted(first_text(one, "confidence")),
        )
        for one in anywhere(value, "contentPolicyFilters")
    ]


def _shouted(text: str) -> str:
    return reworded(text, text.upper())


def _outcome(value: Json, kind: str) -> Outcome:
    """Return whether the guardrail blocked the attack, or only reported it.

    The filters that name an attack count before others; without filters the guardrail's
    own action does.
    """
    if "promptinjection" not in kind.casefold():
        return Outcome.UNKNOWN
    filters = _filters(value)
    attacks = [one for one in filters if one[0] in _ATTACKS] or filters
    actions = {action for _, action, _ in attacks if action}
    if not actions:
        actions = {
            first_text(value, f"{_RESOURCE}.bedrockGuardrailDetails.guardrailAction")
        }
    if "NONE" in actions:
        return Outcome.ALLOWED
    stopped = actions & {"BLOCKED", "GUARDRAIL_INTERVENED"}
    return Outcome.BLOCKED if stopped else Outcome.UNKNOWN


def _said(value: Json, kind: str) -> dict[str, str]:
    call = "service.action.awsApiCallAction"
    said = {
        "additionalInfo.sample": "true" if _is_sample(value) else "",
        "type": kind,
        "findingGroup": kind.partition(":")[0],
        "findingFamily": kind.partition(":")[2].partition("/")[0],
        "severity": first_text(value, "severity"),
        "description": first_text(value, "description"),
        "count": first_text(value, "service.count"),
        "accountId": first_text(value, "accountId"),
        "region": first_text(value, "region"),
        "resourceType": first_text(value, f"{_RESOURCE}.resourceType"),
        "featureName": first_text(value, "service.featureName"),
        "api": first_text(value, f"{call}.api"),
        "apiError": first_text(value, f"{call}.errorCode"),
        "userName": first_text(value, f"{_USER}.userName"),
        "userType": first_text(value, f"{_USER}.userType"),
        "sourceIp": first_text(value, f"{call}.remoteIpDetails.ipAddressV4"),
        "guardrailSource": first_text(
            value, f"{_RESOURCE}.bedrockGuardrailDetails.guardrailSource"
        ),
        "guardrailFilters": "; ".join(" ".join(one) for one in _filters(value)),
        "eventFirstSeen": first_text(value, "service.eventFirstSeen"),
        "eventLastSeen": first_text(value, "service.eventLastSeen"),
    }
    more = leaves(member(value, _RESOURCE), most=_MOST_DETAILS)
    return said | {
        f"resource {one.path.replace('.', ' ')}": text_of(one.value) for one in more
    }


def _things(value: Json) -> Iterator[Entity]:
    for model in every(value, f"{_RESOURCE}.modelDetails[]")[:20]:
        arn = first_text(model, "modelArn", "arn")
        yield from things_of(arn)
        yield from named(EntityKind.MODEL, first_text(model, "modelId", "id", "name"))
    details = f"{_RESOURCE}.bedrockGuardrailDetails"
    for path in (f"{details}.guardrails[].arn", f"{details}.guardrailArn"):
        for found in every(value, path)[:10]:
            yield from things_of(text_of(found))
    yield from named(EntityKind.KEY, first_text(value, f"{_USER}.accessKeyId"))
    yield from named(EntityKind.PRINCIPAL, first_text(value, f"{_USER}.userName"))
    yield from named(EntityKind.PRINCIPAL, first_text(value, f"{_USER}.principalId"))
    yield from named(EntityKind.ACCOUNT, first_text(value, "accountId"))
