"""Deployments in Kubernetes: scale them, and hold a rollout or let it go on.

Scaled to 0, a model server that does harm stops and can be started again. A rollout
that is held goes no further and is not taken back; taking it back is
`kubernetes_rollout.py`.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.domain.errors import BadRequest, TocsinError
from bot.domain.plan import Blast, Draft, Level, Plan
from bot.outside import objects as kinds
from bot.outside.k8s.action import NAME, NAMESPACE, KubernetesAction
from bot.outside.k8s.revisions import NONE
from bot.outside.k8s.rolling import seen_to_roll
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="kubernetes_deployment",
    title="Kubernetes deployments",
    docs="https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/",
    summary="Scales deployments, holds rollouts and lets them go on.",
)

_UID, _REPLICAS = "deployment.uid", "deployment.replicas"
_ROLLOUT, _SCALER = "deployment.rollout", "deployment.autoscaler"
_WAKER = "deployment.started_again_by"
_KEDA = "keda-operator"
"""Who manages the autoscalers of KEDA, which starts from 0, too:
https://keda.sh/docs/latest/concepts/scaling-deployments/"""
_HELD, _GOING = "held", "going on"
_NAMED: Mapping[str, Any] = {
    "namespace": NAMESPACE,
    "deployment": {**NAME, "description": "the name of the deployment"},
}
_COUNT = {
    "type": "string",
    "description": "how many pods there should be, from 0 to 999",
    "pattern": "^(0|[1-9][0-9]{0,2})$",
    "maxLength": 3,
}
_OF = {"namespace": "namespace", "name": "deployment"}
_WRITTEN = {"namespace": "{namespace}", "name": "{deployment}"}


def _deployment(seen: Seen) -> Texts:
    spec = seen.answer["spec"]
    return {
        _UID: str(seen.answer["metadata"]["uid"]),
        _REPLICAS: str(int(spec["replicas"])),
        _ROLLOUT: _HELD if spec.get("paused") else _GOING,
    }


def _counted(seen: Seen) -> Texts:
    """Return the facts for scaling: whether a rollout is held does not matter."""
    found = _deployment(seen)
    return {name: found[name] for name in (_UID, _REPLICAS)}


def _held(seen: Seen) -> Texts:
    """Return the facts for holding: how many pods there are does not matter."""
    found = _deployment(seen)
    return {name: found[name] for name in (_UID, _ROLLOUT)}


def _scalers(seen: Seen) -> Texts:
    """Return what else sets the number of pods, and what of it also starts from 0."""
    mine = [
        one
        for one in seen.answer["items"]
        if one["spec"]["scaleTargetRef"].get("kind") == "Deployment"
        and one["spec"]["scaleTargetRef"]["name"] == seen.known["deployment"]
    ]
    return {_SCALER: _named(mine), _WAKER: _named(filter(_wakes, mine))}


def _named(found: Iterable[Mapping[str, Any]]) -> str:
    return ", ".join(sorted(map(kinds.name_of, found))) or NONE


def _wakes(one: Mapping[str, Any]) -> bool:
    labels = one["metadata"].get("labels") or {}
    return labels.get("app.kubernetes.io/managed-by") == _KEDA or bool(
        kinds.owner(one, "ScaledObject")
    )


def _scalers_kept(answer: Mapping[str, Any]) -> Any:
    return [kinds.autoscaler(one) for one in answer["items"]]


class ScaleDeployment(KubernetesAction):
    """Sets how many pods a deployment has; its own way back, with the count before."""

    # A pod that loads a model takes minutes: looks are as far apart.
    SECONDS = 300
    ROLE = "tocsin-act-scale"
    TARGET = "deployment"
    IDENTITY: ClassVar[Texts] = {"namespace": "namespace", "deployment": "name"}
    WANTED: ClassVar[Texts] = {_REPLICAS: "{replicas}"}
    WORDS: ClassVar[Texts] = {
        _REPLICAS: "pods of the deployment {deployment} in {namespace}"
    }
    PROMISE = "The deployment is read again: that many pods, all of them available."
    FACTS = (
        Reading(
            call="apps.ReadDeployment",
            arguments=_OF,
            facts=_counted,
            keep=kinds.deployment,
        ),
        Reading(
            call="autoscaling.ListAutoscalers",
            arguments={"namespace": "namespace"},
            facts=_scalers,
            keep=_scalers_kept,
        ),
    )
    WRITE = ("apps.PatchDeploymentScale", {**_WRITTEN, "spec.replicas": "{replicas}"})
    MANIFEST = ActionManifest(
        name="kubernetes.deployment.scale",
        cuts_off=True,
        version=1,
        title="Scale or stop a deployment of Kubernetes",
        params=schema(**_NAMED, replicas=_COUNT),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("apps.ReadDeployment", "autoscaling.ListAutoscalers"),
        calls=(
            "apps.PatchDeploymentScale",
            "apps.ReadDeployment",
            "autoscaling.ListAutoscalers",
        ),
        rollback="kubernetes.deployment.scale",
    )

    def blast(self, case: Case) -> Blast:
        """Return how many pods end or begin.

        Raises:
            BadRequest: An autoscaler would set the number back.
        """
        before, after = int(case.facts[_REPLICAS]), int(case.params["replicas"])
        scaler, waker = case.facts[_SCALER], case.facts[_WAKER]
        if waker != NONE and not after:
            raise self._undone(
                f"{waker} is KEDA's, which starts pods again from 0",
                "Pause its ScaledObject, then propose it again.",
            )
        # At 0 an autoscaler rests, on the way there and on the way back.
        if scaler != NONE and before and after:
            raise self._undone(
                f"the autoscaler {scaler} would set the number back",
                "Change its bounds, or scale to 0: then it rests.",
            )
        says = f"{abs(after - before)} pods of one deployment "
        says += (
            "are started."
            if after > before
            else "end, with what they work on; disruption budgets do not hold that."
        )
        if scaler != NONE:
            says += f" The autoscaler {scaler} "
            says += "sets the number from then on." if after else "rests meanwhile."
        return Blast(systems=1, says=says)

    def _undone(self, because: str, next_move: str) -> BadRequest:
        what = f"{self.MANIFEST.name} was not planned"
        return BadRequest(what, because=because, next_move=next_move)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        """Say whether it worked; where an autoscaler has gone on from there, it did."""
        params = dict(plan.draft.params)
        try:
            facts = self.facts(params, reader)
        except TocsinError:
            return super().verify(plan, reader=reader)
        if facts[_SCALER] == NONE or "0" in (params["replicas"], facts[_REPLICAS]):
            return super().verify(plan, reader=reader)
        now = f"The autoscaler {facts[_SCALER]} sets the number now. "
        found = self.witness(Case(params=params, facts=facts, reader=reader))
        return replace(found, says=now + found.says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the number of pods from before."""
        return {**dict(draft.params), "replicas": was(draft, _REPLICAS)}

    def witness(self, case: Case) -> Verified:
        """Say whether the pods are there, or gone; that takes a while."""
        return seen_to_roll(self, case, updated=False)


class _SetRollout(KubernetesAction):
    """What holding and letting go share."""

    ROLE = "tocsin-act-rollout"
    TARGET = "deployment"
    IDENTITY: ClassVar[Texts] = {"namespace": "namespace", "deployment": "name"}
    USUAL: ClassVar[Texts] = {_ROLLOUT: _GOING}
    WORDS: ClassVar[Texts] = {
        _ROLLOUT: "rollouts of the deployment {deployment} in {namespace}"
    }
    PROMISE = "The deployment is read again and must be as shown."
    FACTS = (
        Reading(
            call="apps.ReadDeployment",
            arguments=_OF,
            facts=_held,
            keep=kinds.deployment,
        ),
    )


class HoldRollout(_SetRollout):
    """Holds a deployment's rollout where it is: no further pod is replaced."""

    WANTED: ClassVar[Texts] = {_ROLLOUT: _HELD}
    WRITE = ("apps.PatchDeployment", {**_WRITTEN, "spec.paused": "true"})
    MANIFEST = ActionManifest(
        name="kubernetes.deployment.pause_rollout",
        version=1,
        title="Hold the rollout of a deployment of Kubernetes",
        params=schema(**_NAMED),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("apps.ReadDeployment",),
        calls=("apps.PatchDeployment", "apps.ReadDeployment"),
        rollback="kubernetes.deployment.resume_rollout",
    )

    def blast(self, case: Case) -> Blast:
        """Return what it leaves as it is."""
        del case
        says = "No pod ends. A rollout that is under way stays half done, "
        return Blast(systems=1, says=says + "and later ones wait.")


class ResumeRollout(_SetRollout):
    """Lets a deployment's rollouts go on: the way back."""

    WANTED: ClassVar[Texts] = {_ROLLOUT: _GOING}
    WRITE = ("apps.PatchDeployment", {**_WRITTEN, "spec.paused": "false"})
    MANIFEST = ActionManifest(
        name="kubernetes.deployment.resume_rollout",
        version=1,
        title="Let the rollout of a deployment of Kubernetes go on",
        params=schema(**_NAMED),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("apps.ReadDeployment",),
        calls=("apps.PatchDeployment", "apps.ReadDeployment"),
        rollback="kubernetes.deployment.pause_rollout",
    )

    def blast(self, case: Case) -> Blast:
        """Return what begins."""
        del case
        says = "What was changed meanwhile is rolled out, which replaces pods."
        return Blast(systems=1, says=says)


ACTIONS = (ScaleDeployment(), HoldRollout(), ResumeRollout())
