"""Shapes in which a stranger's words come to us, beside those of the fixtures.

Written by us after the public formats: Slack's events and shortcuts, structlog,
Splunk's HTTP event collector, Loki's push API, OTLP logs, CloudWatch Logs, Bedrock's
invocation log, Google's LogEntry, GitHub's webhooks, CloudTrail's records.
"""

from collections.abc import Callable
from typing import Any

_AT = "2026-05-04T10:02:00Z"
_NANOS = "1777888920000000000"
Shape = Callable[[str], Any]


def _labelled(**label: str) -> Any:
    labels = {"alertname": "LLMLatencyHigh", "severity": "warning", **label}
    one = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": _AT}
    return {"version": "4", "status": "firing", "alerts": [one]}


def _labels(name: str) -> Shape:
    return lambda text: _labelled(**{name: text})


def _called(event: str, **more: str) -> Any:
    return {
        "eventVersion": "1.09",
        "eventTime": _AT,
        "eventSource": "bedrock.amazonaws.com",
        "eventName": event,
        "awsRegion": "eu-central-1",
        "userIdentity": {"type": "IAMUser", "userName": "ci", "accountId": "1" * 12},
        **more,
    }


def _of_call(event: str, field: str) -> Shape:
    return lambda text: _called(event, **{field: text})


def _hook(**more: Any) -> Any:
    repository = {"full_name": "acme/chat", "node_id": "R_1"}
    sender = {"login": "dev1", "url": "https://api.github.com/users/dev1"}
    return {"action": "created", **more, "repository": repository, "sender": sender}


def _dependabot(text: str) -> Any:
    package = {"package": {"ecosystem": "pip", "name": "torch"}}
    told = {"summary": text, "description": text, "severity": "high"}
    return _hook(alert={"number": 5, "dependency": package, "security_advisory": told})


def _scanned(text: str) -> Any:
    found = {"secret_type": "openai_api_key", "resolution_comment": text, "number": 3}
    return _hook(alert=found)


def _loki(text: str) -> Any:
    return {"streams": [{"stream": {"app": "chat"}, "values": [[_NANOS, text]]}]}


def _otlp(text: str) -> Any:
    record = {"timeUnixNano": _NANOS, "severityText": "ERROR"}
    scope = {"logRecords": [{**record, "body": {"stringValue": text}}]}
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [scope]}]}


def _subscribed(text: str) -> Any:
    return {
        "messageType": "DATA_MESSAGE",
        "owner": "1" * 12,
        "logGroup": "/ecs/chat",
        "logStream": "web/1",
        "subscriptionFilters": ["errors"],
        "logEvents": [{"id": "1", "timestamp": 1777888920000, "message": text}],
    }


def _invoked(text: str) -> Any:
    asked = {"messages": [{"role": "user", "content": text}]}
    return {
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
        "timestamp": _AT,
        "accountId": "1" * 12,
        "region": "eu-central-1",
        "requestId": "r-1",
        "operation": "InvokeModel",
        "modelId": "amazon.nova-lite-v1:0",
        "input": {"inputContentType": "application/json", "inputBodyJson": asked},
        "output": {"outputBodyJson": {"amazon-bedrock-guardrailAction": "INTERVENED"}},
    }


def _applied(text: str) -> Any:
    attack = {"type": "PROMPT_ATTACK", "confidence": "HIGH", "action": "BLOCKED"}
    return {
        "action": "GUARDRAIL_INTERVENED",
        "outputs": [{"text": text}],
        "assessments": [{"contentPolicy": {"filters": [attack]}}],
        "input": text,
    }


def _chat(text: str) -> Any:
    return {"type": "message", "text": text, "user": "U1", "channel": "C1", "ts": "1.2"}


SHAPES: dict[str, Shape] = {
    "plain text": lambda text: text.encode(),
    "a text alone": lambda text: {"text": text},
    "a message alone": lambda text: {"message": text},
    "Slack's event": lambda text: {"type": "event_callback", "event": _chat(text)},
    "Slack's shortcut": lambda text: {
        "type": "message_action",
        "callback_id": "hand_over",
        "message": _chat(text),
        "channel": {"id": "C1", "name": "general"},
    },
    "a mail": lambda text: {"from": "a@example.com", "subject": text, "body": text},
    "structlog": lambda text: {"event": text, "level": "error", "timestamp": _AT},
    "Splunk's collector": lambda text: {
        "time": 1777888920,
        "event": text,
        "host": "w1",
    },
    "ECS": lambda text: {"@timestamp": _AT, "log.level": "ERROR", "message": text},
    "an exception": lambda text: {
        "exception": {"class": "ValueError", "message": text, "stacktrace": text}
    },
    "Loki": _loki,
    "OTLP": _otlp,
    "CloudWatch Logs": _subscribed,
    "Google's LogEntry": lambda text: {
        "textPayload": text,
        "severity": "ERROR",
        "logName": "projects/acme/logs/stderr",
        "resource": {"type": "k8s_container", "labels": {"cluster_name": "prod"}},
        "timestamp": _AT,
    },
    "Bedrock's invocation log": _invoked,
    "Bedrock's guardrail": _applied,
    "Dependabot": _dependabot,
    "secret scanning": _scanned,
    **{
        f"the label {name}": _labels(name)
        for name in (
            *("instance", "pod", "user", "path", "handler", "message", "reason"),
            *("service", "namespace", "job", "component", "type", "action", "event"),
        )
    },
    **{
        f"{field} of {event}": _of_call(event, field)
        for event in ("Converse", "DeleteGuardrail", "CreateModelInvocationJob")
        for field in ("errorMessage", "userAgent")
    },
}
"""How the field is called to what is posted with a text in it."""
