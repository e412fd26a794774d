"""What else fires beside an alert, and which silences are told.

The answers are built as Alertmanager's OpenAPI document says:
https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.collectors import load_probes
from bot.domain.envelope import Alert
from bot.domain.registry import Registry
from bot.ports.collect import Collected
from bot.wire_collect import collecting
from integrations import alertmanager_state
from tests.collect.stage import TOKEN, alert, collected, files, settings_with
from tests.loopback import Loopback, Query, Said, said, serving

pytestmark = pytest.mark.slow  # starts servers

GROUPS, SILENCES = "/api/v2/alerts/groups", "/api/v2/silences"
STATUS = "/api/v2/status"
OWN = {"alertname": "QueueLong", "pod": "a", "cluster": "eu"}


def firing(fingerprint: str, *silenced_by: str, **labels: str) -> dict[str, Any]:
    state = "suppressed" if silenced_by else "active"
    return {
        "labels": labels,
        "annotations": {"summary": "s"},
        "startsAt": "2026-05-04T11:50:00.123Z",
        "endsAt": "2026-05-04T12:55:00.000Z",
        "updatedAt": "2026-05-04T11:51:00.000Z",
        "fingerprint": fingerprint,
        "receivers": [{"name": "team"}],
        "status": {"state": state, "silencedBy": silenced_by, "inhibitedBy": []},
        "generatorURL": "http://prometheus.example/graph",
    }


def group(*alerts: dict[str, Any], receiver: str = "team") -> dict[str, Any]:
    return {"labels": {}, "receiver": {"name": receiver}, "alerts": list(alerts)}


def silence(
    *matchers: dict[str, Any], comment: str = "c", **times: str
) -> dict[str, Any]:
    return {
        "id": "5f2c",
        "status": {"state": "active"},
        "updatedAt": "2026-05-04T11:00:00.000Z",
        "comment": comment,
        "createdBy": "dana",
        "startsAt": times.get("startsAt", "2026-05-04T11:00:00.000Z"),
        "endsAt": times.get("endsAt", "2026-05-04T13:00:00.000Z"),
        "matchers": list(matchers),
    }


def matcher(
    name: str, value: str, *, regex: bool = False, equal: bool = True
) -> dict[str, Any]:
    return {"name": name, "value": value, "isRegex": regex, "isEqual": equal}


@pytest.fixture
def server() -> Iterator[Loopback]:
    status = {
        "cluster": {"name": "x", "status": "ready", "peers": [{"name": "x"}]},
        "versionInfo": {"version": "0.27.0"},
        "config": {"original": "smtp_auth_password: hunter2"},
        "uptime": "2026-05-01T00:00:00.000Z",
    }
    answers = {GROUPS: said([]), SILENCES: said([]), STATUS: said(status)}
    with serving(answers) as one:
        yield one


def read(server: Loopback, about: Alert | None = None) -> dict[str, Collected]:
    settings = settings_with(alertmanager_url=server.url, alertmanager_token=TOKEN)
    about = about or alert(event_id="f1", **OWN)
    return files(collected("alertmanager_state", about, settings))


def test_the_alerts_group_comes_first_then_what_shares_a_place(
    server: Loopback,
) -> None:
    own, sibling = firing("f1", **OWN), firing("f2", "s1", alertname="QueueLong")
    near, far = firing("f3", cluster="eu"), firing("f4", cluster="us")
    server.answers[GROUPS] = said(
        [group(far, near), group(own, sibling), group(own, receiver="pager")]
    )
    found = read(server)["alertmanager-alerts.jsonl"]
    lines = [json.loads(one) for one in found.content.splitlines()]
    assert [(one["same_group"], one["labels"].get("cluster")) for one in lines] == [
        (True, "eu"),
        (True, None),
        (False, "eu"),
    ]
    assert lines[1]["silenced_by"] == ["s1"]
    assert found.says == (
        "2 alerts in its group, 1 beside it, of 4 that Alertmanager holds now."
    )
    assert [one.headers["authorization"] for one in server.asked] == [
        f"Bearer {TOKEN}"
    ] * 3


def test_an_alert_without_a_fingerprint_is_known_by_all_its_labels(
    server: Loopback,
) -> None:
    server.answers[GROUPS] = said(
        [group(firing("f1", **OWN)), group(firing("f2", a="b"))]
    )
    found = read(server, alert(**OWN))["alertmanager-alerts.jsonl"]
    assert found.says.startswith("1 alert in its group, 0 beside it")
    gone = read(server, alert(event_id="gone", **OWN))["alertmanager-alerts.jsonl"]
    assert gone.says.endswith("The alert itself is not among them any more.")


@pytest.mark.parametrize(
    ("held", "is_told"),
    [
        (silence(matcher("alertname", "QueueLong"), matcher("pod", "a")), True),
        (silence(matcher("alertname", "Queue.*", regex=True)), True),
        (silence(matcher("alertname", "Queue", regex=True)), False),
        (silence(matcher("cluster", "us", equal=False)), True),
        (silence(matcher("pod", "b")), False),
        (silence(matcher("nowhere", "")), True),
        (silence(matcher("pod", "(", regex=True)), False),
        (silence(), False),
        (silence(matcher("pod", "a"), endsAt="2026-05-04T11:40:00.000Z"), True),
        (silence(matcher("pod", "a"), endsAt="2026-05-04T11:20:00.000Z"), False),
    ],
)
def test_the_silences_that_match_in_the_window_are_told(
    server: Loopback, held: dict[str, Any], *, is_told: bool
) -> None:
    server.answers[SILENCES] = said([held])
    found = read(server)["alertmanager-silences.jsonl"]
    assert bool(found.content) == is_told


def test_a_silence_of_another_alert_of_the_group_matters_too(server: Loopback) -> None:
    server.answers[GROUPS] = said(
        [group(firing("f1", **OWN), firing("f2", pod="other"))]
    )
    server.answers[SILENCES] = said([silence(matcher("pod", "other"))])
    assert "dana" in read(server)["alertmanager-silences.jsonl"].content


def test_the_configuration_with_its_secrets_is_not_read(server: Loopback) -> None:
    found = read(server)
    assert found["alertmanager-status.json"].says == (
        "Alertmanager 0.27.0, its cluster is ready."
    )
    assert not any("hunter2" in one.content + one.says for one in found.values())


def test_of_too_many_alerts_those_of_the_same_name_are_read(server: Loopback) -> None:
    name = 'Queue"Long\\'

    def groups(query: Query) -> Said:
        if "filter" in query:
            return said([group(firing("f1", alertname=name))])
        return Said(body=b" " * (5 * 1024 * 1024))

    server.answers[GROUPS] = groups
    found = read(server, alert(event_id="f1", alertname=name))
    assert server.queries(GROUPS, "filter") == ["", 'alertname="Queue\\"Long\\\\"']
    assert (
        "only those of this name were read" in found["alertmanager-alerts.jsonl"].says
    )


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (
            Said(status=401),
            "Alertmanager was not read: it asks for a token, or for another one.",
        ),
        (
            Said(status=500),
            "Alertmanager was not read: it answered 500: it has troubles of its own.",
        ),
        (Said(body=b"{}["), "Alertmanager was not read: its answer is no JSON."),
        (said({"a": 1}), "It answered something that is not built like its answers."),
        (said([1]), "It answered something that is not built like its answers."),
    ],
)
def test_what_cannot_be_read_is_told_file_by_file(
    server: Loopback, wrong: Said, says: str
) -> None:
    server.answers[GROUPS] = server.answers[SILENCES] = wrong
    found = read(server)
    assert found["alertmanager-alerts.jsonl"].says == says
    assert found["alertmanager-silences.jsonl"].says == says
    assert found["alertmanager-status.json"].content


def test_without_silences_it_says_so(server: Loopback) -> None:
    found = read(server)["alertmanager-silences.jsonl"]
    assert found.says == "No silence held in the window."


def test_other_senders_alerts_are_not_its_matter(server: Loopback) -> None:
    about = alert(source="cloudwatch")
    assert not alertmanager_state.concerns(about)
    assert read(server, about) == {}
    assert server.asked == []


def test_the_doctor_says_whether_it_answers(server: Loopback) -> None:
    settings = settings_with(alertmanager_url=server.url)
    probe = load_probes(collecting(settings, Registry()))["alertmanager_state"]
    assert [(one.works, one.says) for one in probe()] == [
        (True, "it answers, version 0.27.0")
    ]
    server.answers[STATUS] = Said(status=403)
    assert [(one.works, one.says) for one in probe()] == [
        (False, "the token lacks a right")
    ]
