"""The shipped admission policies: an account changes what its actions change, no more.

What each action sends passes them in the fake cluster, which asks them about every
write. Here requests are doctored: one thing more, or another, and it is refused.
"""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from bot.gate.catalogue import load_actions
from bot.outside.k8s.action import KubernetesAction
from tests.fakes.kube_policies import Admission, documents, policies, said_no
from tests.fakes.kube_rights import NAMES

Object = dict[str, Any]
FAMILIES = sorted(
    {one.ROLE for one in load_actions().values() if isinstance(one, KubernetesAction)}
)
CONTAINER = {"name": "main", "image": "vllm:1"}
DEPLOYMENT: Object = {
    "metadata": {"name": "chat", "labels": {"app": "chat"}, "generation": 4},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "chat"}},
        "template": {
            "metadata": {"labels": {"app": "chat"}},
            "spec": {"serviceAccountName": "chat", "containers": [CONTAINER]},
        },
    },
}
SCALE: Object = {"metadata": {"name": "chat"}, "spec": {"replicas": 3}}
CRONJOB: Object = {
    "metadata": {"name": "index"},
    "spec": {"schedule": "0 3 * * *", "suspend": False, "jobTemplate": {"spec": {}}},
}
NODE: Object = {
    "metadata": {"name": "gpu-1", "labels": {"zone": "a"}},
    "spec": {"providerID": "aws:///i-1", "podCIDR": "10.0.0.0/24"},
}
EVICTION: Object = {
    "metadata": {"name": "chat-1", "namespace": "serving"},
    "deleteOptions": {"preconditions": {"uid": "u-1"}},
}
POLICY: Object = {
    "metadata": {
        "name": "tocsin-isolate-chat",
        "labels": {"app.kubernetes.io/managed-by": "tocsin"},
    },
    "spec": {
        "podSelector": {"matchLabels": {"app": "chat"}},
        "policyTypes": ["Ingress", "Egress"],
    },
}
TOKEN: Object = {"spec": {"audiences": [], "expirationSeconds": 600}}


def asked(
    account: str, operation: str, thing: str, *, name: str = "x", space: str = "serving"
) -> Object:
    """Return a request for ``group/resource`` or ``group/resource/part``."""
    group, resource, *part = thing.split("/")
    whole = f"system:serviceaccount:tocsin:{account}"
    return {
        "operation": operation,
        "resource": {"group": group, "version": "v1", "resource": resource},
        "name": name,
        "namespace": space,
        "userInfo": {"username": whole},
        **({"subResource": part[0]} if part else {}),
    }


def at(one: Object, path: str, value: Any) -> Object:
    """Return a copy in which something else stands at a path of names and numbers."""
    made: Any = copy.deepcopy(one)
    *above, last = path.split(".")
    held = made
    for name in above:
        held = held[int(name)] if isinstance(held, list) else held.setdefault(name, {})
    held[last] = value
    return dict(made)


def judged(account: str, thing: str, old: Object | None, new: Object | None) -> str:
    """Return what is said against a change, "" for nothing."""
    operation = {(True, False): "CREATE", (False, True): "DELETE"}.get(
        (old is None, new is None), "UPDATE"
    )
    request = asked(account, operation, thing)
    return "; ".join(said_no(Admission(request=request, new=new, old=old)))


ROLLOUT = "tocsin-act-rollout", "apps/deployments"
SPEC = "spec.template.spec"
ON = True
FIELDS = "this account sets spec.paused or spec.template, one at a time"


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("spec.paused", True, ""),
        (f"{SPEC}.containers.0.image", "vllm:0", ""),
        ("metadata.generation", 5, ""),
        ("spec.replicas", 300, FIELDS),
        ("spec.selector.matchLabels.app", "other", FIELDS),
        ("spec.minReadySeconds", 0, FIELDS),
        ("metadata.labels.app", "other", FIELDS),
        ("metadata.annotations", {"a": "b"}, FIELDS),
        ("metadata.ownerReferences", [], FIELDS),
        ("metadata.finalizers", ["stays"], FIELDS),
        (
            f"{SPEC}.serviceAccountName",
            "cluster-admin",
            "the pods keep their service account",
        ),
        (
            f"{SPEC}.automountServiceAccountToken",
            True,
            "the pods keep their service account",
        ),
        (
            f"{SPEC}.hostPID",
            True,
            "the pods get no namespace of the node that they did not have",
        ),
        (
            f"{SPEC}.volumes",
            [{"name": "root", "hostPath": {"path": "/"}}],
            "the pods get no directory of the node that they did not have",
        ),
        (f"{SPEC}.volumes", [{"name": "scratch", "emptyDir": {}}], ""),
        (f"{SPEC}.hostNetwork", False, ""),
        (
            f"{SPEC}.containers.0.securityContext",
            {"privileged": True},
            "no container gets rights over its node that it did not have",
        ),
        (
            f"{SPEC}.initContainers",
            [{"name": "first", "securityContext": {"privileged": True}}],
            "no container gets rights over its node that it did not have",
        ),
        (
            f"{SPEC}.containers.0.securityContext",
            {"capabilities": {"add": ["SYS_ADMIN"]}},
            "no container gets rights over its node that it did not have",
        ),
        (
            f"{SPEC}.containers.0.securityContext",
            {"capabilities": {"drop": ["ALL"]}},
            "",
        ),
        (f"{SPEC}.containers.0.securityContext", {"runAsUser": 1000}, ""),
        (f"{SPEC}.containers.0.securityContext", {"privileged": False}, ""),
    ],
)
def test_of_a_deployment_only_what_a_rollback_needs_is_changed(
    path: str, value: Any, says: str
) -> None:
    assert judged(*ROLLOUT, DEPLOYMENT, at(DEPLOYMENT, path, value)) == says


def test_what_the_pods_had_before_they_keep() -> None:
    had = at(DEPLOYMENT, f"{SPEC}.hostNetwork", ON)
    had = at(had, f"{SPEC}.volumes", [{"name": "d", "hostPath": {"path": "/dev"}}])
    had = at(had, f"{SPEC}.containers.0.securityContext", {"privileged": True})
    assert judged(*ROLLOUT, had, at(had, f"{SPEC}.containers.0.image", "v:0")) == ""
    wider = at(had, f"{SPEC}.volumes.0.hostPath.path", "/")
    assert "no directory" in judged(*ROLLOUT, had, wider)


def test_holding_and_rolling_back_are_not_done_at_once() -> None:
    both = at(at(DEPLOYMENT, "spec.paused", ON), f"{SPEC}.containers", [])
    assert FIELDS in judged(*ROLLOUT, DEPLOYMENT, both)
    held = at(DEPLOYMENT, "spec.paused", ON)
    assert judged(*ROLLOUT, held, DEPLOYMENT) == ""


@pytest.mark.parametrize(
    ("account", "thing", "old", "new", "says"),
    [
        ("tocsin-act-scale", "apps/deployments/scale", SCALE, (0,), ""),
        ("tocsin-act-scale", "apps/deployments/scale", SCALE, (1000,), "at most 999"),
        ("tocsin-act-cronjob", "batch/cronjobs", CRONJOB, ("spec.suspend", True), ""),
        (
            "tocsin-act-cronjob",
            "batch/cronjobs",
            CRONJOB,
            ("spec.jobTemplate.spec", {"template": {}}),
            "sets spec.suspend, and nothing else",
        ),
        (
            "tocsin-act-cronjob",
            "batch/cronjobs",
            CRONJOB,
            ("spec.schedule", "* * * * *"),
            "sets spec.suspend, and nothing else",
        ),
        ("tocsin-act-node", "/nodes", NODE, ("spec.unschedulable", True), ""),
        (
            "tocsin-act-node",
            "/nodes",
            NODE,
            ("spec.taints", [{"key": "x", "effect": "NoExecute"}]),
            "sets spec.unschedulable, and nothing else",
        ),
        (
            "tocsin-act-node",
            "/nodes",
            NODE,
            ("metadata.labels.zone", "b"),
            "sets spec.unschedulable, and nothing else",
        ),
    ],
)
def test_one_field_is_set_and_no_other(
    account: str, thing: str, old: Object, new: tuple[Any, ...], says: str
) -> None:
    path, value = new if len(new) > 1 else ("spec.replicas", *new)
    found = judged(account, thing, old, at(old, path, value))
    assert says in found
    assert bool(says) == bool(found)


def test_what_an_api_server_does_not_say_is_0_or_false() -> None:
    zero = {**SCALE, "spec": {}}
    scale = "tocsin-act-scale", "apps/deployments/scale"
    assert judged(*scale, SCALE, zero) == ""
    assert judged(*scale, zero, SCALE) == ""
    closed = at(NODE, "spec.unschedulable", ON)
    assert judged("tocsin-act-node", "/nodes", closed, NODE) == ""
    assert judged(*ROLLOUT, at(DEPLOYMENT, "spec.paused", ON), DEPLOYMENT) == ""


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("metadata.name", "tocsin-isolate-other", ""),
        ("metadata.name", "allow-all", "only policies that Tocsin made"),
        ("metadata.labels", {"app": "x"}, "only policies that Tocsin made"),
        ("spec.ingress", [{}], "policies that allow nothing"),
        ("spec.egress", [{}], "policies that allow nothing"),
        ("spec.policyTypes", ["Ingress"], "policies that allow nothing"),
        ("spec.podSelector", {}, "policies that allow nothing"),
        ("spec.podSelector", {"matchLabels": {}}, "policies that allow nothing"),
    ],
)
def test_only_policies_of_ours_are_made_and_they_allow_nothing(
    path: str, value: Any, says: str
) -> None:
    of = "tocsin-act-isolate", "networking.k8s.io/networkpolicies"
    found = judged(*of, None, at(POLICY, path, value))
    assert says in found
    assert bool(says) == bool(found)
    gone = judged(*of, at(POLICY, path, value), None)
    assert bool(gone) == path.startswith("metadata") * bool(says)


def test_a_policy_of_ours_is_not_changed_and_nothing_else_goes_by_its_name() -> None:
    account, says = "tocsin-act-isolate", "makes and deletes network policies"
    ours = "networking.k8s.io/networkpolicies"
    assert says in judged(account, ours, POLICY, POLICY)
    assert says in judged(account, f"{ours}/status", None, POLICY)
    assert says in judged(account, "networking.k8s.io/ingresses", None, POLICY)
    assert says in judged(account, "example.org/networkpolicies", None, POLICY)


def test_a_pod_is_evicted_by_its_uid_and_never_at_once() -> None:
    of = "tocsin-act-node", "/pods/eviction"
    assert judged(*of, None, EVICTION) == ""
    at_once = at(EVICTION, "deleteOptions.gracePeriodSeconds", 0)
    assert "in the pod's own time" in judged(*of, None, at_once)
    assert "by its uid" in judged(*of, None, at(EVICTION, "deleteOptions", {}))
    assert "nothing else" in judged("tocsin-act-node", "/pods", EVICTION, None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda _: None, ""),
        (lambda one: one.update(name="tocsin"), "of Tocsin's other accounts only"),
        (lambda one: one.update(name="default"), "of Tocsin's other accounts only"),
        (lambda one: one.update(namespace="kube-system"), "asks for tokens"),
        (lambda one: one.update(operation="UPDATE"), "asks for tokens"),
        (lambda one: one.pop("subResource"), "asks for tokens"),
    ],
)
def test_the_bot_gets_short_tokens_of_its_accounts(
    change: Callable[[Object], Any], says: str
) -> None:
    create = ("tocsin", "CREATE", "/serviceaccounts/token")
    request = asked(*create, name="tocsin-act-scale", space="tocsin")
    change(request)
    found = said_no(Admission(request=request, new=TOKEN))
    assert says in "; ".join(found)
    assert bool(says) == bool(found)
    longer = Admission(request=request, new=at(TOKEN, "spec.expirationSeconds", 86_400))
    assert "this account asks for tokens of at most ten minutes" in said_no(longer)


@pytest.mark.parametrize("account", NAMES)
def test_whatever_else_an_account_were_given_it_does_not_do(account: str) -> None:
    who = "tocsin" if account == "tocsin-base" else account
    for operation, thing in (
        ("CREATE", "/secrets"),
        ("CONNECT", "/pods/exec"),
        ("CREATE", "rbac.authorization.k8s.io/clusterrolebindings"),
        ("DELETE", "apps/deployments"),
        ("UPDATE", "apps/deployments/status"),
        ("UPDATE", "apps/statefulsets/scale"),
        ("UPDATE", "/nodes/status"),
    ):
        new = None if operation == "DELETE" else DEPLOYMENT
        old = None if operation in ("CREATE", "CONNECT") else DEPLOYMENT
        request = asked(who, operation, thing)
        assert said_no(Admission(request=request, new=new, old=old)), thing


def test_nobody_else_is_held() -> None:
    request = asked("tocsin-act-scale", "DELETE", "/namespaces")
    for name in ("admin", "system:serviceaccount:other:tocsin-act-scale", ""):
        request["userInfo"] = {"username": name} if name else {}
        with pytest.raises(LookupError):
            said_no(Admission(request=request, old=NODE))


@pytest.mark.parametrize("account", NAMES)
def test_each_account_has_a_policy_that_is_bound_and_fails_closed(account: str) -> None:
    policy, binding = documents(account)
    assert policy["apiVersion"] == "admissionregistration.k8s.io/v1"
    assert policy["metadata"]["name"] == account
    spec = policy["spec"]
    assert spec["failurePolicy"] == "Fail"
    (rule,) = spec["matchConstraints"]["resourceRules"]
    assert rule == {
        "apiGroups": ["*"],
        "apiVersions": ["*"],
        "operations": ["*"],
        "resources": ["*/*"],
    }
    assert binding["kind"] == "ValidatingAdmissionPolicyBinding"
    assert binding["spec"] == {"policyName": account, "validationActions": ["Deny"]}
    assert {one["reason"] for one in spec["validations"]} == {"Forbidden"}
    assert len(policies()) == len(NAMES)
    assert account in ("tocsin-base", "tocsin-read", *FAMILIES)
