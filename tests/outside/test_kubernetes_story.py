"""A real bot and a cluster: proposed on a card, agreed to by two, done once, undone."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.clock import SystemClock
from tests.actions.worlds_kubernetes import HIDDEN, SPACE, to_drain, to_undo
from tests.fakes.kube import FakeCluster, running_cluster
from tests.fakes.kube_models import strict
from tests.outside.test_cluster import Kubeconfig, kubeconfig
from tests.outside.test_kubernetes_models import token_of
from tests.story.running import CHANNEL, Tocsin, running
from tests.story.test_gate import card_says, hears, review

pytestmark = pytest.mark.outside
__all__ = ["kubeconfig"]


@pytest.fixture
def cluster() -> Iterator[FakeCluster]:
    with running_cluster(check=strict, clock=SystemClock()) as one:
        yield one


@pytest.fixture
def tocsin(
    tmp_path: Path, cluster: FakeCluster, kubeconfig: Kubeconfig
) -> Iterator[Tocsin]:
    file = kubeconfig(cluster.url)
    day = SystemClock().now() + timedelta(days=1)
    cluster.tokens[token_of(file)] = ("tocsin", day)
    settings = {
        "TOCSIN_KUBERNETES_CONTEXT": "prod",
        "TOCSIN_KUBERNETES_CONFIG": str(file),
        "TOCSIN_KUBERNETES_NAMESPACES": SPACE,
        "TOCSIN_KUBERNETES_NODES": "true",
    }
    with running(tmp_path, cloud=False, settings=settings) as started:
        yield started


def form(tocsin: Tocsin, action: str) -> Any:
    card = tocsin.cards()[0]
    press = {"channel": CHANNEL, "ts": card["ts"], "action_id": "action.propose"}
    opened = tocsin.do("U0ONCALL", "click", **press).json
    chosen = {"view": opened["view"]["id"], "values": {"action": action}}
    return tocsin.do("U0ONCALL", "submit", **chosen).json["view"]


def propose(tocsin: Tocsin, action: str, **params: str) -> dict[str, Any]:
    known = {one["ts"] for one in tocsin.cards()}
    values = {f"param.{name}": text for name, text in params.items()}
    given = {**values, "reason": "answers with other people's data"}
    view = form(tocsin, action)["id"]
    assert tocsin.do("U0ONCALL", "submit", view=view, values=given).json["ok"]
    return dict(
        tocsin.wait_for(
            lambda found: next(
                (
                    one
                    for one in found
                    if one["ts"] not in known
                    and "plan.review" in json.dumps(one["blocks"])
                ),
                None,
            )
        )
    )


def agree(tocsin: Tocsin, who: str, plan: dict[str, Any], **typed: str) -> None:
    view = review(tocsin, who, plan)["view"]
    assert HIDDEN not in json.dumps(view)
    assert tocsin.do(who, "submit", view=view["id"], values=typed).json["ok"]


def image(cluster: FakeCluster, name: str) -> str:
    one = cluster.objects["deployments", SPACE, name]
    return str(one["spec"]["template"]["spec"]["containers"][0]["image"])


def phrase_of(tocsin: Tocsin, plan: dict[str, Any], target: str) -> str:
    held = review(tocsin, "U0SECOND", plan)["view"]["private_metadata"]
    return f"kubernetes.node.drain {target} {json.loads(held)['digest'][:8]}"


def test_a_rollback_and_a_drain_run_once_each_and_only_as_agreed(
    tocsin: Tocsin, cluster: FakeCluster
) -> None:
    undo, drain = to_undo(cluster), to_drain(cluster)
    name, node = undo["deployment"], drain["node"]
    labels = {"namespace": SPACE, "deployment": name}
    tocsin.alert(
        {"title": "Answers of chat hold other people's data", "labels": labels}
    )
    tocsin.wait_for(lambda found: found)

    # The form knows what the alert names.
    shown = json.dumps(form(tocsin, "kubernetes.deployment.undo_rollout"))
    assert f'"initial_value": "{name}"' in shown

    plan = propose(tocsin, "kubernetes.deployment.undo_rollout", **undo)
    assert image(cluster, name) == "vllm:2"
    agree(tocsin, "U0SECOND", plan, typed_name=name)
    card_says(tocsin, plan, "verified")
    assert image(cluster, name) == "vllm:1"

    tocsin.command("U0COMMANDER", "/incident role INC-0001 commander me")
    plan = propose(tocsin, "kubernetes.node.drain", **drain)
    phrase = phrase_of(tocsin, plan, node)
    typed = {"typed_name": phrase, "reason": "the node gives wrong sums"}
    agree(tocsin, "U0SECOND", plan, **typed)
    hears(tocsin, "U0SECOND", "agreed")
    assert not any(one.part == "eviction" for one in cluster.asked)
    agree(tocsin, "U0COMMANDER", plan, **typed)
    card_says(tocsin, plan, "verified")

    wrote = [one for one in cluster.asked if one.verb in ("patch", "create")]
    wrote = [one for one in wrote if one.part != "token"]
    assert [one.part or one.resource for one in wrote] == [
        *("deployments", "nodes"),
        *["eviction"] * 3,
    ]
    assert all("approved by U0" in one.agent for one in wrote)
