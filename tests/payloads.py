"""Payloads of Alertmanager's webhook for tests of the worker, made from numbers."""

import json
from collections.abc import Sequence
from typing import Any


def alert(problem: int, *, at: int = 0, **changed: Any) -> dict[str, Any]:
    """Return one alert; `at` moves its times and nothing else."""
    return {
        "status": "firing",
        "labels": {
            "alertname": "LLMLatencyHigh",
            "severity": "warning",
            "instance": f"host-{problem}",
        },
        "annotations": {
            "summary": f"Host {problem} answers slowly, p95 latency is high",
            "description": "The queue of the model server is long.",
        },
        "startsAt": f"2026-02-02T10:{at // 60 % 60:02d}:{at % 60:02d}Z",
        "endsAt": f"2026-02-02T11:{at // 60 % 60:02d}:{at % 60:02d}Z",
        "fingerprint": f"{problem:016x}",
        **changed,
    }


def group(alerts: Sequence[Any], *, key: str = "", **changed: Any) -> dict[str, Any]:
    """Return a payload with these alerts; without a key they share no group."""
    return {
        "version": "4",
        "status": "firing",
        "receiver": "tocsin",
        "groupKey": key,
        "groupLabels": {"group": key} if key else {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example",
        "truncatedAlerts": 0,
        "alerts": list(alerts),
        **changed,
    }


def raw(body: Any) -> bytes:
    """Return a payload as it is posted."""
    return json.dumps(body).encode()
