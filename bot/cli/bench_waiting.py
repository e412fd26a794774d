"""`tocsin bench card`: how soon a card stands after the 202, whatever a model does.

A bot of its own for each kind of model: one that writes, one that hangs, declines, says
rubbish, costs too much, and one that is not there. Alerts come one by one, slower than
Slack's pace for a channel, so that no message waits for the one before it.
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.cli.bench_alerts import groups
from bot.cli.bench_server import server
from bot.cli.bench_stand_in import StandIn, stand_in

_ALERTS = 8
# Slack: one message a second in a channel.
_PAUSE_S = 1.5
_WITHIN_S = 15
_LIMIT_MS = 1000.0
_MESSAGES = "/practice/channels/C0INCIDENTS/messages"
_NOBODY = "http://127.0.0.1:9/v1"
_CLAIM = '{"text": "p95 latency is 9.4 s", "evidence": ["e1"]}'
_CLAIMS = f'{{"claims": [{_CLAIM}], "unknown": []}}'
_MODELS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "writes": ({"content": _CLAIMS}, {}),
    "hangs": ({"hangs": True}, {}),
    "declines": ({"refusal": "I will not"}, {}),
    "says rubbish": ({"content": "<!channel> {"}, {}),
    "is over budget": ({}, {"TOCSIN_MODEL_TOKENS_PER_INCIDENT": "1"}),
    "is not there": ({}, {"TOCSIN_MODEL_BASE_URL": _NOBODY}),
    "is not configured": ({}, {"TOCSIN_MODEL_PROVIDER": ""}),
}


def measure() -> dict[str, Any]:
    """Return the times from the 202 to the card, for each kind of model."""
    found: dict[str, Any] = {}
    for name, (says, more) in _MODELS.items():
        with _bot(says, more) as facts:
            took = sorted(_times(facts))
        found[f"the model {name}: p50 ms"] = took[len(took) // 2]
        found[f"the model {name}: worst of {len(took)}, ms"] = took[-1]
    return {**found, "limit ms": _LIMIT_MS}


@contextmanager
def _bot(says: dict[str, Any], more: dict[str, str]) -> Iterator[dict[str, Any]]:
    with stand_in() as model:
        for name, value in says.items():
            setattr(model, name, value)
        with server(**_settings(model, more)) as facts:
            yield facts


def _settings(model: StandIn, more: dict[str, str]) -> dict[str, str]:
    given = {
        "TOCSIN_MODEL_PROVIDER": "openai",
        "TOCSIN_MODEL_NAME": "stand-in",
        "TOCSIN_MODEL_API_KEY": "stand-in",
        "TOCSIN_MODEL_BASE_URL": model.url,
        **more,
    }
    if not given["TOCSIN_MODEL_PROVIDER"]:
        return {}
    return given


def _times(facts: dict[str, Any]) -> Iterator[float]:
    """Yield milliseconds from each 202 to its card in the practice workspace."""
    # The first alert of a bot also starts what reads them; it is not counted.
    for number, body in enumerate(groups(_ALERTS + 1, size=1)):
        before = _ask(facts, _MESSAGES)
        _ask(facts, "/alerts/alertmanager", body)
        begin = time.perf_counter()
        _wait_for_a_card(facts, before)
        took_ms = (time.perf_counter() - begin) * 1000
        if number:
            yield took_ms
        time.sleep(_PAUSE_S)


def _wait_for_a_card(facts: dict[str, Any], before: dict[str, Any]) -> None:
    """Wait for a message that is new; an older one may be edited meanwhile.

    Raises:
        RuntimeError: None came.
    """
    known, after = {one["ts"] for one in before["messages"]}, before["seq"]
    until = time.monotonic() + _WITHIN_S
    while time.monotonic() < until:
        found = _ask(facts, f"{_MESSAGES}?after={after}&wait={_WITHIN_S}")
        if any(one["ts"] not in known for one in found["messages"]):
            return
        after = found["seq"]
    raise RuntimeError("no card came")


def _ask(facts: dict[str, Any], path: str, body: bytes | None = None) -> Any:
    headers = {
        "Content-Type": "application/json",
        "Authorization": f"Bearer {facts['tokens']['alerts']}",
    }
    asked = urllib.request.Request(facts["url"] + path, body, headers)  # noqa: S310
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310 - loopback
        return json.loads(answer.read())
