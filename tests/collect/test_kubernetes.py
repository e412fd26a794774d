"""What is read of a cluster about an alert, and what never is."""

import json
import sys
from collections.abc import Iterator

import pytest

from bot.domain.envelope import Alert
from bot.domain.untrusted import Untrusted
from bot.outside.cluster import Cluster
from bot.outside.pod_logs import without_prompt
from bot.outside.pod_names import Named, named_in
from bot.ports.collect import Collected
from bot.web.asking import HttpAsk
from integrations import kubernetes
from tests.collect.cluster import APPS, CORE, HIDDEN, LOG, POD, SPACE, answers
from tests.collect.stage import alert, collected, files, settings_with
from tests.loopback import Loopback, Said, said, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    with serving(answers()) as one:

        def here(*_given: object) -> Cluster:
            return Cluster(url=one.url, ask=HttpAsk())

        monkeypatch.setattr(kubernetes, "open_cluster", here)
        yield one


def read(
    about: Alert | None = None, *, spaces: tuple[str, ...] = (SPACE,)
) -> dict[str, Collected]:
    settings = settings_with(kubernetes_context="prod", kubernetes_namespaces=spaces)
    about = about or alert(namespace=SPACE, pod=POD)
    return files(collected("kubernetes", about, settings))


OBJECTS = "kubernetes-objects.json"
slow = pytest.mark.slow  # starts servers


@slow
def test_a_pods_deployment_its_revisions_and_its_siblings_are_read(
    server: Loopback,
) -> None:
    found = read()["kubernetes-objects.json"]
    shown = json.loads(found.content)
    assert [one["name"] for one in shown["deployments"]] == ["vllm"]
    assert [one["revision"] for one in shown["revisions"]] == [2, 1]
    assert [one["name"] for one in shown["pods"]] == ["vllm-7d9f-well", POD]
    assert shown["pods"][1]["containers"][0]["before"] == {
        "terminated": {"exitCode": 137, "reason": "OOMKilled"}
    }
    assert shown["autoscalers"][0]["between"] == [1, 4]
    assert server.queries(f"{CORE}/pods", "labelSelector") == ["app=vllm"]
    assert found.says == (
        "Namespace serving: 1 deployment, 2 pods of which 1 ready, 3 restarts. "
        "vllm was rolled out 15 min before the alert, from vllm:1 to vllm:2."
    )


@slow
def test_environments_commands_and_annotations_are_never_kept(server: Loopback) -> None:
    found = read()
    assert not any(HIDDEN in one.content + one.says for one in found.values())
    assert not [
        one.path
        for one in server.asked
        if "secret" in one.path or "configm" in one.path
    ]


@slow
def test_the_named_pods_lines_come_first_also_those_before_it_ended(
    server: Loopback,
) -> None:
    found = read()
    assert list(found)[2:] == [f"logs-{POD}.txt", "logs-vllm-7d9f-well.txt"]
    assert found[f"logs-{POD}.txt"].content.splitlines() == [
        "--- vllm, before it was started again",
        "2026-05-04T11:48:00Z CUDA out of memory",
        "--- vllm",
        "2026-05-04T11:49:00Z Received request c-1: (a prompt, left out)",
    ]
    assert server.queries(LOG, "tailLines") == ["100", "200"]
    assert server.queries(LOG, "limitBytes") == ["131072"] * 2


@slow
def test_events_of_these_objects_in_the_window_are_listed(server: Loopback) -> None:
    found = read()["kubernetes-events.jsonl"]
    (line,) = map(json.loads, found.content.splitlines())
    assert (line["reason"], line["about"], line["count"]) == (
        "BackOff",
        f"Pod {POD}",
        4,
    )


@slow
def test_a_namespace_that_the_settings_do_not_name_is_not_read(
    server: Loopback,
) -> None:
    found = read(alert(namespace="kube-system", pod="etcd"))
    assert found["kubernetes.txt"].says == (
        "The alert names the namespace kube-system; "
        "collect.kubernetes_namespaces does not, so it was not read."
    )
    assert server.asked == []
    assert read(alert(namespace="kube-system", pod="etcd"), spaces=("*",))
    assert server.asked


@slow
@pytest.mark.parametrize(
    "named", ["../../secrets", "a/../../secrets", "A", "a b", "a%2f", "..", "", "a?x=1"]
)
def test_what_is_no_name_becomes_no_part_of_an_address(
    server: Loopback, named: str
) -> None:
    read(alert(namespace=SPACE, pod=named, deployment=named))
    assert {one.path for one in server.asked} <= {*answers()}
    assert read(alert(namespace=named, pod=POD), spaces=(SPACE, "other")).keys() <= {
        "kubernetes.txt"
    }


@slow
def test_what_is_gone_is_told_and_the_rest_is_read(server: Loopback) -> None:
    found = read(alert(namespace=SPACE, pod="gone"))
    assert list(found) == ["kubernetes-objects.json"]
    assert found["kubernetes-objects.json"].says.endswith(
        "What the alert names is not there any more."
    )


@slow
@pytest.mark.parametrize(
    ("path", "wrong", "file", "says"),
    [
        (
            f"{APPS}/replicasets",
            Said(status=403),
            "kubernetes-objects.json",
            kubernetes.RIGHT,
        ),
        (
            f"{APPS}/replicasets",
            said({"items": [1]}),
            "kubernetes-objects.json",
            "not built like",
        ),
        *(
            (f"{CORE}/pods", said({"items": [one]}), OBJECTS, "not built like")
            for one in (1, {"metadata": 7}, {"metadata": {}, "status": [1]})
        ),
        (
            f"{CORE}/events",
            Said(status=500),
            "kubernetes-events.jsonl",
            "it answered 500",
        ),
        (f"{CORE}/events", said([]), "kubernetes-events.jsonl", "not built like"),
        (LOG, Said(status=403), f"logs-{POD}.txt", kubernetes.RIGHT),
        (LOG, Said(body=b"x" * 300_000), f"logs-{POD}.txt", "too large"),
    ],
)
def test_what_cannot_be_read_is_told_file_by_file(
    server: Loopback, path: str, wrong: Said, file: str, says: str
) -> None:
    if path == LOG:
        server.answers[f"{CORE}/pods/{POD}"] = said(
            {
                "metadata": {"name": POD},
                "status": {"containerStatuses": [{"name": "c"}]},
            }
        )
    server.answers[path] = wrong
    found = read()[file]
    assert found.content == ""
    assert says in found.says


@slow
def test_the_doctor_says_which_right_is_missing(server: Loopback) -> None:
    given = {
        "kubernetes_context": "prod",
        "kubernetes_config": None,
        "kubernetes_program": "",
        "kubernetes_namespaces": (SPACE,),
    }
    assert [one.works for one in kubernetes.probe(**given)] == [True]  # type: ignore[arg-type]
    server.answers[f"{CORE}/events"] = Said(status=403)
    (one,) = kubernetes.probe(**given)  # type: ignore[arg-type]
    assert not one.works
    assert one.says.startswith("events: the token lacks a right: it needs get and list")


def test_without_the_client_the_bundle_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    found = read()["kubernetes.txt"]
    assert found.says == (
        "Kubernetes was not read: its client is not installed. "
        "Install Tocsin with its extra: pip install 'tocsin[kubernetes]'."
    )


def test_an_alert_about_something_else_is_not_its_matter() -> None:
    about = alert(source="cloudwatch", model_name="m", deployment="gpt-4o")
    assert not kubernetes.concerns(about)
    assert read(about) == {}
    assert kubernetes.concerns(alert(pod="a"))
    assert kubernetes.concerns(alert(namespace="a"))


def test_it_is_configured_by_a_context_and_namespaces() -> None:
    configured = kubernetes.is_configured
    assert configured(kubernetes_context="c", kubernetes_namespaces=("a",))
    assert not configured(kubernetes_context="", kubernetes_namespaces=("a",))
    assert not configured(kubernetes_context="c", kubernetes_namespaces=())


def test_names_are_found_as_senders_spell_them() -> None:
    about = alert(
        namespace="monitoring",
        exported_namespace="serving",
        pod="exporter",
        exported_pod=POD,
    )
    assert named_in(about) == Named(namespace="serving", pod=POD, deployment="")
    about.envelope.texts.clear()  # type: ignore[attr-defined]
    about.envelope.texts.update(  # type: ignore[attr-defined]
        {
            "resource.k8s.namespace.name": Untrusted("a"),
            "resource.k8s.deployment.name": Untrusted("b"),
            "Namespace": Untrusted("AWS/Bedrock"),
        }
    )
    assert named_in(about) == Named(namespace="a", pod="", deployment="b")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("INFO ready", "INFO ready"),
        ('{"id": 1, "messages": [{"role"', '{"id": 1, (a prompt, left out)'),
        ("got prompt='secret'", "got (a prompt, left out)"),
        (
            "prompt tokens: 12, messages waiting: 3",
            "prompt tokens: 12, messages waiting: 3",
        ),
        ("y" * 5_000, "y" * 4_000),
    ],
)
def test_a_line_is_cut_where_a_prompt_begins(line: str, kept: str) -> None:
    assert without_prompt(line) == kept
