"""Amazon SageMaker: events of endpoints, models and jobs, and violations of monitors.

Which way a figure is bad depends on the metric ("0.76 exceeds threshold 0.9" is NDCG,
where lower is worse), so figures are kept and not compared. A failed job or endpoint
fires, a finished one resolves, and everything between only updates.

Source:
    Amazon SageMaker AI Developer Guide, "Events that Amazon SageMaker AI sends to
    Amazon EventBridge" and "Schema for violations (constraint_violations.json)".
"""

from collections.abc import Iterator, Mapping

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.untrusted import clip
from bot.envelopes.arns import things_of
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
    told,
)
from bot.envelopes.eventbridge import AwsEvent
from bot.envelopes.fields import every, first_text, leaves, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.mapping import digest, identifier
from bot.envelopes.names import names
from bot.envelopes.times import read_time
from bot.envelopes.wording import last_part, reworded
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="aws_sagemaker",
    title="Amazon SageMaker",
    docs="https://docs.aws.amazon.com/sagemaker/latest/dg/"
    "automating-sagemaker-with-eventbridge.html",
    summary="Events of SageMaker and violations found by Model Monitor.",
    family="aws",
)
_SOURCE = "aws.sagemaker"
_MOST_VIOLATIONS = 20
_MOST_LEAVES = 60
_NAMES = names(
    "EndpointName ModelPackageGroupName ModelPackageName ModelCardName ModelName"
    " TrainingJobName ProcessingJobName TransformJobName"
    " HyperParameterTuningJobName MonitoringScheduleName pipelineArn"
    " FeatureGroupName ClusterName DeploymentName EndpointConfigName ImageName"
    " NotebookInstanceName AlgorithmName LabelingJobName"
)
_STATES = names(
    "EndpointStatus ModelApprovalStatus ModelPackageStatus ModelCardStatus"
    " TrainingJobStatus ProcessingJobStatus TransformJobStatus"
    " HyperParameterTuningJobStatus MonitoringScheduleStatus"
    " currentPipelineExecutionStatus currentStepStatus MonitoringExecutionStatus"
    " FeatureGroupStatus ClusterStatus DeploymentStatus ImageStatus"
    " NotebookInstanceStatus AlgorithmStatus EventDetails.EventDescription"
    " HealthSummary.HealthStatus Status"
)
_REASONS = names(
    "FailureReason ExitMessage failureReason FailureMessage ApprovalDescription"
    " ClientFailureReason HealthSummary.HealthStatusReason StatusMessage Message"
)
# SageMaker has some words in common with nobody, e.g. OutOfService.
_WORDS: Mapping[str, Status] = {
    **dict.fromkeys(
        names(
            "failed outofservice updaterollbackfailed rollbackfailed createfailed"
            " updatefailed deletefailed completedwithviolations rejected stopped"
            " unhealthy systemupdatefailed"
        ),
        Status.FIRING,
    ),
    **dict.fromkeys(names("inservice completed succeeded created"), Status.RESOLVED),
    **dict.fromkeys(names("approved draft pendingreview archived"), Status.FIRING),
    "pendingmanualapproval": Status.FIRING,
}
_KINDS: Mapping[str, EntityKind] = {
    "EndpointName": EntityKind.ENDPOINT,
    "ModelPackageGroupName": EntityKind.MODEL,
    "ModelPackageName": EntityKind.MODEL,
    "ModelName": EntityKind.MODEL,
    "ModelId": EntityKind.MODEL,
}
_FIRST_TOLD = 3


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is an event or a list of violations."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event, one a list of violations.

    Raises:
        Unparsed: There is neither.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is an event of SageMaker, or what Model Monitor writes to S3."""
    event = one.event
    if event is not None:
        return event.source == _SOURCE
    return _is_report(one.value)


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the event, or the report of a monitor."""
    event = one.event
    if event is None:
        return (_of_report(one.value, one),)
    return (_of_event(event, one),)


def _is_report(value: Json) -> bool:
    listed = member(value, "violations")
    if not isinstance(listed, list):
        return False
    checks = every(value, "violations[].constraint_check_type")
    is_clean = isinstance(value, dict) and set(value) == {"version", "violations"}
    return bool(checks) or (not listed and is_clean)


def _of_event(event: AwsEvent, one: Delivery) -> Envelope:
    detail = event.detail
    name, state = _name(event), first_text(detail, *_STATES)
    reason = first_text(detail, *_REASONS)
    what = event.detail_type.removeprefix("SageMaker ").removesuffix(" State Change")
    what = what.removesuffix(" Status Change")
    more = leaves(detail, most=_MOST_LEAVES)
    said = {
        "detail-type": event.detail_type,
        "name": name,
        "state": state,
        "failureReason": reason,
        "region": event.region,
        "account": event.account,
    }
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(event.id),
        dedup_key=digest([event.account, event.region, what, name or event.id]),
        status=_status(state, event),
        occurred_at=event.at or read_time(member(detail, "LastModifiedTime")),
        title=headline(
            f"SageMaker {what} {name}".strip(),
            f"is {state}" if state else "",
            f"· {clip(reason, 160)}" if reason else "",
        ),
        texts=texts(said | told(more, "detail")),
        entities=several(_things(event)),
        notes=one.document.notes,
    )


def _name(event: AwsEvent) -> str:
    found = first_text(event.detail, *_NAMES)
    found = found or next(iter(event.resources), "")
    return last_part(found) if found.startswith("arn:") else found


def _status(state: str, event: AwsEvent) -> Status:
    """Return what the state means; without one it is news, an update."""
    folded = "".join(state.split()).replace("_", "").casefold()
    if "Model Monitor" in event.detail_type and folded in ("completed", "succeeded"):
        return Status.RESOLVED
    return _WORDS.get(folded, Status.UPDATE if state else Status.FIRING)


def _things(event: AwsEvent) -> Iterator[Entity]:
    for key, kind in _KINDS.items():
        yield from named(kind, first_text(event.detail, key))
    for arn in event.resources:
        yield from things_of(arn)
    yield from named(EntityKind.ACCOUNT, event.account)


def _of_report(value: Json, one: Delivery) -> Envelope:
    found = every(value, "violations[]")
    checks = [first_text(each, "constraint_check_type") for each in found]
    about = [first_text(each, "feature_name", "metric_name", "label") for each in found]
    named_so = list(dict.fromkeys(text for text in about if text))
    kinds = list(dict.fromkeys(text for text in checks if text))
    said = {
        f"violation {place}": _violation(each)
        for place, each in enumerate(found[:_MOST_VIOLATIONS], 1)
    }
    for place, kind in enumerate(kinds[:_MOST_VIOLATIONS], 1):
        said[
            "constraint_check_type" if place == 1 else f"constraint_check_type#{place}"
        ] = kind
    group = first_text(value, "monitoring_schedule", "MonitoringScheduleName")
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest([group, sorted(set(kinds)), sorted(named_so)]),
        status=Status.FIRING if found else Status.RESOLVED,
        title=headline(_report_title(len(found), kinds, named_so, found)),
        texts=texts({"detail-type": "Model Monitor violations", **said}),
        entities=several(
            named(EntityKind.ENDPOINT, first_text(value, "endpoint_name"))
        ),
        notes=one.document.notes,
    )


def _report_title(
    number: int, kinds: list[str], about: list[str], found: tuple[Json, ...]
) -> str:
    if not number:
        return "Model Monitor found no violation"
    more = f" and {len(about) - _FIRST_TOLD} more" if len(about) > _FIRST_TOLD else ""
    of = ", ".join(about[:_FIRST_TOLD]) + more
    named = [reworded(one, one.replace("_", " ")) for one in kinds[:2]]
    kind = ", ".join(named) or "violations"
    first = first_text(found[0], "description") if number == 1 else ""
    return f"Model Monitor: {kind} of {of or 'a dataset'} ({number}) {first}".strip()


def _violation(one: Json) -> str:
    parts = (
        "feature_name",
        "metric_name",
        "facet",
        "facet_value",
        "constraint_check_type",
    )
    head = " ".join(text for name in parts if (text := first_text(one, name)))
    return f"{head}: {text_of(member(one, 'description'))}"
