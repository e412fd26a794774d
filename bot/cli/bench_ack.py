"""How soon Slack gets its answer to a command, durable before it."""

import hashlib
import hmac
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bot.cli.bench_load import Post, run_load
from bot.cli.bench_server import server

_COMMANDS = 600
_CONNECTIONS = 4
# Slack gives up after this long.
_SLACK_LIMIT_MS = 3000.0
# Our own budget for everything before the answer.
_BUDGET_P99_MS = 300.0


def measure() -> dict[str, Any]:
    """Return the figures of signed slash commands that change something."""
    with server() as facts:
        posts = [_note(facts, number) for number in range(_COMMANDS)]
        load = run_load(posts, connections=_CONNECTIONS, wanted=200)
    return {
        "commands acked per s": load.per_s,
        "ack p50 ms": load.p50_ms,
        "ack p99 ms": load.p99_ms,
        "budget p99 ms": _BUDGET_P99_MS,
        "Slack gives up after ms": _SLACK_LIMIT_MS,
        "not acked": load.wrong,
    }


def _note(facts: dict[str, Any], number: int) -> Post:
    form = {
        "command": "/incident",
        "text": f"note line {number} of the benchmark",
        "team_id": "T0TEAM",
        "channel_id": "C0INCIDENTS",
        "user_id": "U0ONCALL",
        "user_name": "olu",
        "trigger_id": f"bench.{number}",
        "api_app_id": "A0TOCSIN",
        "response_url": f"{facts['practice_url']}/response/none",
    }
    body = urlencode(form).encode()
    stamp = str(int(time.time()))  # noqa: TID251 - a signature carries the real time
    signed = hmac.new(
        _secret(facts), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256
    )
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": "v0=" + signed.hexdigest(),
    }
    return Post(url=f"{facts['url']}/slack/events", body=body, headers=headers)


def _secret(facts: dict[str, Any]) -> bytes:
    return Path(facts["home"], "keys", "practice.secret").read_text("utf-8").encode()
