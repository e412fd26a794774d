"""Nodes in Kubernetes: close one and move its pods elsewhere, one eviction each.

The plan names every pod, and each is evicted only if it still is that pod. Disruption
budgets are the cluster's to keep: where one allows too little, nothing is planned, and
where it changes its mind meanwhile, the plan ends with what was done.

Source: https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bot.acting.filling import not_done
from bot.acting.params import schema
from bot.acting.reading import ANOTHER_SHAPE, Case, Reading, Texts
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest, TocsinError
from bot.domain.plan import Blast, Draft, Level, Probe, Step
from bot.outside import objects as kinds
from bot.outside.k8s import draining
from bot.outside.k8s.action import NAME, KubernetesAction
from bot.ports.action import ActionManifest, Effect, StepResult, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="kubernetes_drain",
    title="Kubernetes nodes, emptied",
    docs="https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/",
    summary="Moves the pods of a node elsewhere.",
)

_UID, _STATE, _CLOSED = "node.uid", "node.scheduling", "closed"
_COUNT, _HINDRANCE, _SCRATCH = "node.pods", "node.hindrance", "node.scratch"
_POD = "pod:"
_EVICT = "core.CreateEviction"
_SECONDS_EACH = 5
_ON_NODE = {"fieldSelector": "on_node"}


def _pods_kept(answer: Mapping[str, Any]) -> Any:
    return [
        {"namespace": one["metadata"]["namespace"], **kinds.pod(one)}
        for one in answer["items"]
    ]


def _budgets_kept(answer: Mapping[str, Any]) -> Any:
    return [
        {
            "name": draining.place(one),
            "allowed": (one.get("status") or {}).get("disruptionsAllowed"),
        }
        for one in answer["items"]
    ]


class DrainNode(KubernetesAction):
    """Closes a node, then evicts its pods one by one."""

    ROLE = "tocsin-act-node"
    TARGET = "node"
    IDENTITY: ClassVar[Texts] = {"node": "name"}
    WANTED: ClassVar[Texts] = {_COUNT: "0", _STATE: _CLOSED}
    USUAL: ClassVar[Texts] = {_COUNT: "some"}
    WORDS: ClassVar[Texts] = {
        _COUNT: "pods on the node {node} that can run elsewhere",
        _STATE: "the node {node} to new pods",
    }
    PROMISE = "The node's pods are listed again: none of these may be left."
    FACTS = (
        Reading(call="core.ReadNode", arguments={"name": "node"}, keep=kinds.node),
        Reading(call="core.ListEveryPod", arguments=_ON_NODE, keep=_pods_kept),
        Reading(call="policy.ListEveryBudget", arguments={}, keep=_budgets_kept),
    )
    WRITE = ("core.PatchNode", {"name": "{node}", "spec.unschedulable": "true"})
    MANIFEST = ActionManifest(
        name="kubernetes.node.drain",
        version=1,
        title="Move the pods of a node of Kubernetes elsewhere",
        params=schema(node={**NAME, "description": "the name of the node"}),
        level={"": Level.T1},
        evidence=("core.ReadNode", "core.ListEveryPod", "policy.ListEveryBudget"),
        calls=(
            *("core.PatchNode", _EVICT, "core.ReadNode", "core.ReadPod"),
            *("core.ListEveryPod", "policy.ListEveryBudget"),
        ),
        irreversible_because="an evicted pod ends with what it holds in memory; "
        "another one is started elsewhere, and opening the node moves none back",
    )

    def read(self, params: Texts, session: Any) -> Texts:
        """Return the node, each pod that would go, and what stands against it."""
        node = self.looked(session, "core.ReadNode", {"name": params["node"]})
        on_node = {"fieldSelector": f"spec.nodeName={params['node']}"}
        pods = self.looked(session, "core.ListEveryPod", on_node)["items"]
        budgets = self.looked(session, "policy.ListEveryBudget", {})["items"]
        going = draining.leaving(pods)
        allowed = session.reach.namespaces
        return {
            _UID: str(node["metadata"]["uid"]),
            _STATE: _CLOSED if node["spec"].get("unschedulable") else "open",
            _COUNT: str(len(going)),
            _HINDRANCE: draining.hindrance(going, budgets, allowed),
            _SCRATCH: str(draining.scratch(going)),
            **{
                f"{_POD}{draining.place(one)}": str(one["metadata"]["uid"])
                for one in going
            },
        }

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Read the node and name every pod that would be evicted.

        Raises:
            TocsinError: Something stands against it, or nothing is to be done.
        """
        draft = super().plan(params, reader=reader)
        facts = draft.preconditions
        there = tuple(
            replace(one, value=_CLOSED) if one.id == _STATE else one
            for one in facts
            if one.id in (_UID, _STATE)
        )
        pods = [one for one in facts if one.id.startswith(_POD)]
        evictions = [
            _eviction(number, one, params["node"], there)
            for number, one in enumerate(pods, start=2)
        ]
        seconds = draft.est_seconds + _SECONDS_EACH * len(pods)
        return replace(draft, steps=(*draft.steps, *evictions), est_seconds=seconds)

    def blast(self, case: Case) -> Blast:
        """Return how many pods go, and what they lose.

        Raises:
            BadRequest: Something stands against it.
        """
        if case.facts[_HINDRANCE] != draining.NONE:
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because=case.facts[_HINDRANCE],
                next_move="Close the node only, or drain it with kubectl by hand.",
            )
        says = f"{case.facts[_COUNT]} pods end and are started elsewhere, if there is "
        says += "room. What DaemonSets keep on the node stays."
        if case.facts[_SCRATCH] != "0":
            says += f" {case.facts[_SCRATCH]} of them lose what they keep on the node."
        return Blast(systems=-1, says=says)

    def apply(self, step: Step, effect: Effect) -> StepResult:
        """Close the node as any other action does, or evict one pod."""
        if step.call != _EVICT:
            return super().apply(step, effect)
        try:
            found = self._of_pod(dict(step.params), effect.session)
        except (TocsinError, *ANOTHER_SHAPE) as error:
            reason = type(error).__name__
            return not_done(step, f"the facts could not be read again ({reason})")
        moved = [one.id for one in step.compare if found.get(one.id) != one.value]
        if moved or not step.compare:
            return not_done(step, f"the world is not as planned ({', '.join(moved)})")
        return self.written(
            effect.session,
            step.call,
            dict(step.params),
            idempotency_key=effect.idempotency_key,
        )

    def _of_pod(self, texts: Texts, session: Any) -> Texts:
        node = self.looked(session, "core.ReadNode", {"name": texts["node"]})
        named = {name: texts[name] for name in ("namespace", "name")}
        pod = self.looked(session, "core.ReadPod", named)
        # The same uid is the same pod, and a pod never changes its node.
        uid = "ending" if draining.is_ending(pod) else str(pod["metadata"]["uid"])
        return {
            _UID: str(node["metadata"]["uid"]),
            _STATE: _CLOSED if node["spec"].get("unschedulable") else "open",
            f"{_POD}{draining.place(pod)}": uid,
        }

    def body(self, session: Any, call: str, texts: Texts) -> Any:
        """Return the eviction of this very pod, or what closes the node."""
        if call != _EVICT:
            return super().body(session, call, texts)
        named = {name: texts[name] for name in ("namespace", "name")}
        return {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": named,
            "deleteOptions": {"preconditions": {"uid": texts["uid"]}},
        }

    def witness(self, case: Case) -> Verified:
        """Say whether the pods are gone; they may take their time to end."""
        on_node = {"fieldSelector": f"spec.nodeName={case.params['node']}"}
        pods = self.looked(case.reader, "core.ListEveryPod", on_node)["items"]
        left = draining.ending(pods)
        if left:
            says = f"All were told to end; {left} have not ended yet."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
        says = "Listed again: the node is closed, and none of the pods is left."
        return Verified(verdict=Verdict.PASS, says=says)

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        """Return the node, its pods and the budgets, as the other actions do."""
        node = dict(draft.params)["node"]
        beside = (("on_node", f"spec.nodeName={node}"),)
        return super().snapshot(
            replace(draft, params=(*draft.params, *beside)), reader=reader
        )


def _eviction(number: int, pod: Probe, node: str, there: tuple[Probe, ...]) -> Step:
    space, _, name = pod.id.removeprefix(_POD).partition("/")
    params = {"namespace": space, "name": name, "node": node, "uid": pod.value}
    return Step(
        id=f"s{number}",
        call=_EVICT,
        params=tuple(sorted(params.items())),
        compare=(*there, pod),
    )


ACTIONS = (DrainNode(),)
