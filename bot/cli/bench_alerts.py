"""The alerts of the intake benchmark, in Alertmanager's own form.

A thousand problems on a hundred systems; every alert of one problem differs from the
one before in its times only. The same alerts go to us, as Alertmanager's webhook sends
them, and to Alertmanager, as Prometheus sends them.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

PROBLEMS = 1000
BATCH = 100
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)


def alert(number: int, *, problem: int) -> dict[str, Any]:
    """Return one alert; of two with one problem only the times differ."""
    return {
        "status": "firing",
        "labels": {
            "alertname": "LLMLatencyHigh",
            "severity": "warning",
            "model": f"model-{problem % 100}",
            "instance": f"host-{problem}",
        },
        "annotations": {
            "summary": f"Model {problem % 100} answers slowly on host {problem}",
            "description": "p95 latency is 9.4 s, the objective is 2 s. " * 4,
        },
        "startsAt": (_FIRST + number * _STEP).isoformat(timespec="milliseconds")[:-6]
        + "Z",
        "endsAt": "2030-01-01T00:00:00Z",
        "generatorURL": "http://prometheus.example/graph",
    }


def groups(
    count: int, *, size: int, first: int = 0, problems: int = PROBLEMS
) -> Iterator[bytes]:
    """Yield payloads of Alertmanager's webhook, `size` alerts each."""
    for number in range(first, first + count * size, size):
        batch = [alert(n, problem=n % problems) for n in range(number, number + size)]
        group = f"{number // size % max(problems // size, 1)}"
        yield orjson.dumps(
            {
                "version": "4",
                "status": "firing",
                "receiver": "tocsin",
                "groupKey": f'{{}}:{{group="{group}"}}',
                "groupLabels": {"group": group},
                "commonLabels": {"alertname": "LLMLatencyHigh"},
                "commonAnnotations": {},
                "externalURL": "http://alertmanager.example",
                "truncatedAlerts": 0,
                "alerts": [
                    {**one, "fingerprint": f"{n % problems:016x}"}
                    for n, one in enumerate(batch, number)
                ],
            }
        )


def lists(count: int, *, size: int, first: int = 0) -> Iterator[bytes]:
    """Yield bodies of Alertmanager's own API, the same alerts."""
    for number in range(first, first + count * size, size):
        yield orjson.dumps(
            [
                {name: one for name, one in made.items() if name != "status"}
                for made in (
                    alert(n, problem=n % PROBLEMS) for n in range(number, number + size)
                )
            ]
        )
