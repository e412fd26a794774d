"""Alertmanager: what else fires beside an alert, and which silences matter to it.

Collects only; what it sends is read by `alertmanager.py`. Its configuration is not
read: it holds secrets.

Source:
    https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import re2

from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.outside import Service, counted, told
from bot.outside.labels import labels_of
from bot.outside.promql import quoted
from bot.ports.ask import Ask
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest
from bot.ports.probe import Access

MANIFEST = Manifest(
    name="alertmanager_state",
    title="Alertmanager's alerts and silences",
    docs="https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml",
    summary="What else fires with the labels of an alert, and what is silenced.",
)
COLLECT_SETTINGS = {"alertmanager_url": "[collect]", "alertmanager_token": "[collect]"}
COLLECT_NEEDS = ("ask",)
_SENDERS = frozenset({"alertmanager", "grafana"})
_GROUPS, _SILENCES = "/api/v2/alerts/groups", "/api/v2/silences"
_STATUS = "/api/v2/status"
_LARGEST = 4 * 1024 * 1024
_MOST_ALERTS = 200
_MOST_SILENCES = 50
_PLACES = ("alertname", "namespace", "cluster", "service", "job", "model_name")
"""Labels by which an alert of another group is near."""
_QUIET = re2.Options()
_QUIET.log_errors = False


def concerns(alert: Alert) -> bool:
    """Tell whether the alert can be known to an Alertmanager."""
    return alert.envelope.integration in _SENDERS


def is_configured(*, alertmanager_url: str, **_other: object) -> bool:
    """Tell whether there is an Alertmanager to ask."""
    return bool(alertmanager_url)


def collect(
    alert: Alert,
    window: Window,
    *,
    reader: Any,
    ask: Ask,
    alertmanager_url: str,
    alertmanager_token: str,
) -> tuple[Collected, ...]:
    """Return what else fires, the silences that matter, and how the server is.

    What cannot be read is a file that says why.
    """
    del reader
    if not concerns(alert):
        return ()
    server = _server(ask, alertmanager_url, alertmanager_token)
    labels, near = labels_of(alert), list[Mapping[str, str]]()
    return (
        _alerts(server, alert, near),
        _silences(server, [labels, *near], window),
        _status(server),
    )


def probe(
    *, ask: Ask, alertmanager_url: str, alertmanager_token: str
) -> tuple[Access, ...]:
    """Return whether its alerts and silences can be read."""
    server = _server(ask, alertmanager_url, alertmanager_token)
    try:
        server.get(_GROUPS, (("filter", 'alertname="tocsin"'),), most=_LARGEST)
        server.get(_SILENCES, (("filter", 'alertname="tocsin"'),), most=_LARGEST)
        version = str(server.get(_STATUS)["versionInfo"]["version"])
    except (Unreachable, NotFound) as error:
        says = error.because
    except (TypeError, KeyError):
        says = "its answer is not one of Alertmanager"
    else:
        says = f"it answers, version {version}"
        return (Access(name="Alertmanager", works=True, says=says),)
    move = "Correct collect.alertmanager_url or collect.alertmanager_token."
    return (Access(name="Alertmanager", works=False, says=says, next_move=move),)


def _server(ask: Ask, url: str, token: str) -> Service:
    return Service(ask=ask, title="Alertmanager", url=url, token=token)


def _alerts(server: Service, alert: Alert, near: list[Mapping[str, str]]) -> Collected:
    """Return the alerts of the same groups, then those nearby.

    Args:
        near: Takes the labels of the former.
    """
    name, call = "alertmanager-alerts.jsonl", f"alertmanager GET {_GROUPS}"

    def read() -> Collected:
        groups, is_cut = _groups(server, labels_of(alert))
        own = [
            group for group in groups if any(_is(one, alert) for one in group["alerts"])
        ]
        same = _once(one for group in own for one in group["alerts"])
        same.sort(key=lambda one: not _is(one, alert))
        near.extend(one["labels"] for one in same)
        others = _once(one for group in groups for one in group["alerts"])
        beside = [
            one
            for print_, one in _by_print(others).items()
            if print_ not in _by_print(same) and _is_near(one, alert)
        ]
        rows = [(True, one) for one in same] + [(False, one) for one in beside]
        lines = [_line(one, same_group=here) for here, one in rows[:_MOST_ALERTS]]
        says = f"{counted(len(same), 'alert')} in its group, {len(beside)} beside it, "
        says += f"of {len(others)} that Alertmanager holds now."
        says += " It holds too many: only those of this name were read." * is_cut
        if not own:
            says += " The alert itself is not among them any more."
        return Collected(name=name, content="\n".join(lines), says=says, call=call)

    return told(name, call, read)


def _groups(
    server: Service, labels: Mapping[str, str]
) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """Return the groups of alerts; where they are too many, those of the same name."""
    try:
        return list(server.get(_GROUPS, most=_LARGEST)), False
    except Unreachable as error:
        wanted = labels.get("alertname", "")
        if "too large" not in error.because or not wanted:
            raise
        asked = (("filter", f"alertname={quoted(wanted)}"),)
        return list(server.get(_GROUPS, asked, most=_LARGEST)), True


def _is(one: Mapping[str, Any], alert: Alert) -> bool:
    """Tell whether it is the alert: by its fingerprint, else by all its labels."""
    known = alert.envelope.source_event_id
    if known and one.get("fingerprint") == known:
        return True
    labels = labels_of(alert)
    return bool(labels) and not known and dict(one["labels"]) == dict(labels)


def _is_near(one: Mapping[str, Any], alert: Alert) -> bool:
    own, other = labels_of(alert), one["labels"]
    shared = {place for place in _PLACES if own.get(place)}
    return any(own[place] == other.get(place) for place in shared)


def _once(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return each alert once, whatever the number of its receivers."""
    return list(_by_print(found).values())


def _by_print(found: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(one["fingerprint"]): one for one in found}


def _line(one: Mapping[str, Any], *, same_group: bool) -> str:
    status = one.get("status") or {}
    shown = {
        "same_group": same_group,
        "labels": one["labels"],
        "annotations": one.get("annotations"),
        "since": one.get("startsAt"),
        "state": status.get("state"),
        "silenced_by": status.get("silencedBy"),
        "inhibited_by": status.get("inhibitedBy"),
        "receivers": [each.get("name") for each in one.get("receivers") or ()],
    }
    return json.dumps(shown, ensure_ascii=False)


def _silences(
    server: Service, concerned: Sequence[Mapping[str, str]], window: Window
) -> Collected:
    """Return the silences that match the alert or one of its group."""
    name, call = "alertmanager-silences.jsonl", f"alertmanager GET {_SILENCES}"

    def read() -> Collected:
        known = list(server.get(_SILENCES, most=_LARGEST))
        recent = [one for one in known if _touches(one, window)]
        rows = [
            one
            for one in recent
            if any(_matches(one["matchers"], labels) for labels in concerned)
        ]
        lines = [json.dumps(one, ensure_ascii=False) for one in rows[:_MOST_SILENCES]]
        says = f"Of {counted(len(recent), 'silence')} in the window "
        says += f"{len(rows)} matched the alert or one of its group."
        says = says if recent else "No silence held in the window."
        return Collected(name=name, content="\n".join(lines), says=says, call=call)

    return told(name, call, read)


def _touches(silence: Mapping[str, Any], window: Window) -> bool:
    begins, ends = (
        datetime.fromisoformat(silence[key]) for key in ("startsAt", "endsAt")
    )
    return begins <= window.until and ends >= window.since


def _matches(matchers: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> bool:
    """Tell whether a silence holds for labels; a label that is not there is empty."""
    return bool(matchers) and all(_agrees(matchers, labels))


def _agrees(
    matchers: Sequence[Mapping[str, Any]], labels: Mapping[str, str]
) -> Iterator[bool]:
    for one in matchers:
        value, wanted = labels.get(one["name"], ""), str(one["value"])
        if one.get("isRegex"):
            try:
                is_so = re2.fullmatch(wanted, value, _QUIET) is not None
            except re2.error:
                is_so = False
        else:
            is_so = value == wanted
        yield is_so == one.get("isEqual", True)


def _status(server: Service) -> Collected:
    """Return version and cluster; the configuration beside them is left out."""
    name, call = "alertmanager-status.json", f"alertmanager GET {_STATUS}"

    def read() -> Collected:
        answer = server.get(_STATUS)
        cluster = answer["cluster"]
        shown = {
            "version": answer["versionInfo"]["version"],
            "up_since": answer.get("uptime"),
            "cluster": cluster["status"],
            "peers": len(cluster.get("peers") or ()),
        }
        says = f"Alertmanager {shown['version']}, its cluster is {shown['cluster']}."
        content = json.dumps(shown, indent=1, ensure_ascii=False)
        return Collected(name=name, content=content, says=says, call=call)

    return told(name, call, read)
