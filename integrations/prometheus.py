"""Prometheus: the rule behind an alert, its figures, and those of its neighbours.

Collects only. What is queried are expressions of the operator (rules that this server
knows, baselines of the registry) and our own; never one that an alert brought.

Source:
    https://prometheus.io/docs/prometheus/latest/querying/api/ (rules, alerts, range
    queries, values of a label).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.domain.registry import Registry
from bot.domain.untrusted import clip
from bot.domain.watched import Baseline, PrometheusFigure
from bot.outside import Service, counted, fitted, told
from bot.outside.figures import Asked, as_json, pairs_of, series_of, step_of
from bot.outside.labels import agree, labels_of
from bot.outside.neighbours import FAMILIES, NEIGHBOURS, scopes_of
from bot.outside.promql import matchers, usable
from bot.outside.rules import is_of, of_rules, rules_in, shown_alert, shown_rule
from bot.ports.ask import Ask
from bot.ports.collect import Collected, Series, Window
from bot.ports.integration import Manifest
from bot.ports.probe import Access

MANIFEST = Manifest(
    name="prometheus",
    title="Prometheus",
    docs="https://prometheus.io/docs/prometheus/latest/querying/api/",
    summary="The rule behind an alert and its figures, and those of its neighbours.",
)
COLLECT_SETTINGS = {"prometheus_url": "[watch]", "prometheus_token": "[watch]"}
COLLECT_NEEDS = ("ask", "registry")
_SENDERS = frozenset({"alertmanager", "grafana"})
_RULES, _ALERTS = "/api/v1/rules", "/api/v1/alerts"
_RANGE, _NAMES = "/api/v1/query_range", "/api/v1/label/__name__/values"
_LARGEST_RULES = 4 * 1024 * 1024
_MOST_RULES = 3
_MOST_BASELINES = 6
_MOST_NEIGHBOURS = 8
_MOST_ALERTS = 100
_LONGEST_NAME = 120


def concerns(alert: Alert) -> bool:
    """Tell whether Prometheus may know of it: it sent it, or the system has figures."""
    return alert.envelope.integration in _SENDERS or bool(alert.system)


def is_configured(*, prometheus_url: str, registry: Registry, **_other: object) -> bool:
    """Tell whether there is a Prometheus to ask."""
    return bool(prometheus_url) or any(
        isinstance(one.source, PrometheusFigure) and one.source.url
        for system in registry.systems
        for one in system.baselines
    )


def collect(
    alert: Alert,
    window: Window,
    *,
    reader: Any,
    ask: Ask,
    registry: Registry,
    prometheus_url: str,
    prometheus_token: str,
) -> tuple[Collected, ...]:
    """Return the rule, its figures with the system's, neighbours, and what else fires.

    What cannot be read is a file that says why.
    """
    del reader
    server = _server(ask, prometheus_url, prometheus_token)
    found: list[Collected] = []
    asked: list[Asked] = []
    if prometheus_url and alert.envelope.integration in _SENDERS:
        rules: list[Mapping[str, Any]] = []
        found.append(_rule_file(server, alert, rules))
        asked += of_rules(rules, labels_of(alert))
    system = registry.get(alert.system)
    baselines = system.baselines if system else ()
    if asked or baselines:
        found.append(_figures(server, ask, asked, baselines, window))
    if prometheus_url and alert.envelope.integration in _SENDERS:
        found += [_neighbours(server, alert, window), _others(server, alert)]
    return tuple(found)


def probe(
    *, ask: Ask, registry: Registry, prometheus_url: str, prometheus_token: str
) -> tuple[Access, ...]:
    """Return whether its rules and its figures can be read."""
    del registry
    if not prometheus_url:
        return ()
    server = _server(ask, prometheus_url, prometheus_token)
    try:
        answer = server.get(_RULES, _rule_pairs("tocsin"), most=_LARGEST_RULES)
        count = sum(1 for _ in rules_in(answer))
        server.get("/api/v1/query", (("query", "vector(1)"),))
    except (Unreachable, NotFound) as error:
        move = "Correct watch.prometheus_url or watch.prometheus_token."
        return (
            Access(name="Prometheus", works=False, says=error.because, next_move=move),
        )
    except (TypeError, KeyError, AttributeError):
        move = "Correct watch.prometheus_url: something else answers there."
        says = "its answer is not one of Prometheus"
        return (Access(name="Prometheus", works=False, says=says, next_move=move),)
    says = f"it answers, {counted(count, 'alerting rule')} can be read"
    return (Access(name="Prometheus", works=True, says=says),)


def _server(ask: Ask, url: str, token: str) -> Service:
    return Service(ask=ask, title=MANIFEST.title, url=url, token=token)


def _rule_file(
    server: Service, alert: Alert, rules: list[Mapping[str, Any]]
) -> Collected:
    """Return the alert's rules as a file, and put them into `rules`."""
    name, labels = "prometheus-rule.json", labels_of(alert)
    wanted = labels.get("alertname", "")
    shown = clip(" ".join(wanted.split()), _LONGEST_NAME)
    call = f"prometheus GET {_RULES} type=alert rule_name={shown}"
    if not wanted:
        says = "The alert names no rule, so none was looked up."
        return Collected(name=name, content="", says=says)

    def read() -> Collected:
        answer = server.get(_RULES, _rule_pairs(wanted), most=_LARGEST_RULES)
        known = [one for one in rules_in(answer) if one.get("name") == wanted]
        rules.extend([one for one in known if is_of(one, labels)] or known)
        del rules[_MOST_RULES:]
        says = f"The rule behind the alert, {len(rules)} of {len(known)} of this name."
        if not known:
            says = "This Prometheus knows no alerting rule of the alert's name."
        content = _json([shown_rule(one) for one in rules]) if rules else ""
        return Collected(name=name, content=content, says=says, call=call)

    return told(name, call, read)


def _rule_pairs(name: str) -> tuple[tuple[str, str], ...]:
    # Older servers know no rule_name[] and answer with every rule.
    return (("type", "alert"), ("rule_name[]", name))


def _figures(
    server: Service,
    ask: Ask,
    rules: Sequence[Asked],
    baselines: Sequence[Baseline],
    window: Window,
) -> Collected:
    """Return the figures of the rules, and those that the registry names."""
    queries = [(server, one) for one in rules]
    for one in baselines[:_MOST_BASELINES]:
        figure = one.source
        if isinstance(figure, PrometheusFigure) and (figure.url or server.url):
            # A server that the registry names is shown no token.
            other = _server(ask, figure.url, "") if figure.url else server
            queries.append(
                (other, Asked(title=one.name, query=figure.query, unit=one.unit))
            )
    return _drawn(
        "prometheus-figures.json", "of the rule and of the system", queries, window
    )


def _neighbours(server: Service, alert: Alert, window: Window) -> Collected:
    """Return figures of model servers that share the alert's labels."""
    name, labels = "prometheus-neighbours.json", usable(labels_of(alert))
    call = f"prometheus GET {_NAMES}"

    def read() -> Collected:
        scope, known = dict[str, str](), frozenset[str]()
        for scope in scopes_of(labels):
            if known := _names(server, scope, window):
                break
        queries = [
            (server, Asked(title=one.title, query=query, unit=one.unit))
            for one in NEIGHBOURS
            if (query := one.asked(known, scope))
        ][:_MOST_NEIGHBOURS]
        if not queries:
            says = "This Prometheus has no figures of model servers known to us."
            return Collected(name=name, content="", says=says, call=call)
        whose = "that share the alert's labels" if scope else "of the whole server"
        return _drawn(name, f"of model servers, {whose}", queries, window)

    return told(name, call, read)


def _names(
    server: Service, labels: Mapping[str, str], window: Window
) -> frozenset[str]:
    scope = matchers(labels)
    match = f'{{__name__=~"{FAMILIES}"{"," if scope else ""}{scope}}}'
    asked = (
        ("match[]", match),
        ("start", f"{window.since.timestamp():.3f}"),
        ("end", f"{window.until.timestamp():.3f}"),
    )
    return frozenset(server.get(_NAMES, asked)["data"])


def _drawn(
    name: str,
    whose: str,
    queries: Sequence[tuple[Service, Asked]],
    window: Window,
) -> Collected:
    """Return the series of some queries; one that fails is told in the file."""
    rows: list[Mapping[str, Any]] = []
    drawn: list[Series] = []
    failed = 0
    for server, asked in queries:
        row: dict[str, Any] = {"title": asked.title, "query": asked.query}
        try:
            answer = server.get(_RANGE, pairs_of(asked.query, window))
            series, more = series_of(answer, asked)
            row |= {"series": [as_json(one) for one in series], "left_out": more}
            drawn += [one for one in series if one.points]
        except (Unreachable, NotFound) as error:
            row["not_read"] = error.because
        except (TypeError, KeyError, ValueError, IndexError, AttributeError):
            row["not_read"] = "its answer is not one of Prometheus"
        failed += "not_read" in row
        rows.append(row)
    says = f"{len(drawn)} series {whose}, from {_queries(len(rows))}."
    says += f" {failed} could not be read: {_reasons(rows)}." if failed else ""
    asked_for = "; ".join(asked.query for _, asked in queries)
    file = Collected(
        name=name,
        content=json.dumps(rows, ensure_ascii=False) if rows else "",
        says=says,
        call=f"prometheus GET {_RANGE} step={step_of(window)} query={asked_for}",
        series=tuple(drawn),
    )
    return fitted(file)


def _queries(number: int) -> str:
    return "1 query" if number == 1 else f"{number} queries"


def _reasons(rows: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(sorted({row["not_read"] for row in rows if "not_read" in row}))


def _others(server: Service, alert: Alert) -> Collected:
    """Return what else this Prometheus holds for firing or pending."""
    name, call = "prometheus-alerts.jsonl", f"prometheus GET {_ALERTS}"

    def read() -> Collected:
        labels = labels_of(alert)
        rows = list(server.get(_ALERTS)["data"]["alerts"])
        rows.sort(key=lambda one: not agree(one["labels"], labels))
        lines = [json.dumps(shown_alert(one), ensure_ascii=False) for one in rows]
        says = f"{counted(len(rows), 'alert')} active in this Prometheus now."
        if len(rows) > _MOST_ALERTS:
            says += f" The {_MOST_ALERTS} nearest to the alert are kept."
        content = "\n".join(lines[:_MOST_ALERTS])
        return Collected(name=name, content=content, says=says, call=call)

    return told(name, call, read)


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False)
