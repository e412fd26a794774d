"""How many alerts a second are on disk before their 202."""

import json
from typing import Any

from bot.cli.bench_load import Load, Post, run_load
from bot.cli.bench_rival import bare_sqlite_commits_per_s
from bot.cli.bench_server import server

_ALERTS = 4000
_CONNECTIONS = 16
# At half the peak rate the 202 must come within this time.
_P99_LIMIT_MS = 20.0


def measure() -> dict[str, Any]:
    """Return the figures; the load comes from this process, the server is another."""
    bare = bare_sqlite_commits_per_s()
    with server() as facts:
        run_load(_posts(facts, 200, "warm"), connections=4, wanted=202)
        full = run_load(
            _posts(facts, _ALERTS, "full"), connections=_CONNECTIONS, wanted=202
        )
        calm = run_load(_posts(facts, _ALERTS // 4, "calm"), connections=2, wanted=202)
    return _figures(full, calm, bare)


def _figures(full: Load, calm: Load, bare: float) -> dict[str, Any]:
    return {
        "alerts accepted per s": full.per_s,
        "bare SQLite commits per s": bare,
        "ratio": full.per_s / bare,
        "202 p50 ms, full load": full.p50_ms,
        "202 p99 ms, full load": full.p99_ms,
        "202 p50 ms, light load": calm.p50_ms,
        "202 p99 ms, light load": calm.p99_ms,
        "limit p99 ms, light load": _P99_LIMIT_MS,
        "not accepted": full.wrong + calm.wrong,
    }


def _posts(facts: dict[str, Any], count: int, mark: str) -> list[Post]:
    headers = {
        "Authorization": f"Bearer {facts['tokens']['alerts']}",
        "Content-Type": "application/json",
    }
    url = f"{facts['url']}/alerts/webhook"
    return [
        Post(url=url, headers=headers, body=_body(f"{mark}-{number}", number % 20))
        for number in range(count)
    ]


def _body(unique: str, problem: int) -> bytes:
    alert = {
        "id": unique,
        "title": f"Model {problem} answers slowly",
        "severity": "warning",
        "service": f"model-{problem}",
        "description": "p95 latency is 9.4 s, the objective is 2 s. " * 12,
    }
    return json.dumps(alert).encode()
