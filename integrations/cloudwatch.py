"""Amazon CloudWatch: alarms, bare, through SNS or as EventBridge events.

OK resolves, ALARM fires, INSUFFICIENT_DATA only updates: the alarm then knows
nothing. What else a topic or a queue carries, and no other integration takes, is read
as far as its fields have the usual names. The three shapes of an alarm are in
`bot/envelopes/alarm.py`; what can be collected about one is in
`cloudwatch_metrics.py` and `cloudwatch_logs.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.domain.envelope import Entity, EntityKind, Envelope, Status
from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted, clip
from bot.envelopes.alarm import Alarm, Metric, read_alarm
from bot.envelopes.aws_delivery import Delivery, documents
from bot.envelopes.aws_native import read_native
from bot.envelopes.aws_reading import counted, recognized
from bot.envelopes.fields import leaves, safe_key, text_of
from bot.envelopes.jsonbody import Document, Json, unfolded
from bot.envelopes.mapping import (
    MAX_TEXTS,
    SourceMap,
    body,
    digest,
    envelopes_of,
    identifier,
    word,
)
from bot.envelopes.names import TITLE, best
from bot.envelopes.sns import SnsKind, SnsMessage
from bot.envelopes.things import entities_in
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="cloudwatch",
    title="Amazon CloudWatch",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/"
    "Notify_Users_Alarm_Changes.html",
    summary="Alarms, bare, through SNS or EventBridge, and other messages of SNS.",
    general=True,
    family="aws",
)
_STATES: Mapping[str, Status] = {
    "ALARM": Status.FIRING,
    "OK": Status.RESOLVED,
    "INSUFFICIENT_DATA": Status.UPDATE,
}
_SUPPRESSED = "the alarm's actions are suppressed by another alarm; it only updates"
# AWS runs the actions of an alarm late, when its period is over and nothing suppresses
# it: that is the moment at which people are to hear of it, though the state is as old.
_HELD_BACK = "the alarm was held back until now by a suppressor or its waiting period"
_NO_STATE = "the alarm says no state we know; it counts as firing"
_LONGEST_TITLE = 300
# Dimensions whose value is an ARN or a name that the registry knows by its last part.
_DIMENSIONS: Mapping[str, EntityKind] = {
    "ModelId": EntityKind.MODEL,
    "ImportedModelArn": EntityKind.MODEL,
    "AgentAliasArn": EntityKind.AGENT,
    "AgentArn": EntityKind.AGENT,
    "GuardrailArn": EntityKind.GUARDRAIL,
    "EndpointName": EntityKind.ENDPOINT,
    "Endpoint": EntityKind.ENDPOINT,
    "FunctionName": EntityKind.SERVICE,
    "ApiName": EntityKind.SERVICE,
    "KnowledgeBaseId": EntityKind.SERVICE,
    "FlowId": EntityKind.AGENT,
}
"""Source: dimensions of AWS/Bedrock, AWS/Bedrock/Agents, AWS/Bedrock/Guardrails,
AWS/SageMaker, AWS/Lambda and AWS/ApiGateway in each service's user guide."""
_OTHERS = SourceMap(
    source=MANIFEST.name,
    title=("detail.title", "title", "subject", "detail.eventName", "detail-type"),
    title_else="A message from AWS",
    event_id=("id", "detail.id", "anomalyId"),
    dedup=("detail.eventArn", "detail.id", "anomalyId"),
    status=("detail.statusCode", "detail.status", "status"),
    severity=("severity", "detail.severity"),
    occurred_at=("time", "detail.startTime", "timestamp"),
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is an alarm, or any message of SNS."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a message.

    Raises:
        Unparsed: Not UTF-8, or neither an alarm nor a message of AWS.
    """
    found = documents(payload)
    return tuple(made for one in found for made in counted(one, envelopes(one)))


def takes(one: Delivery) -> bool:
    """Tell whether it is an alarm, or came by SNS or a queue and is nobody else's."""
    if read_alarm(one.value) is not None:
        return True
    if one.log is not None or one.event is not None:
        return False
    return one.is_wrapped and read_native(one.value) is None


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the alarm, or whatever else it is as far as usual names tell.

    Raises:
        Unparsed: It says nothing.
    """
    message = one.message
    alarm = read_alarm(one.value)
    if alarm is not None:
        return (_of_alarm(alarm, message, one.document.notes),)
    if message is not None and message.kind is not SnsKind.NOTIFICATION:
        return (_of_subscription(message),)
    return _of_others(one)


def _of_alarm(
    alarm: Alarm, message: SnsMessage | None, notes: tuple[str, ...]
) -> Envelope:
    status = _STATES.get(alarm.state.strip().upper())
    if status is None:
        notes = (*notes, _NO_STATE)
    if status is Status.FIRING and alarm.suppressed_by:
        status, notes = Status.UPDATE, (*notes, _SUPPRESSED)
    elif status is Status.FIRING and alarm.held_back_by:
        notes = (*notes, _HELD_BACK)
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(message.message_id if message else ""),
        dedup_key=_sameness(alarm),
        status=status or Status.FIRING,
        occurred_at=alarm.at,
        title=_title(alarm),
        texts=_texts(alarm),
        entities=_entities(alarm),
        vendor_severity=word(alarm.priority),
        notes=notes,
    )


def _sameness(alarm: Alarm) -> str:
    if alarm.arn:
        return identifier(alarm.arn)
    return digest([alarm.account, alarm.region, alarm.name])


def _title(alarm: Alarm) -> Untrusted:
    first = next(iter(alarm.description.strip().splitlines()), "")
    metric = next(iter(alarm.metrics), Metric())
    watched = f"{metric.namespace} {metric.name or metric.label}".strip()
    about = first or watched
    return body(clip(f"{alarm.name}: {about}" if about else alarm.name, _LONGEST_TITLE))


def _texts(alarm: Alarm) -> dict[str, Untrusted]:
    """Return the alarm under the names of SNS, whatever shape it came in."""
    named = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "NewStateReason": alarm.reason,
        "NewStateValue": alarm.state,
        "OldStateValue": alarm.previous,
        "AlarmRule": alarm.rule,
        "TriggeringChildren": ", ".join(alarm.children),
        "ActionsSuppressedBy": alarm.suppressed_by,
        "Threshold": alarm.threshold,
        "ComparisonOperator": alarm.comparison,
        "Region": alarm.region,
        "AWSAccountId": alarm.account,
        "AlarmArn": alarm.arn,
    }
    for place, metric in enumerate(alarm.metrics, 1):
        mark = "" if place == 1 else f"#{place}"
        named |= {f"{key}{mark}": text for key, text in _of_metric(metric)}
    kept = {key: body(text) for key, text in named.items() if text.strip()}
    return dict(list(kept.items())[:MAX_TEXTS])


def _of_metric(metric: Metric) -> Iterator[tuple[str, str]]:
    yield "Namespace", metric.namespace
    yield "MetricName", metric.name
    yield "Statistic", metric.statistic
    yield "Period", metric.period
    yield "Expression", metric.expression
    yield "Label", metric.label
    for name, value in metric.dimensions:
        yield f"Dimensions.{safe_key(name)}", value


def _entities(alarm: Alarm) -> tuple[Entity, ...]:
    pairs = [pair for metric in alarm.metrics for pair in metric.dimensions]
    found = [one for name, value in pairs for one in _known(name, value)]
    found += entities_in(pairs)
    found += [Entity.named(EntityKind.ACCOUNT, alarm.account)] * bool(alarm.account)
    return tuple(one for one in dict.fromkeys(found) if one.id)


def _known(name: str, value: str) -> Iterator[Entity]:
    """Yield a dimension's thing; of an ARN each part of its name first.

    ``…:agent-alias/AGENT/ALIAS`` names the agent, then the alias.
    """
    kind = _DIMENSIONS.get(name)
    if kind is None:
        return
    if value.startswith("arn:"):
        for part in value.split("/")[1:]:
            yield Entity.named(kind, part)
    yield Entity.named(kind, value)


def _of_subscription(message: SnsMessage) -> Envelope:
    """Return what SNS says about a subscription; its end is an alarm of its own."""
    topic = message.topic.rpartition(":")[2]
    ended = message.kind is SnsKind.UNSUBSCRIBED
    title = (
        f"Alarms of the topic {topic} no longer reach Tocsin: it was unsubscribed"
        if ended
        else f"The topic {topic} asks to be subscribed"
    )
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(message.message_id),
        dedup_key=digest([message.kind, message.topic]),
        status=Status.FIRING if ended else Status.UPDATE,
        occurred_at=message.at,
        title=body(clip(title, _LONGEST_TITLE)),
        texts={"Type": body(message.kind), "TopicArn": body(message.topic)},
    )


def _of_others(one: Delivery) -> tuple[Envelope, ...]:
    message, document = one.message, one.document
    subject = message.subject if message else ""
    if isinstance(document.value, dict | list):
        return _of_json(_in_one(document, subject), unfolded(document))
    text = text_of(document.value).strip()
    if not text and not subject:
        raise Unparsed(
            "The payload is not one of CloudWatch",
            because="it is neither an alarm nor a message of SNS",
            next_move="Post alarms, or use another source for this sender.",
        )
    first = next(iter(text.splitlines()), "")
    return (
        Envelope(
            source=MANIFEST.name,
            source_event_id=identifier(message.message_id if message else ""),
            dedup_key=digest([subject or first, message.topic if message else ""]),
            occurred_at=message.at if message else None,
            title=body(clip(subject or first, _LONGEST_TITLE)),
            texts={"Message": body(text)} if text else {},
            notes=document.notes,
        ),
    )


def _of_json(document: Document, whole: Document) -> tuple[Envelope, ...]:
    """Return JSON by the names that many senders use, where ours are not there."""
    (made,) = envelopes_of(document, _OTHERS)
    if made.title.for_rules() != _OTHERS.title_else:
        return (made,)
    found = leaves(whole.value, most=MAX_TEXTS)
    said = best(found, TITLE) or _OTHERS.title_else
    return (replace(made, title=body(clip(said, _LONGEST_TITLE))),)


def _in_one(document: Document, subject: str) -> Document:
    """Return the wrapped value as one object, with the subject where it has none."""
    value = document.value
    whole: dict[str, Json] = value if isinstance(value, dict) else {"entries": value}
    if subject and "title" not in whole:
        whole = {"title": subject, **whole}
    return Document(value=whole, notes=document.notes)
