"""What AWS services call a Lambda with directly, without EventBridge.

A rule of AWS Config, a notification of AWS Config, a hook of CodeDeploy, a job of
CodePipeline, a notification of S3. Tokens and credentials that lie in some of them are
not read at all.

Source:
    AWS Lambda Developer Guide, "Invoking Lambda with events from other AWS services";
    AWS Config Developer Guide, "Example events for AWS Config rules".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json, unfolded
from bot.envelopes.times import read_time


@dataclass(frozen=True, slots=True, kw_only=True)
class Native:
    """One call of a service.

    Attributes:
        about: Equal for the same thing.
        says: One line for people.
        facts: What else it says, by our names.
    """

    service: str
    about: str
    says: str
    id: str = ""
    account: str = ""
    at: datetime | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


def read_native(value: Json) -> Native | None:
    """Return what a service calls with; None when it is nothing we know."""
    if not isinstance(value, dict):
        return None
    made = (read(value) for read in _READERS)
    return next((one for one in made if one is not None), None)


def _config_rule(value: Json) -> Native | None:
    rule = text_of(member(value, "configRuleName"))
    if not rule or member(value, "invokingEvent") is None:
        return None
    opened = unfolded(Document(value=member(value, "invokingEvent"))).value
    found = _config(opened)
    if found is None:
        return None
    return Native(
        service="AWS Config",
        about=f"{rule} {found.about}",
        says=f"AWS Config asks the rule {rule}: {found.says}",
        id=found.id,
        account=found.account or text_of(member(value, "accountId")),
        at=found.at,
        facts={"configRuleName": rule, **found.facts},
    )


def _config(value: Json) -> Native | None:
    """Read what AWS Config notifies of; `messageType` says which kind it is."""
    kind = text_of(member(value, "messageType"))
    item = _item(value)
    if not kind or not (item or member(value, "recordVersion") is not None):
        return None
    resource = first_text(item, "resourceType")
    name = first_text(item, "resourceName", "resourceId")
    change = first_text(value, "configurationItemDiff.changeType")
    change = change or first_text(item, "configurationItemStatus")
    says = f"{resource} {name} changed ({change})" if name else _spaced(kind)
    changed = list(_changed(value))
    return Native(
        service="AWS Config",
        about=f"{resource} {name}".strip() or kind,
        says=says,
        account=first_text(item, "awsAccountId") or first_text(value, "awsAccountId"),
        at=read_time(first_text(value, "notificationCreationTime"))
        or read_time(first_text(item, "configurationItemCaptureTime")),
        facts={
            "messageType": kind,
            "resourceType": resource,
            "resource": name,
            "changed": ", ".join(changed),
            "region": first_text(item, "awsRegion"),
        },
    )


def _item(value: Json) -> Json:
    """Return the resource that a notification of AWS Config is about."""
    named = ("configurationItem", "configurationItemSummary", "newEvaluationResult")
    found = (member(value, key) for key in named)
    return next((one for one in found if one), None)


def _changed(value: Json) -> list[str]:
    found = member(member(value, "configurationItemDiff"), "changedProperties")
    return list(found)[:10] if isinstance(found, dict) else []


def _code_deploy(value: Json) -> Native | None:
    deployment = text_of(member(value, "DeploymentId"))
    hook = text_of(member(value, "LifecycleEventHookExecutionId"))
    if not deployment or not hook:
        return None
    return Native(
        service="AWS CodeDeploy",
        about=deployment,
        says=f"CodeDeploy runs a lifecycle hook of the deployment {deployment}",
        id=hook,
        facts={"deployment": deployment},
    )


def _code_pipeline(value: Json) -> Native | None:
    job = member(value, "CodePipeline.job")
    if not isinstance(job, dict):
        return None
    function = first_text(job, "data.actionConfiguration.configuration.FunctionName")
    return Native(
        service="AWS CodePipeline",
        about=function or text_of(member(job, "id")),
        says=f"CodePipeline runs a job of its pipeline with the function {function}",
        id=text_of(member(job, "id")),
        account=text_of(member(job, "accountId")),
        facts={"function": function},
    )


def _s3(value: Json) -> Native | None:
    record = next(iter(every(value, "Records[]")), None)
    bucket = first_text(record, "s3.bucket.name")
    if not bucket:
        return None
    key, event = first_text(record, "s3.object.key"), first_text(record, "eventName")
    return Native(
        service="Amazon S3",
        about=f"{bucket} {event}",
        says=f"S3 {event}: {key} in the bucket {bucket}",
        id=first_text(record, "s3.object.sequencer"),
        at=read_time(first_text(record, "eventTime")),
        facts={"eventName": event, "bucket": bucket, "key": key},
    )


def _spaced(kind: str) -> str:
    """Return ``ScheduledNotification`` as "scheduled notification"."""
    marks = (f" {mark.lower()}" if mark.isupper() else mark for mark in kind)
    return "".join(marks).strip()


_READERS: tuple[Callable[[Json], Native | None], ...] = (
    _config_rule,
    _config,
    _code_deploy,
    _code_pipeline,
    _s3,
)
