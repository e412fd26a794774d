"""The alerting rules that a Prometheus says it has.

Source: https://prometheus.io/docs/prometheus/latest/querying/api/ (rules: groups with
rules, each with its expression and the alerts that it has active).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.outside.figures import Asked
from bot.outside.promql import comparison

_MOST_ACTIVE = 20
_LONGEST_QUERY = 4_000
_KEPT = (
    *("name", "query", "duration", "keepFiringFor", "labels", "annotations"),
    *("state", "health", "lastError", "lastEvaluation", "evaluationTime"),
)
_KEPT_OF_ALERT = ("labels", "state", "activeAt", "value")


def rules_in(answer: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the alerting rules of an answer.

    Raises:
        KeyError, TypeError, AttributeError: It is no answer of Prometheus.
    """
    for group in answer["data"]["groups"]:
        for rule in group["rules"]:
            if rule.get("type", "alerting") == "alerting":
                yield rule


def is_of(rule: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether an alert's labels can come from a rule: those without a template."""
    own = rule.get("labels") or {}
    plain = {key: one for key, one in own.items() if "{{" not in str(one)}
    return all(labels.get(key) == one for key, one in plain.items())


def shown_rule(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what people want to know of a rule, and which alerts it has active."""
    kept = {key: rule[key] for key in _KEPT if key in rule}
    active = [shown_alert(one) for one in (rule.get("alerts") or ())[:_MOST_ACTIVE]]
    return {**kept, "alerts": active}


def shown_alert(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what people want to know of an active alert."""
    return {key: one[key] for key in _KEPT_OF_ALERT if key in one}


def of_rules(
    rules: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> Iterator[Asked]:
    """Yield what is drawn of each rule: what it compares, or all of it."""
    for rule in rules:
        expression = str(rule.get("query", ""))
        if not 0 < len(expression) <= _LONGEST_QUERY:
            continue
        simple = comparison(expression)
        yield Asked(
            title=str(rule.get("name", "")),
            query=simple.figure if simple else expression,
            threshold=simple.threshold if simple else None,
            labels=labels,
        )
