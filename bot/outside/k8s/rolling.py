"""Whether a deployment has become what it is meant to be: looked at, not waited for."""

from bot.acting.reading import Case
from bot.domain.action_effects import Verdict
from bot.outside.k8s.action import KubernetesAction
from bot.outside.k8s.revisions import is_stuck, rolled_out
from bot.ports.action import Verified


def seen_to_roll(action: KubernetesAction, case: Case, *, updated: bool) -> Verified:
    """Say whether a deployment's pods are as it is meant to be."""
    texts = {
        "namespace": case.params["namespace"],
        "name": case.params["deployment"],
    }
    one = action.looked(case.reader, "apps.ReadDeployment", texts)
    lacks = rolled_out(one, updated=updated)
    if not lacks:
        says = f"Read again: {one['spec']['replicas']} pods, all of them available."
        return Verified(verdict=Verdict.PASS, says=says)
    if is_stuck(one):
        says = f"The cluster has given it up: {lacks}."
        return Verified(verdict=Verdict.FAIL, says=says)
    says = f"It is set, and not done yet: {lacks}."
    return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
