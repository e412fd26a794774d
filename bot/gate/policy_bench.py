"""How long a decision takes, beside bare cedarpy on the same question.

Bare means: the same policies, schema and question, with everything that can be
prepared prepared, also the text of the question, and no look at the answer. So the
ratio shows what asking in our own words and failing closed costs.
"""

import time
from collections.abc import Callable
from statistics import median, quantiles
from typing import Any

import cedarpy

from bot.gate.policy import Policy
from bot.gate.policy_ordinary import question_of
from bot.gate.policy_question import entities_of, request_of
from bot.gate.policy_reading import read_schemas

_WARM_UP = 200
_ROUNDS = 3000


def bench_policy() -> dict[str, Any]:
    """Return the figures of this machine, by name with their unit."""
    policy = Policy.load()
    question = question_of(
        who={"groups": ["approvers", "oncall"]}, what={"verb": "approve", "level": "T2"}
    )
    request, entities = request_of(question), entities_of(question)
    schema = read_schemas().plain
    policies = cedarpy.PolicySet.from_str(
        "\n".join(rule.text for rule in policy.rules.values() if not rule.needs)
    )
    ours, bare = _measured(
        lambda: policy.decide(question),
        lambda: cedarpy.is_authorized(request, policies, entities, schema),
    )
    return {
        "decision p50, µs": median(ours),
        "decision p99, µs": quantiles(ours, n=100)[98],
        "bare cedarpy p50, µs": median(bare),
        "bare cedarpy p99, µs": quantiles(bare, n=100)[98],
        "ratio p50": median(ours) / median(bare),
        "limit of the ratio": 1.5,
        "policies": len(policy.rules),
    }


def _measured(
    ours: Callable[[], object], bare: Callable[[], object]
) -> tuple[list[float], list[float]]:
    """Return the microseconds of each call, the two taken in turns."""
    for _ in range(_WARM_UP):
        ours()
        bare()
    pairs = [(_us(ours), _us(bare)) for _ in range(_ROUNDS)]
    return [one for one, _ in pairs], [other for _, other in pairs]


def _us(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1e6
