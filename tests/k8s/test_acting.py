"""Acting in a cluster, where it matters: fences, doubts, what is refused and why."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.action_effects import Outcome, Verdict
from bot.domain.errors import BadRequest, NotFound, TocsinError, Unreachable
from bot.domain.plan import Draft
from bot.gate.catalogue import load_actions
from bot.outside.k8s.session import Reach
from bot.ports.action import Effect, StepResult
from tests.actions.stage_kubernetes import KubernetesStage as Stage
from tests.actions.worlds_kubernetes import (
    SPACE,
    deployment,
    fresh,
    isolated,
    node,
    pod,
    policy,
    template,
    to_drain,
    to_scale,
    to_undo,
)
from tests.cloud import APPROVERS, plan_of
from tests.fakes.kube import FakeCluster, running_cluster

pytestmark = pytest.mark.slow
CATALOGUE = load_actions()
SCALE: Any = CATALOGUE["kubernetes.deployment.scale"]
UNDO: Any = CATALOGUE["kubernetes.deployment.undo_rollout"]
ISOLATE: Any = CATALOGUE["kubernetes.workload.isolate"]
RELEASE: Any = CATALOGUE["kubernetes.workload.release"]
CORDON: Any = CATALOGUE["kubernetes.node.cordon"]
DRAIN: Any = CATALOGUE["kubernetes.node.drain"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with running_cluster() as cluster:
        yield Stage(cluster)


@pytest.fixture
def stage(shared: Stage) -> Iterator[Stage]:
    shared.cluster.is_slow, shared.cluster.fault = False, None
    for kind in ("poddisruptionbudgets", "networkpolicies", "horizontalpodautoscalers"):
        for place in [one for one in shared.cluster.objects if one[0] == kind]:
            del shared.cluster.objects[place]
    shared.cluster.asked.clear()
    yield shared
    shared.cluster.is_slow, shared.cluster.fault = False, None


@pytest.fixture
def cluster(stage: Stage) -> FakeCluster:
    return stage.cluster


def refusal(stage: Stage, action: Any, params: dict[str, str]) -> str:
    with pytest.raises(TocsinError) as refused:
        action.plan(params, reader=stage.reader())
    return refused.value.because


# --- who acts ---


def test_the_clusters_own_log_names_the_account_the_plan_and_who_agreed(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = SCALE.plan(to_scale(cluster), reader=stage.reader())
    plan = plan_of(draft)
    session = stage.door().for_plan(plan, SCALE, ("U0B", "U0A"))
    assert stage.apply(SCALE, draft, session).outcome is Outcome.OK
    (wrote,) = (one for one in cluster.asked if one.verb == "patch")
    assert wrote.account == "tocsin-act-scale"
    assert wrote.agent.startswith(f"tocsin (plan {plan.id}; digest {plan.digest()}")
    assert wrote.agent.endswith("approved by U0A U0B)")
    asked = [one.name for one in cluster.asked if one.part == "token"]
    assert asked == ["tocsin-read", "tocsin-act-scale"]
    assert wrote.query["fieldManager"] == ["tocsin"]
    assert wrote.query["fieldValidation"] == ["Strict"]


def test_a_drill_a_plan_without_approvers_and_a_stranger_get_no_token(
    stage: Stage, cluster: FakeCluster
) -> None:
    plan = plan_of(SCALE.plan(to_scale(cluster), reader=stage.reader()))
    foreign: Any = CATALOGUE["aws.iam.deny_user"]
    for one, action, approvers, because in (
        (replace(plan, drill=True), SCALE, APPROVERS, "it is a drill"),
        (plan, SCALE, (), "nobody has agreed to it"),
        (plan, foreign, APPROVERS, "aws.iam.deny_user is no action of Kubernetes"),
    ):
        cluster.asked.clear()
        with pytest.raises(BadRequest, match=because):
            stage.door().for_plan(one, action, approvers)
        assert cluster.asked == []


def test_a_family_without_an_account_does_nothing_and_says_what_to_apply(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = SCALE.plan(to_scale(cluster), reader=stage.reader())
    door = stage.door(opened=lambda _now: cluster.base("tocsin-read"))
    with pytest.raises(Unreachable) as refused:
        door.for_plan(plan_of(draft), SCALE, APPROVERS)
    assert refused.value.because == "the bot may not create tokens of tocsin-act-scale"
    assert "Apply tocsin-act-scale.yaml" in refused.value.next_move


def test_the_readers_token_is_renewed_before_it_ends_and_none_outlives_its_time(
    stage: Stage, cluster: FakeCluster
) -> None:
    door = stage.door()
    old, params = door.reader(), to_scale(cluster)
    session = stage.acting(SCALE, draft := SCALE.plan(params, reader=old))
    cluster.clock.go_on(540)
    fresh_one = door.reader()
    cluster.clock.go_on(120)
    assert SCALE.facts(params, fresh_one)
    with pytest.raises(Unreachable):
        SCALE.facts(params, old)
    assert stage.apply(SCALE, draft, session).outcome is Outcome.FAILED


# --- where ---


def test_what_the_settings_do_not_name_is_neither_read_nor_written(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_scale(cluster)
    draft = SCALE.plan(params, reader=stage.reader())
    for reach, action, given, because in (
        (Reach(namespaces=frozenset({"batch"})), SCALE, params, "'serving' is not one"),
        (
            Reach(namespaces=frozenset({SPACE})),
            CORDON,
            node(cluster),
            "nodes are left alone here",
        ),
    ):
        door = stage.door(reach=reach)
        reader = door.reader()
        cluster.asked.clear()
        with pytest.raises(BadRequest, match=because):
            action.plan(given, reader=reader)
        assert cluster.asked == []
    session = stage.door(reach=Reach(namespaces=frozenset({"batch"}))).for_plan(
        plan_of(draft), SCALE, APPROVERS
    )
    result = session.write(draft.steps[0].call, dict(draft.steps[0].params), {})
    assert "is not one to act in" in result.says


def test_nothing_is_written_that_was_not_read_before(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = SCALE.plan(to_scale(cluster), reader=stage.reader())
    session, step = stage.acting(SCALE, draft), draft.steps[0]
    result = session.write(step.call, dict(step.params), {"spec": {"replicas": 0}})
    assert "its state was not read before" in result.says
    assert stage.reader().write(step.call, dict(step.params), {}).outcome is (
        Outcome.FAILED
    )


def test_one_field_more_than_was_agreed_is_refused_by_the_cluster_itself(
    stage: Stage, cluster: FakeCluster
) -> None:
    hold: Any = CATALOGUE["kubernetes.deployment.pause_rollout"]
    params = deployment(cluster)
    draft = hold.plan(params, reader=stage.reader())
    session = stage.acting(hold, draft)
    written = session.write

    def more(call: str, texts: Mapping[str, str], body: Any) -> StepResult:
        return written(call, texts, {"spec": {**body["spec"], "replicas": 0}})

    session.write = more  # type: ignore[method-assign]
    result = stage.apply(hold, draft, session)
    assert result.outcome is Outcome.FAILED
    assert result.says.endswith("or a rule of the cluster forbids it.")
    one = cluster.objects["deployments", SPACE, params["deployment"]]
    assert one["spec"]["replicas"] == 3
    assert not one["spec"].get("paused")


# --- when nobody can know ---


@pytest.mark.parametrize("fault", [0, 500, 504])
def test_a_write_without_a_clear_answer_is_for_a_person_to_say(
    stage: Stage, cluster: FakeCluster, fault: int
) -> None:
    draft = SCALE.plan(to_scale(cluster), reader=stage.reader())
    cluster.fault = None
    session = stage.acting(SCALE, draft)
    cluster.fault = fault
    result = stage.apply(SCALE, draft, session)
    assert result.outcome is Outcome.UNKNOWN
    assert "may or may not have happened" in result.says
    assert sum(one.verb == "patch" for one in cluster.asked) == 1


@pytest.mark.parametrize(
    "broken",
    [
        {"spec": {}},
        {"spec": {"replicas": "many"}},
        {"spec": []},
        {"metadata": {"uid": []}, "spec": None},
    ],
)
def test_what_is_no_answer_of_kubernetes_is_told_as_such(
    stage: Stage, cluster: FakeCluster, broken: dict[str, Any]
) -> None:
    params = to_scale(cluster)
    draft = SCALE.plan(params, reader=stage.reader())
    place = ("deployments", SPACE, params["deployment"])
    cluster.objects[place] = {**cluster.objects[place], **broken}
    assert "another form than is known" in refusal(stage, SCALE, params)
    found = SCALE.verify(plan_of(draft), reader=stage.reader())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert stage.apply(SCALE, draft).outcome is Outcome.FAILED
    del cluster.objects[place]
    found = SCALE.verify(plan_of(draft), reader=stage.reader())
    assert "the cluster has no such thing" in found.says


def test_a_list_that_goes_on_is_not_taken_for_the_whole(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_drain(cluster)
    cluster.is_cut = True
    says = refusal(stage, DRAIN, params)
    cluster.is_cut = False
    assert says == "there are more than 1000 of them"


# --- deployments ---


def test_an_autoscaler_is_asked_only_where_it_rests_at_0(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_scale(cluster)
    target = {"kind": "Deployment", "name": params["deployment"]}
    scaler = {
        "metadata": {"name": "chat-hpa"},
        "spec": {"scaleTargetRef": target, "maxReplicas": 9},
    }
    cluster.put("horizontalpodautoscalers", SPACE, scaler)
    says = refusal(stage, SCALE, {**params, "replicas": "2"})
    assert says == "the autoscaler chat-hpa would set the number back"
    draft = SCALE.plan(params, reader=stage.reader())
    assert "The autoscaler chat-hpa rests meanwhile" in draft.blast.says
    assert "disruption budgets do not hold that" in draft.blast.says
    assert stage.apply(SCALE, draft).outcome is Outcome.OK
    back = SCALE.plan(SCALE.rollback(draft), reader=stage.reader())
    assert back.changes[0].after == "3"
    assert stage.apply(SCALE, back).outcome is Outcome.OK
    cluster.change("deployments", SPACE, params["deployment"], replicas=5)
    found = SCALE.verify(plan_of(back), reader=stage.reader())
    assert found.verdict is Verdict.PASS
    assert found.says.startswith("The autoscaler chat-hpa sets the number now.")
    cluster.change("deployments", SPACE, params["deployment"], replicas=0)
    found = SCALE.verify(plan_of(back), reader=stage.reader())
    assert found.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "mark",
    [
        {"labels": {"app.kubernetes.io/managed-by": "keda-operator"}},
        {"ownerReferences": [{"kind": "ScaledObject", "name": "chat"}]},
    ],
)
def test_what_starts_pods_again_from_0_is_not_asked_to_rest_there(
    stage: Stage, cluster: FakeCluster, mark: dict[str, Any]
) -> None:
    params = to_scale(cluster)
    target = {"kind": "Deployment", "name": params["deployment"]}
    scaler = {
        "metadata": {"name": "keda-hpa-chat", **mark},
        "spec": {"scaleTargetRef": target, "maxReplicas": 9},
    }
    cluster.put("horizontalpodautoscalers", SPACE, scaler)
    says = refusal(stage, SCALE, params)
    assert says == "keda-hpa-chat is KEDA's, which starts pods again from 0"


def test_pods_that_are_not_there_yet_are_no_verdict(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = {**deployment(cluster), "replicas": "9"}
    draft = SCALE.plan(params, reader=stage.reader())
    cluster.is_slow = True
    assert stage.apply(SCALE, draft).outcome is Outcome.OK
    plan = plan_of(draft)
    found = SCALE.verify(plan, reader=stage.reader())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.says.endswith("the cluster has not begun with it.")
    one = cluster.objects["deployments", SPACE, params["deployment"]]
    one["status"] |= {"observedGeneration": one["metadata"]["generation"]}
    one["status"] |= {"replicas": 9, "availableReplicas": 4}
    found = SCALE.verify(plan, reader=stage.reader())
    assert found.says == "It is set, and not done yet: 4 of 9 pods are available."
    stuck = {"type": "Progressing", "reason": "ProgressDeadlineExceeded"}
    one["status"] |= {"conditions": [stuck]}
    found = SCALE.verify(plan, reader=stage.reader())
    assert found.verdict is Verdict.FAIL


def test_a_rollback_shows_images_and_sends_the_template_that_was_agreed_to(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_undo(cluster)
    draft = UNDO.plan(params, reader=stage.reader())
    assert draft.blast.says.endswith("It goes back to revision 1.")
    images = draft.changes[1]
    assert (images.before, images.after) == ("vllm:2", "vllm:1")
    assert dict(draft.steps[0].params)["images"] == "vllm:1"
    session = stage.acting(UNDO, draft)
    swapped = cluster.objects["replicasets", SPACE, params["replica_set"]]

    def between(call: str, texts: Mapping[str, str]) -> Mapping[str, Any]:
        found = looked(call, texts)
        if call != "apps.ListReplicaSets":
            return found
        other = template(params["deployment"], "evil:1")
        swapped["spec"]["template"] = other
        return found

    looked, session.look = session.look, between  # type: ignore[method-assign]
    result = stage.apply(UNDO, draft, session)
    assert result.outcome is Outcome.FAILED
    assert "its replica set holds another template by now" in result.says
    assert not any(one.verb == "patch" for one in cluster.asked)
    now = cluster.objects["deployments", SPACE, params["deployment"]]
    image = now["spec"]["template"]["spec"]["containers"][0]["image"]
    assert image == "vllm:2"


def test_a_rollback_that_brings_rights_back_shows_them(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = deployment(cluster)
    name = params["deployment"]
    loose = template(name, "vllm:1", serviceAccountName="admin", hostPID=True)
    loose["spec"]["volumes"] = [{"name": "d", "hostPath": {"path": "/dev"}}]
    raised = {"privileged": True, "capabilities": {"add": ["SYS_ADMIN"]}}
    loose["spec"]["containers"][0]["securityContext"] = raised
    loose["spec"]["initContainers"] = [{"name": "first", "image": "fetch:1"}]
    cluster.change("deployments", SPACE, name, template=loose)
    (old,) = (
        one["metadata"]["name"]
        for one in cluster.of("replicasets", SPACE)
        if one["spec"]["template"]["spec"].get("hostPID")
    )
    cluster.change("deployments", SPACE, name, template=template(name, "vllm:2"))
    draft = UNDO.plan({**params, "replica_set": old}, reader=stage.reader())
    assert [(one.what, one.before, one.after) for one in draft.changes[1:]] == [
        ("its images", "vllm:2", "fetch:1, vllm:1"),
        ("its service account", "default", "admin"),
        (
            "what its pods get of their node",
            "none",
            "hostPID, directory /dev, privilege of main, SYS_ADMIN of main",
        ),
    ]
    result = stage.apply(UNDO, draft)
    assert result.outcome is Outcome.FAILED
    assert "a rule of the cluster forbids it" in result.says


def test_where_all_pods_end_before_new_ones_start_the_card_says_so(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_undo(cluster)
    at_once = {"type": "Recreate"}
    cluster.change("deployments", SPACE, params["deployment"], strategy=at_once)
    draft = UNDO.plan(params, reader=stage.reader())
    assert "ends before the first new one starts" in draft.blast.says


def test_a_rollback_that_would_do_nothing_is_not_planned(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_undo(cluster)
    name = params["deployment"]
    with pytest.raises(NotFound, match="has no replica set 'gone'"):
        UNDO.plan({**params, "replica_set": "gone"}, reader=stage.reader())
    cluster.change("deployments", SPACE, name, paused=True)
    assert "are held" in refusal(stage, UNDO, params)
    cluster.change(
        "deployments", SPACE, name, template=template(name, "vllm:9"), paused=False
    )
    cluster.is_slow = True
    cluster.change("deployments", SPACE, name, template=template(name, "vllm:10"))
    assert "it was changed just now" in refusal(stage, UNDO, params)


# --- isolation ---


def test_what_another_policy_allows_is_not_called_cut_off(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = deployment(cluster)
    labels = {"matchLabels": {"app": params["deployment"]}}
    allowing = policy("chat-in", podSelector=labels, ingress=[{}])
    cluster.put("networkpolicies", SPACE, allowing)
    denying = policy("all-out", podSelector={}, policyTypes=["Egress"])
    cluster.put("networkpolicies", SPACE, denying)
    says = refusal(stage, ISOLATE, params)
    assert says == "what chat-in allows would stay allowed: policies add up"


def test_what_is_opened_again_is_not_called_cut_off_any_more(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = deployment(cluster)
    draft = ISOLATE.plan(params, reader=stage.reader())
    assert stage.apply(ISOLATE, draft).outcome is Outcome.OK
    cluster.put("networkpolicies", SPACE, policy("late", podSelector={}, egress=[{}]))
    found = ISOLATE.verify(plan_of(draft), reader=stage.reader())
    assert found.verdict is Verdict.FAIL
    assert (
        found.says == "The policy is there, and late allows these pods traffic again."
    )


def test_pods_of_an_older_revision_are_looked_at_by_their_own_labels(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = deployment(cluster)
    name = params["deployment"]
    pod(cluster, f"{name}-old", of=f"{name}-55aa", app=name, track="canary")
    canary = {"matchLabels": {"track": "canary"}}
    allowing = policy("canary-out", podSelector=canary, egress=[{}])
    cluster.put("networkpolicies", SPACE, allowing)
    assert "what canary-out allows" in refusal(stage, ISOLATE, params)


def test_pods_that_only_share_the_labels_are_counted_as_such(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = deployment(cluster)
    pod(cluster, fresh("job"), of="index-1", app=params["deployment"])
    draft = ISOLATE.plan(params, reader=stage.reader())
    says = draft.blast.says
    assert says.startswith("3 pods, 1 of them not this deployment's own, and whoever")


def test_pods_on_the_nodes_network_are_not_called_cut_off(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = deployment(cluster)
    name = params["deployment"]
    on_host = template(name, "vllm:1", hostNetwork=True)
    cluster.change("deployments", SPACE, name, template=on_host)
    assert "the node's own network" in refusal(stage, ISOLATE, params)
    by_more = {"matchLabels": {"app": name}, "matchExpressions": [{"key": "a"}]}
    cluster.change("deployments", SPACE, name, selector=by_more)
    assert "selected by more than labels" in refusal(stage, ISOLATE, params)


def test_cut_off_says_what_it_reaches_and_what_cannot_be_known(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = ISOLATE.plan(deployment(cluster), reader=stage.reader())
    assert draft.blast.says.startswith("2 pods, and whoever needs them.")
    assert "cannot be known from its API" in draft.verify
    assert stage.apply(ISOLATE, draft).outcome is Outcome.OK
    found = ISOLATE.verify(plan_of(draft), reader=stage.reader())
    assert found.says.endswith("whether the network enforces them was not seen.")


def test_a_policy_that_somebody_changed_is_left_to_them(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = isolated(cluster)
    name = f"tocsin-isolate-{params['deployment']}"
    cluster.change("networkpolicies", SPACE, name, ingress=[{}])
    assert refusal(stage, RELEASE, params) == f"somebody has changed the policy {name}"


# --- nodes ---


def drain_of(stage: Stage) -> Draft:
    draft: Draft = DRAIN.plan(to_drain(stage.cluster), reader=stage.reader())
    return draft


def test_a_drain_names_every_pod_and_closes_the_node_first(stage: Stage) -> None:
    draft = drain_of(stage)
    name = draft.target
    assert [one.call for one in draft.steps] == [
        "core.PatchNode",
        *["core.CreateEviction"] * 3,
    ]
    named = [dict(one.params)["name"] for one in draft.steps[1:]]
    assert named == [f"{name}-p0", f"{name}-p1", f"{name}-p2"]
    assert draft.irreversible_because
    assert draft.est_seconds == 25


def test_a_drain_ends_where_a_budget_says_no_and_the_rest_stays(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = drain_of(stage)
    budget = {
        "metadata": {"name": "keep"},
        "spec": {"selector": {"matchLabels": {"app": "x"}}},
        "status": {"disruptionsAllowed": 3},
    }
    cluster.put("poddisruptionbudgets", SPACE, budget)
    session = stage.acting(DRAIN, draft)
    first, second, third, _ = draft.steps
    effect = Effect(session=session, idempotency_key="k")
    assert DRAIN.apply(first, effect).outcome is Outcome.OK
    assert DRAIN.apply(second, effect).outcome is Outcome.OK
    cluster.of("poddisruptionbudgets")[0]["status"]["disruptionsAllowed"] = 0
    result = DRAIN.apply(third, effect)
    assert result.outcome is Outcome.FAILED
    assert "a disruption budget does not allow it now" in result.says
    left = dict(third.params)["name"]
    assert ("pods", SPACE, left) in cluster.objects


def test_a_pod_of_the_same_name_is_not_that_pod(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = drain_of(stage)
    effect = Effect(session=stage.acting(DRAIN, draft), idempotency_key="k")
    assert DRAIN.apply(draft.steps[0], effect).outcome is Outcome.OK
    name = dict(draft.steps[1].params)["name"]
    del cluster.objects["pods", SPACE, name]
    pod(cluster, name, node=draft.target, app="x")
    result = DRAIN.apply(draft.steps[1], effect)
    assert f"the world is not as planned (pod:serving/{name})" in result.says
    assert not any(one.part == "eviction" for one in cluster.asked)


def test_a_pod_that_ends_by_itself_is_left_to_it(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = drain_of(stage)
    effect = Effect(session=stage.acting(DRAIN, draft), idempotency_key="k")
    assert DRAIN.apply(draft.steps[0], effect).outcome is Outcome.OK
    name = dict(draft.steps[1].params)["name"]
    meta = cluster.objects["pods", SPACE, name]["metadata"]
    meta["deletionTimestamp"] = "2026-05-04T12:00:00Z"
    result = DRAIN.apply(draft.steps[1], effect)
    assert "the world is not as planned" in result.says
    assert not any(one.part == "eviction" for one in cluster.asked)


def test_a_pod_that_is_replaced_after_the_comparison_is_not_evicted(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = drain_of(stage)
    session = stage.acting(DRAIN, draft)
    effect = Effect(session=session, idempotency_key="k")
    assert DRAIN.apply(draft.steps[0], effect).outcome is Outcome.OK
    name, written = dict(draft.steps[1].params)["name"], session.write

    def slow(call: str, texts: Mapping[str, str], body: Any) -> StepResult:
        del cluster.objects["pods", SPACE, name]
        pod(cluster, name, node=draft.target, app="x")
        return written(call, texts, body)

    session.write = slow  # type: ignore[method-assign]
    result = DRAIN.apply(draft.steps[1], effect)
    assert result.outcome is Outcome.FAILED
    assert "it was changed in the same moment" in result.says
    assert ("pods", SPACE, name) in cluster.objects


def test_a_node_that_was_opened_again_is_not_emptied(
    stage: Stage, cluster: FakeCluster
) -> None:
    draft = drain_of(stage)
    effect = Effect(session=stage.acting(DRAIN, draft), idempotency_key="k")
    assert DRAIN.apply(draft.steps[0], effect).outcome is Outcome.OK
    cluster.change("nodes", "", draft.target, unschedulable=False)
    result = DRAIN.apply(draft.steps[1], effect)
    assert "the world is not as planned (node.scheduling)" in result.says


def test_pods_that_still_end_are_no_verdict(stage: Stage, cluster: FakeCluster) -> None:
    draft = drain_of(stage)
    cluster.is_slow = True
    assert stage.apply(DRAIN, draft).outcome is Outcome.OK
    found = DRAIN.verify(plan_of(draft), reader=stage.reader())
    assert found.verdict is Verdict.INCONCLUSIVE
    assert found.says == "All were told to end; 3 have not ended yet."


def test_what_stands_against_a_drain_is_why_it_is_not_planned(
    stage: Stage, cluster: FakeCluster
) -> None:
    params = to_drain(cluster)
    pod(cluster, fresh("dns"), node=params["node"], space="kube-system")
    says = refusal(stage, DRAIN, params)
    assert says == "it runs pods of kube-system, where plans may not act"
