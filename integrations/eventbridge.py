"""Amazon EventBridge: events of any service that no other integration takes.

Also what services call a Lambda with, without EventBridge: a rule of AWS Config, a hook
of CodeDeploy, a notification of S3. The title is put together from what the event
says, because ``EC2 Instance State-change Notification`` tells nobody which.
"""

from collections.abc import Iterator

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.untrusted import Untrusted
from bot.envelopes.alarm import read_alarm
from bot.envelopes.arns import things_of
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_native import Native, read_native
from bot.envelopes.aws_reading import (
    headline,
    named,
    parsed,
    recognized,
    several,
    texts,
)
from bot.envelopes.eventbridge import AwsEvent
from bot.envelopes.fields import first_text, leaves, text_of
from bot.envelopes.jsonbody import Document, unfolded
from bot.envelopes.mapping import digest, identifier, links_of, word
from bot.envelopes.names import names
from bot.envelopes.statuses import status_of
from bot.envelopes.things import entities_in
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="eventbridge",
    title="Amazon EventBridge",
    docs="https://docs.aws.amazon.com/eventbridge/latest/userguide/"
    "eb-events-structure.html",
    summary="Events of AWS services and of your own that no other source takes.",
    general=True,
    family="aws",
)
_MOST_LEAVES = 120
# Where services say what something is called, in the order in which they tell most.
_ABOUT = names(
    "jobName batchJobName deploymentId application pipeline repositoryName"
    " stateMachineArn name resourceName resourceId instance-id instance_id alarmName"
    " configRuleName evaluationResultIdentifier clusterArn taskArn bucket.name"
    " requestParameters.bucketName s3ObjectDetails.objectKey jobArn"
    " check-name repository-name"
)
_STATES = names(
    "status state jobStatus newEvaluationResult.complianceType complianceType"
    " statusCode buildStatus desiredStatus lastStatus"
    " scanResultDetails.scanResultStatus"
)
_REASONS = names(
    "failureMessage statusReason reason stopReason message errorMessage error cause"
    " annotation newEvaluationResult.annotation description"
)
_TIMES = ("detail.startTime", "detail.eventTime", "detail.timestamp", "detail.time")
# Words for the state of a job or resource. Those of a machine that somebody stops or
# starts are news, not alarms: they only update.
_WORDS = {
    **dict.fromkeys(
        names(
            "failed failure fault stopped_on_error noncompliant non_compliant timed_out"
            " aborted partially_completed expired threats_found"
        ),
        Status.FIRING,
    ),
    **dict.fromkeys(
        names("compliant succeeded success no_threats_found"), Status.RESOLVED
    ),
    **dict.fromkeys(
        names(
            "started start submitted running in_progress inprogress pending validating"
            " scheduled ready queued stopping stopped superseded resumed created"
            " shutting-down shutting_down"
        ),
        Status.UPDATE,
    ),
}


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds an event of EventBridge."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event.

    Raises:
        Unparsed: There is no event.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is an event, or what a service calls a Lambda with.

    An alarm's is not: that is CloudWatch's own, in whatever way it comes.
    """
    if read_alarm(one.value) is not None:
        return False
    return one.event is not None or read_native(one.value) is not None


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the event.

    Raises:
        Unparsed: It is none.
    """
    event = one.event
    if event is not None:
        return (_of_event(event, one),)
    native = read_native(one.value)
    return () if native is None else (_of_native(native, one),)


def _of_event(event: AwsEvent, one: Delivery) -> Envelope:
    detail = unfolded(Document(value=event.detail)).value
    found = leaves(detail, most=_MOST_LEAVES)
    about, state = first_text(detail, *_ABOUT), _state(event, one)
    things = list(_things(event))
    things += entities_in((leaf.name, text_of(leaf.value)) for leaf in found)
    frame = {
        "source": event.source,
        "detail-type": event.detail_type,
        "account": event.account,
        "region": event.region,
        "resources": ", ".join(event.resources),
    }
    told = {f"detail.{leaf.path}": text_of(leaf.value) for leaf in found}
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(event.id),
        dedup_key=digest([event.source, event.detail_type, _same(event, about)]),
        status=status_of(state, _WORDS) or Status.FIRING,
        occurred_at=event.at or read_time(first_text(one.value, *_TIMES)),
        title=_title(event, about, state, first_text(detail, *_REASONS)),
        texts=texts(frame | told),
        entities=several(things),
        vendor_severity=word(first_text(detail, "severity", "severity.label")),
        links=links_of([first_text(detail, "url", "link", "console_url")]),
        notes=one.document.notes,
    )


def _state(event: AwsEvent, one: Delivery) -> str:
    """Return the word for its state; CodePipeline and CodeBuild call it otherwise."""
    return first_text(event.detail, *_STATES) or first_text(
        one.value, "detail.build-status", "detail.current-phase"
    )


def _same(event: AwsEvent, about: str) -> str:
    """Return what stays equal while its state changes."""
    finding = first_text(event.detail, "findingArn", "eventArn")
    return finding or about or next(iter(event.resources), "") or event.account


def _title(event: AwsEvent, about: str, state: str, reason: str) -> Untrusted:
    named_so = first_text(event.detail, "title")
    if named_so:
        return headline(named_so)
    what = event.detail_type
    service = event.source.removeprefix("aws.")
    if service.casefold() not in what.casefold():
        what = f"{service}: {what}"
    thing = about or next(iter(event.resources), "")
    short = thing.rpartition("/")[2] if thing.startswith("arn:") else thing
    ends = f"is {state}" if state else ""
    return headline(
        what, f"· {short}" if short else "", ends, f"· {reason}"[:160] if reason else ""
    )


def _things(event: AwsEvent) -> Iterator[Entity]:
    for arn in event.resources:
        yield from things_of(arn)
    yield from named(EntityKind.ACCOUNT, event.account)


def _of_native(native: Native, one: Delivery) -> Envelope:
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(native.id),
        dedup_key=digest([native.service, native.about]),
        status=Status.FIRING,
        occurred_at=native.at,
        title=headline(native.says),
        texts=texts({"service": native.service, **native.facts}),
        entities=several(named(EntityKind.ACCOUNT, native.account)),
        notes=one.document.notes,
    )
