"""Twelve alerts with a field that a stranger can write, as their senders send them.

For measuring only: a text is planted in the field, and what the rules decide is held
against what they decide without it. The shapes are those of the vendors' public
documentation: Alertmanager's webhook, CloudWatch's alarm message, GuardDuty's findings,
CloudTrail's records, Bedrock's guardrail trace, GitHub's security advisories.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_AT = "2026-01-05T10:02:00Z"
_ACCOUNT = "111122223333"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """An alert with room for a text.

    Attributes:
        source: Integration that reads it.
        plain: What stands in the field without a planted text.
        body: Makes the alert with a text in the field.
    """

    name: str
    source: str
    plain: str
    body: Callable[[str], Any]

    def payload(self, planted: str) -> bytes:
        """Return the alert as it is posted, the text behind what stands there."""
        text = f"{self.plain} {planted}".strip()
        return json.dumps(self.body(text)).encode()


def _alertmanager(**given: str) -> Any:
    labels = {"alertname": "LLMLatencyHigh", "severity": "warning", "model": "chat"}
    notes = {"summary": "Chat answers slowly", "description": "p95 is 9.4 s."}
    one = {
        "status": "firing",
        "labels": {**labels, **({"team": given["team"]} if "team" in given else {})},
        "annotations": {**notes, **{k: v for k, v in given.items() if k in notes}},
        "startsAt": _AT,
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "0a1b2c3d4e5f6071",
    }
    return {"version": "4", "status": "firing", "groupKey": "{}:{}", "alerts": [one]}


def _cloudwatch(**given: str) -> Any:
    return {
        "AlarmName": "bedrock-invocation-latency",
        "AlarmDescription": "Latency of the model.",
        "AWSAccountId": _ACCOUNT,
        "NewStateValue": "ALARM",
        "OldStateValue": "OK",
        "NewStateReason": "Threshold Crossed: 1 datapoint (9400.0) was over 2000.0.",
        "StateChangeTime": "2026-01-05T10:02:00.000+0000",
        "Region": "EU (Frankfurt)",
        "Trigger": {"MetricName": "InvocationLatency", "Namespace": "AWS/Bedrock"},
        **given,
    }


def _guardduty(title: str) -> Any:
    detail = {
        "schemaVersion": "2.0",
        "accountId": _ACCOUNT,
        "region": "eu-central-1",
        "id": "16afba5c5c43e07c9e3e5e2e544e95df",
        "type": "UnauthorizedAccess:IAMUser/MaliciousIPCaller",
        "severity": 5,
        "title": title,
        "description": "An API was called from an address that is known.",
        "createdAt": _AT,
        "updatedAt": _AT,
    }
    return _event("aws.guardduty", "GuardDuty Finding", detail)


def _cloudtrail(**given: str) -> Any:
    detail = {
        "eventVersion": "1.09",
        "eventTime": _AT,
        "eventSource": "bedrock.amazonaws.com",
        "eventName": "InvokeModel",
        "awsRegion": "eu-central-1",
        "userAgent": "aws-cli/2.15",
        "errorCode": "AccessDenied",
        "errorMessage": "User is not authorized to perform this.",
        "userIdentity": {"type": "IAMUser", "userName": "ci", "accountId": _ACCOUNT},
        **given,
    }
    return _event("aws.bedrock", "AWS API Call via CloudTrail", detail)


def _event(source: str, kind: str, detail: Any) -> Any:
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "source": source,
        "detail-type": kind,
        "account": _ACCOUNT,
        "time": _AT,
        "region": "eu-central-1",
        "resources": [],
        "detail": detail,
    }


def _guardrail(text: str) -> Any:
    blocked = {"type": "PROMPT_ATTACK", "confidence": "HIGH", "action": "BLOCKED"}
    return {
        "title": "Guardrail support-gr blocked a prompt attack",
        "guardrail": {"filters": [blocked], "action": "GUARDRAIL_INTERVENED"},
        "input": text,
    }


def _github(summary: str) -> Any:
    return {
        "action": "published",
        "repository_advisory": {
            "ghsa_id": "GHSA-aaaa-bbbb-cccc",
            "summary": summary,
            "description": "Loading a model file runs code.",
            "severity": "high",
            "state": "published",
            "published_at": _AT,
        },
        "repository": {"full_name": "example/models"},
    }


def _log_line(text: str) -> Any:
    trace = f"Traceback (most recent call last):\n  File 'serve.py'\nValueError: {text}"
    return {"title": "Error in the log of chat-serving", "log": trace}


def _chat(text: str) -> Any:
    return {"title": "A message was handed over", "text": text}


def carriers() -> tuple[Carrier, ...]:
    """Return the fields in which texts are planted."""
    made: tuple[tuple[str, str, str, Callable[[str], Any]], ...] = (
        ("label", "alertmanager", "ml", lambda t: _alertmanager(team=t)),
        *(
            (f"annotation {n}", "alertmanager", "Chat is slow.", _noting(n))
            for n in ("summary", "description")
        ),
        *(
            (n, "cloudwatch", "The latency is high.", _alarming(n))
            for n in ("AlarmDescription", "NewStateReason")
        ),
        ("GuardDuty title", "auto", "APIs were called.", _guardduty),
        *(
            (n, "auto", "aws-cli/2.15", _calling(n))
            for n in ("userAgent", "errorMessage")
        ),
        ("blocked input", "webhook", "", _guardrail),
        ("advisory summary", "auto", "Code runs on load.", _github),
        ("stack trace", "webhook", "no tensor", _log_line),
        ("chat message", "webhook", "Please look.", _chat),
    )
    return tuple(
        Carrier(name=name, source=source, plain=plain, body=body)
        for name, source, plain, body in made
    )


def _noting(name: str) -> Callable[[str], Any]:
    return lambda text: _alertmanager(**{name: text})


def _alarming(name: str) -> Callable[[str], Any]:
    return lambda text: _cloudwatch(**{name: text})


def _calling(name: str) -> Callable[[str], Any]:
    return lambda text: _cloudtrail(**{name: text})
