"""A call of AWS as an alert: one line for people, facts for the rules, things.

What a caller chose (names, parameters, user agent) is text and never a fact, so that a
parameter called ``type`` cannot say what kind of event it is.
"""

from collections.abc import Iterator, Mapping

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome, Status
from bot.domain.untrusted import clip
from bot.envelopes.arns import things_of
from bot.envelopes.aws_reading import HIDDEN, headline, named, several, texts, told
from bot.envelopes.cloudtrail import ApiCall
from bot.envelopes.fields import first_text, leaves, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import digest, identifier
from bot.envelopes.wording import reworded

_MOST_ASKED = 40
_MOST_ANSWERED = 20
_LONGEST_NAME = 80
# Which parameter of a request names which thing.
_THINGS: Mapping[EntityKind, tuple[str, ...]] = {
    EntityKind.GUARDRAIL: ("guardrailIdentifier", "guardrailId", "guardrailArn"),
    EntityKind.AGENT: (
        "agentId",
        "agentName",
        "agentArn",
        "agentRuntimeId",
        "flowIdentifier",
    ),
    EntityKind.MODEL: (
        "modelId",
        "modelIdentifier",
        "baseModelIdentifier",
        "customModelName",
        "importedModelName",
        "modelPackageGroupName",
        "modelPackageName",
        "modelName",
        "foundationModel",
        "provisionedModelName",
        "provisionedModelId",
        "modelDeploymentName",
    ),
    EntityKind.ENDPOINT: ("endpointName", "endpointArn", "endpointConfigName"),
    EntityKind.SERVICE: (
        "knowledgeBaseId",
        "dataSourceId",
        "functionName",
        "bucketName",
    ),
    EntityKind.PRINCIPAL: ("userName", "roleName"),
    EntityKind.KEY: ("accessKeyId", "serviceSpecificCredentialId"),
}
# How much of a new key or credential the answer names; its secret is never there.
_MADE = (
    "accessKey.accessKeyId",
    "serviceSpecificCredential.serviceSpecificCredentialId",
)
_FLAGS = ("text", "image", "embedding", "video", "audio")


def call_alert(call: ApiCall, source: str, notes: tuple[str, ...]) -> Envelope:
    """Return the alert of a call.

    Args:
        call: The record.
        source: Name of the integration.
        notes: What had to be bent to read it.
    """
    about = _about(call)
    return Envelope(
        source=source,
        source_event_id=identifier(call.id),
        dedup_key=digest(
            [
                call.account,
                call.region,
                call.service,
                call.name,
                call.role or call.arn,
                about,
                # What was tried and what was done are two things.
                call.is_refused,
            ]
        ),
        status=Status.RESOLVED if call.insight.casefold() == "end" else Status.FIRING,
        occurred_at=call.at,
        title=headline(*_title(call, about)),
        texts=texts(_facts(call) | _said(call)),
        entities=several(_things(call)),
        outcome=Outcome.BLOCKED if call.is_refused else Outcome.UNKNOWN,
        notes=notes,
    )


def _title(call: ApiCall, about: str) -> Iterator[str]:
    """Yield ``DeleteGuardrail cmy5 by DevAdmin/dana`` and what stopped it."""
    name = call.name or "An unusual rate of calls"
    yield name if call.is_ai else f"{call.service} {name}"
    if about:
        yield clip(about, _LONGEST_NAME)
    if call.insight:
        said = reworded(call.insight, call.insight.lower())
        yield f"called at an unusual rate ({said})"
    if call.who:
        yield f"by {clip(call.who, _LONGEST_NAME)}"
    if _logging(call):
        yield f"· logging of prompts and answers is {_logging(call)}"
    if call.error:
        yield f"· {'refused' if call.is_refused else 'failed'} ({clip(call.error, 60)})"


def _about(call: ApiCall) -> str:
    """Return what was called upon: the first parameter that names a thing."""
    for names in _THINGS.values():
        for name in names:
            found = first_text(call.asked, name)
            if found and found != HIDDEN:
                key = first_text(call.asked, "key")
                whole = f"{found}/{key}" if name == "bucketName" and key else found
                return whole.rpartition("/")[2] if whole.startswith("arn:") else whole
    return next((one.rpartition("/")[2] for one in call.resources), "")


def _facts(call: ApiCall) -> dict[str, str]:
    """Return what the service states, for the rules."""
    return {
        "eventName": call.name,
        "eventSource": f"{call.service}.amazonaws.com" if call.service else "",
        "call": f"{call.service}:{call.name}",
        "caller": call.caller.value,
        "ai": "true" if call.is_ai else "false",
        "reading": "true" if call.is_reading else "false",
        "errorCode": call.error,
        "refused": "true" if call.is_refused else "",
        "artefact": "true" if call.is_artefact else "",
        "invocationLogging": _logging(call),
        "eventType": call.kind,
        "mfa": reworded(call.mfa, call.mfa.casefold()),
        "insight": call.insight,
        "keyUser": "true"
        if "BedrockAPIKey-" in first_text(call.asked, "userName")
        else "",
        "agentResourceRoleArn": first_text(call.asked, "agentResourceRoleArn"),
        "signIn": first_text(call.answered, "ConsoleLogin").casefold(),
    }


def _logging(call: ApiCall) -> str:
    """Return whether a call turns logging of prompts and answers on or off.

    ``PutModelInvocationLoggingConfiguration`` does both: with no destination, or with
    every flag false, nothing is logged any more. A flag that is not there is on.
    """
    if call.name != "PutModelInvocationLoggingConfiguration" or call.error:
        return ""
    config = "loggingConfig"
    said = [
        first_text(call.asked, f"{config}.{one}DataDeliveryEnabled") for one in _FLAGS
    ]
    given = [one.casefold() for one in said if one]
    if given and "true" not in given:
        return "off"
    if given and said[0].casefold() == "false":
        return "partly off"
    if given:
        return "on"
    places = ("cloudWatchConfig.logGroupName", "s3Config.bucketName")
    has_place = first_text(call.asked, *(f"{config}.{one}" for one in places))
    return "on" if has_place else "off"


def _said(call: ApiCall) -> dict[str, str]:
    said = {
        "who": call.who,
        "principal": call.arn,
        "sourceIPAddress": call.address,
        "userAgent": call.agent,
        "accountId": call.account,
        "awsRegion": call.region,
        "errorMessage": call.problem,
    }
    said |= told(leaves(call.asked, most=_MOST_ASKED), "asked")
    return said | told(leaves(call.answered, most=_MOST_ANSWERED), "answered")


def _things(call: ApiCall) -> Iterator[Entity]:
    for kind, names in _THINGS.items():
        for name in names:
            found = _shown(call.asked, name) or _shown(call.answered, name)
            yield from things_of(found) or named(kind, found)
    for arn in call.resources:
        yield from things_of(arn)
    for path in _MADE:
        yield from named(EntityKind.KEY, _shown(call.answered, path))
    yield from named(EntityKind.KEY, call.key)
    yield from named(EntityKind.PRINCIPAL, call.role)
    yield from things_of(call.arn) or named(EntityKind.PRINCIPAL, call.arn)
    yield from named(EntityKind.ACCOUNT, call.account)


def _shown(value: Json, path: str) -> str:
    found = first_text(value, path)
    return "" if found == HIDDEN else text_of(found)
