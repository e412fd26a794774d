"""Gives the practice cloud a past: an hour of figures, log lines, logged model calls.

So that there is something to collect when an alarm rings. Written once, when the log
streams are made; people in it are invented and secrets are not real.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.aws.session import AwsSession

_MINUTES = 60
_METRICS = (
    ("Invocations", 40, "Count"),
    ("InvocationThrottles", 0, "Count"),
    ("InvocationLatency", 812, "Milliseconds"),
    ("InputTokenCount", 85_600, "Count"),
    ("OutputTokenCount", 7_520, "Count"),
)
"""Metric of AWS/Bedrock, value a minute, unit: all below what the alarms watch."""
_LINES = (
    "START summary of claim 4711, model claude-3-haiku",
    "guardrail support-gr: input passed",
    "END duration 812 ms, input 2140 tokens, output 188 tokens",
    "START summary of claim 4712 for erika.mustermann@example.org",
    "WARN ThrottlingException from bedrock-runtime, attempt 1 of 3",
    "WARN ThrottlingException from bedrock-runtime, attempt 2 of 3",
    "ERROR claim 4712 was not summarized: Too many requests",
)
_THERE = frozenset(
    {
        *("EntityAlreadyExists", "ResourceConflictException", "ConflictException"),
        *("ResourceAlreadyExistsException", "BucketAlreadyOwnedByYou"),
    }
)


def record_past(
    session: AwsSession, *, model: str, groups: Sequence[str], at: datetime
) -> None:
    """Write figures and lines that end at a time, unless that was done before.

    Args:
        groups: A function's log group, then that of the model's calls.
        at: Aware UTC.
    """
    function, calls = groups
    logged = [json.dumps(_call(model, at, number)) for number in range(3)]
    is_new = _write(session, function, _LINES, at)
    _write(session, calls, logged, at)
    session.client("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {
                "logGroupName": calls,
                "roleArn": "arn:aws:iam::000000000000:role/bedrock-logging",
            },
            "textDataDeliveryEnabled": True,
        }
    )
    if is_new:
        _figures(session, model, at)


def unless_there(create: Callable[..., Any], **asked: Any) -> bool:
    """Create something; return False where it exists already."""
    from botocore.exceptions import ClientError

    try:
        create(**asked)
    except ClientError as error:
        if error.response["Error"]["Code"] in _THERE:
            return False
        raise
    return True


def _write(session: AwsSession, group: str, lines: Sequence[str], at: datetime) -> bool:
    """Write lines a second apart; return False where the stream exists already."""
    logs = session.client("logs")
    unless_there(logs.create_log_group, logGroupName=group)
    where = {"logGroupName": group, "logStreamName": "practice"}
    if not unless_there(logs.create_log_stream, **where):
        return False
    first_ms = int(at.timestamp() * 1000) - 1000 * len(lines)
    events = [
        {"timestamp": first_ms + 1000 * place, "message": line}
        for place, line in enumerate(lines)
    ]
    logs.put_log_events(**where, logEvents=events)
    return True


def _call(model: str, at: datetime, number: int) -> dict[str, Any]:
    """Return one entry of Bedrock's invocation log, version 1.0."""
    prompt = f"Summarize claim {4711 + number} of Erika Mustermann"
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "requestId": f"00000000-0000-4000-8000-{number:012d}",
        "operation": "Converse",
        "modelId": model,
        "identity": {"arn": "arn:aws:iam::000000000000:user/ml-batch"},
        "input": {"inputBodyJson": {"prompt": prompt}, "inputTokenCount": 2140},
        "output": {"outputBodyJson": {"text": "A claim."}, "outputTokenCount": 188},
    }


def _figures(session: AwsSession, model: str, at: datetime) -> None:
    cloudwatch = session.client("cloudwatch")
    dimensions = [{"Name": "ModelId", "Value": model}]
    for name, value, unit in _METRICS:
        data = [
            {
                "MetricName": name,
                "Dimensions": dimensions,
                # The last two minutes stay empty: an alarm looks at those.
                "Timestamp": at - timedelta(minutes=minute),
                "Value": value + minute % 7,
                "Unit": unit,
            }
            for minute in range(2, _MINUTES)
        ]
        cloudwatch.put_metric_data(Namespace="AWS/Bedrock", MetricData=data)
