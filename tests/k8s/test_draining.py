"""Which pods leave a node, what stands against it, and whom a selector means."""

from typing import Any

import pytest

from bot.outside.k8s.draining import ending, hindrance, leaving, place, scratch
from bot.outside.k8s.selectors import as_labels, as_text, selects


def pod(
    name: str, *, space: str = "serving", owner: str = "ReplicaSet", **more: Any
) -> Any:
    owners = [{"kind": owner, "name": "o", "uid": "1", "controller": True}]
    meta = {"name": name, "namespace": space, "labels": {"app": name[0]}}
    return {
        "metadata": {**meta, "ownerReferences": owners if owner else []},
        "spec": {"volumes": more.get("volumes", [])},
        "status": {"phase": more.get("phase", "Running")},
    }


def budget(app: str, allowed: int, space: str = "serving") -> Any:
    return {
        "metadata": {"name": f"keep-{app}", "namespace": space},
        "spec": {"selector": {"matchLabels": {"app": app}}},
        "status": {"disruptionsAllowed": allowed},
    }


def against(*pods: Any, budgets: tuple[Any, ...] = ()) -> str:
    return hindrance(pods, budgets, {"serving"})


def test_what_belongs_to_the_node_or_has_ended_stays() -> None:
    mirror = pod("mirror")
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "x"}
    going = pod("going")
    going["metadata"]["deletionTimestamp"] = "2026-05-04T12:00:00Z"
    pods = [
        pod("b"),
        pod("a"),
        pod("agent", owner="DaemonSet"),
        pod("done", phase="Succeeded"),
        mirror,
        going,
    ]
    assert list(map(place, leaving(pods))) == ["serving/a", "serving/b"]
    assert ending(pods) == 1


def test_nothing_stands_against_pods_that_are_started_again_here() -> None:
    assert against(pod("a"), pod("b"), budgets=(budget("a", 1),)) == "none"


@pytest.mark.parametrize(
    ("pods", "budgets", "says"),
    [
        (
            [pod("a"), pod("dns", space="kube-system")],
            [],
            "it runs pods of kube-system, where plans may not act",
        ),
        ([pod("a", owner="")], [], "nothing would start serving/a again"),
        (
            [pod(f"a{number}") for number in range(13)],
            [],
            "it runs 13 pods, and a card names at most 12",
        ),
        (
            [pod("a1"), pod("a2")],
            [budget("a", 1), budget("a", 0, "batch")],
            "disruption budgets hold it back: serving/keep-a",
        ),
        ([pod("a")], [{**budget("a", 0), "status": {}}], "disruption budgets hold"),
        (
            [pod("a")],
            [budget("a", 5), budget("a", 5)],
            "several disruption budgets mean serving/a: no eviction works",
        ),
    ],
)
def test_what_stands_against_it_is_named(
    pods: list[Any], budgets: list[Any], says: str
) -> None:
    assert hindrance(pods, budgets, {"serving"}).startswith(says)


def test_what_is_kept_on_the_node_is_counted() -> None:
    keeps = pod("a", volumes=[{"name": "cache", "emptyDir": {}}])
    assert scratch([keeps, pod("b", volumes=[{"name": "c", "configMap": {}}])]) == 1


@pytest.mark.parametrize(
    ("selector", "means"),
    [
        ({}, True),
        ({"matchLabels": {"app": "chat"}}, True),
        ({"matchLabels": {"app": "x"}}, False),
        ({"matchLabels": {"app": "chat", "gone": "1"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        (
            {"matchExpressions": [{"key": "app", "operator": "In", "values": ["x"]}]},
            False,
        ),
        (
            {
                "matchExpressions": [
                    {"key": "app", "operator": "NotIn", "values": ["x"]}
                ]
            },
            True,
        ),
        ({"matchExpressions": [{"key": "app", "operator": "New"}]}, True),
    ],
)
def test_a_selector_means_the_pods_that_it_says(selector: Any, *, means: bool) -> None:
    assert selects(selector, {"app": "chat", "tier": "gpu"}) is means


def test_labels_are_the_same_as_text_and_back() -> None:
    labels = {"tier": "gpu", "app.kubernetes.io/name": "chat", "empty": ""}
    assert as_text(labels) == "app.kubernetes.io/name=chat,empty=,tier=gpu"
    assert as_labels(as_text(labels)) == labels
