"""Kubernetes: cut the pods of a deployment off the network, and let them back on.

A NetworkPolicy that selects the pods and allows nothing. Policies add up: what another
one allows stays allowed, so where there is such a one nothing is planned. Whether the
cluster's network enforces policies at all cannot be known from its API.

Source: https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Texts
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest, NotFound
from bot.domain.plan import Blast, Level
from bot.outside import objects as kinds
from bot.outside.k8s.action import NAME, NAMESPACE, KubernetesAction
from bot.outside.k8s.selectors import NONE, allowing, as_labels, as_text
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="kubernetes_isolation",
    title="Kubernetes network policies",
    docs="https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/",
    summary="Cuts a deployment's pods off the network and lets them back on.",
)

_UID, _SELECTOR = "deployment.uid", "deployment.selector"
_LABELS, _NETWORK = "deployment.labels", "deployment.network"
_NAME, _STATE, _POLICY = "policy.name", "policy.state", "policy.uid"
_OTHERS = "policy.others"
_FREE, _CUT, _CHANGED = "not cut off", "cut off", "changed by somebody"
_OURS = {"app.kubernetes.io/managed-by": "tocsin"}
_BOTH = ["Ingress", "Egress"]
_PARAMS: Mapping[str, Any] = schema(
    namespace=NAMESPACE,
    deployment={**NAME, "description": "the name of the deployment"},
)
_PODS = "core.ListPods"
_PODS_OF = {"namespace": "namespace", "labelSelector": _SELECTOR}


def _deployment(one: Mapping[str, Any], name: str) -> Texts:
    """Return whom a policy must select, and what it would be called.

    Raises:
        BadRequest: The pods are selected by more than labels.
    """
    spec = one["spec"]
    selector, pod = spec["selector"], spec["template"]
    if selector.get("matchExpressions") or not selector.get("matchLabels"):
        raise BadRequest(
            "The deployment was not planned to be cut off",
            because="its pods are selected by more than labels",
            next_move="Write the policy by hand, and write a note here.",
        )
    return {
        _UID: str(one["metadata"]["uid"]),
        _SELECTOR: as_text(selector["matchLabels"]),
        _LABELS: as_text(pod["metadata"]["labels"]),
        _NETWORK: "node" if pod["spec"].get("hostNetwork") else "pod",
        _NAME: f"tocsin-isolate-{name}",
    }


def _policy(one: Mapping[str, Any], selector: str) -> Texts:
    """Return whether our policy is as we made it."""
    meta, spec = one["metadata"], one["spec"]
    is_ours = (
        (meta.get("labels") or {}) == _OURS
        and (spec.get("podSelector") or {}) == {"matchLabels": as_labels(selector)}
        and sorted(spec.get("policyTypes") or ()) == sorted(_BOTH)
        and not (spec.get("ingress") or spec.get("egress"))
    )
    return {_STATE: _CUT if is_ours else _CHANGED, _POLICY: str(meta["uid"])}


def _policy_kept(answer: Mapping[str, Any]) -> Any:
    spec = answer["spec"]
    return {
        "name": answer["metadata"]["name"],
        "selects": spec.get("podSelector"),
        "types": spec.get("policyTypes"),
        "allows": {way: len(spec.get(way) or ()) for way in ("ingress", "egress")},
    }


class _SetIsolation(KubernetesAction):
    """What cutting off and letting back share."""

    ROLE = "tocsin-act-isolate"
    TARGET = "deployment"
    IDENTITY: ClassVar[Texts] = {"namespace": "namespace", "deployment": "deployment"}
    USUAL: ClassVar[Texts] = {_STATE: _FREE}
    WORDS: ClassVar[Texts] = {
        _STATE: "network of the pods of {deployment} in {namespace}"
    }
    PROMISE = (
        "The policy is read again. Whether the cluster's network enforces policies "
        "cannot be known from its API: look whether the traffic ends."
    )
    FACTS = (
        Reading(
            call="apps.ReadDeployment",
            arguments={"namespace": "namespace", "name": "deployment"},
            keep=kinds.deployment,
        ),
        Reading(
            call="networking.ReadPolicy",
            arguments={"namespace": "namespace", "name": _NAME},
            missing={_STATE: _FREE, _POLICY: NONE},
            keep=_policy_kept,
        ),
        Reading(
            call="networking.ListPolicies",
            arguments={"namespace": "namespace"},
            keep=lambda answer: [_policy_kept(one) for one in answer["items"]],
        ),
        Reading(call=_PODS, arguments=_PODS_OF),
    )
    TOLD = (
        Reading(
            call=_PODS,
            arguments=_PODS_OF,
            keep=lambda answer: [kinds.pod(one) for one in answer["items"]],
        ),
    )

    def read(self, params: Texts, session: Any) -> Texts:
        """Return the deployment, our policy, and who else allows its pods something."""

        def look(call: str, **more: str) -> Mapping[str, Any]:
            return self.looked(
                session, call, {"namespace": params["namespace"], **more}
            )

        one = look("apps.ReadDeployment", name=params["deployment"])
        found = dict(_deployment(one, params["deployment"]))
        try:
            ours = look("networking.ReadPolicy", name=found[_NAME])
            found |= _policy(ours, found[_SELECTOR])
        except NotFound:
            found |= {_STATE: _FREE, _POLICY: NONE}
        pods = look(_PODS, labelSelector=found[_SELECTOR])["items"]
        labels = [each["metadata"].get("labels") or {} for each in pods]
        every = look("networking.ListPolicies")["items"]
        return {
            **found,
            _OTHERS: allowing(every, [as_labels(found[_LABELS]), *labels]),
        }

    def blast(self, case: Case) -> Blast:
        """Return how many pods it is about, and what it does not reach.

        Raises:
            BadRequest: It would not do what it says.
        """
        if because := self.useless(case.facts):
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because=because,
                next_move=self.NEXT,
            )
        pods = case.told[_PODS]
        many = "1 pod" if len(pods) == 1 else f"{len(pods)} pods"
        ours = f"{case.params['deployment']}-"
        strangers = sum(not one["of"].startswith(ours) for one in pods)
        if strangers:
            many += f", {strangers} of them not this deployment's own"
        return Blast(systems=1, says=f"{many}, and whoever needs them. {self.SAYS}")

    SAYS: ClassVar[str]
    NEXT: ClassVar[str] = "Look at the policy, and delete it with kubectl by hand."

    def useless(self, facts: Texts) -> str:
        """Return why it would change nothing, "" if it does not seem so."""
        if facts[_STATE] == _CHANGED:
            return f"somebody has changed the policy {facts[_NAME]}"
        return ""

    def witness(self, case: Case) -> Verified:
        """Say what was read, and what cannot be known."""
        others = case.facts[_OTHERS]
        if case.facts[_STATE] == _CUT and others != NONE:
            says = f"The policy is there, and {others} allows these pods traffic again."
            return Verified(verdict=Verdict.FAIL, says=says)
        says = f"Read again: the pods are {case.facts[_STATE]}, as far as policies go; "
        says += "whether the network enforces them was not seen."
        return Verified(verdict=Verdict.PASS, says=says)


_READS = tuple(one.call for one in _SetIsolation.FACTS)


class IsolateWorkload(_SetIsolation):
    """Makes a policy that lets nothing to the pods and nothing from them."""

    SAYS = (
        "They cannot look names up either. Connections that are open may go on: that "
        "depends on the cluster's network."
    )
    NEXT = "Scale the deployment to 0 instead, or change the policies by hand."
    WANTED: ClassVar[Texts] = {_STATE: _CUT}
    WRITE = (
        "networking.CreatePolicy",
        {
            "namespace": "{namespace}",
            "deployment": "{deployment}",
            "name": "tocsin-isolate-{deployment}",
            "allows": "no traffic, in or out",
        },
    )
    CARRIED: ClassVar[Texts] = {"selects": _SELECTOR}
    MANIFEST = ActionManifest(
        name="kubernetes.workload.isolate",
        cuts_off=True,
        version=1,
        title="Cut the pods of a deployment off the network",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_READS,
        calls=("networking.CreatePolicy", *_READS),
        rollback="kubernetes.workload.release",
    )

    def useless(self, facts: Texts) -> str:
        """Return why the pods would not be cut off."""
        if facts[_NETWORK] == "node":
            return "its pods use the node's own network, where no policy holds"
        if facts[_OTHERS] != NONE:
            return f"what {facts[_OTHERS]} allows would stay allowed: policies add up"
        return super().useless(facts)

    def body(self, session: Any, call: str, texts: Texts) -> Any:
        """Return the policy."""
        del session, call
        return {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {
                "name": texts["name"],
                "namespace": texts["namespace"],
                "labels": _OURS,
            },
            "spec": {
                "podSelector": {"matchLabels": as_labels(texts["selects"])},
                "policyTypes": _BOTH,
            },
        }


class ReleaseWorkload(_SetIsolation):
    """Deletes that policy, as it was made: the way back."""

    SAYS = "What other policies allow is allowed again; without any, everything is."
    WANTED: ClassVar[Texts] = {_STATE: _FREE}
    WRITE = (
        "networking.DeletePolicy",
        {
            "namespace": "{namespace}",
            "deployment": "{deployment}",
            "name": "tocsin-isolate-{deployment}",
        },
    )
    CARRIED: ClassVar[Texts] = {"uid": _POLICY}
    MANIFEST = ActionManifest(
        name="kubernetes.workload.release",
        version=1,
        title="Let the pods of a deployment back on the network",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=_READS,
        calls=("networking.DeletePolicy", *_READS),
        rollback="kubernetes.workload.isolate",
    )

    def body(self, session: Any, call: str, texts: Texts) -> Any:
        """Return the options of deleting: this very policy, or nothing."""
        del session, call
        return {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": texts["uid"]},
        }


ACTIONS = (IsolateWorkload(), ReleaseWorkload())
