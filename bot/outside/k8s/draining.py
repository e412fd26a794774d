"""Which pods of a node would be evicted, and what stands against it. Pure.

As `kubectl drain` without force: what a DaemonSet keeps there stays, so do mirror pods
and what has ended; a pod that nothing would start again is not touched.

Source: https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ and, for
budgets, https://kubernetes.io/docs/tasks/run-application/configure-pdb/
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from bot.outside import objects as kinds
from bot.outside.k8s.selectors import selects

Shown = Mapping[str, Any]
MOST_PODS = 12
"""As many as a card can name."""
_MIRROR = "kubernetes.io/config.mirror"
_ENDED = ("Succeeded", "Failed")
NONE = "none"


def leaving(pods: Iterable[Shown]) -> list[Shown]:
    """Return the pods that would be evicted, by namespace and name."""
    found = [one for one in pods if not _stays(one) and not is_ending(one)]
    return sorted(found, key=place)


def ending(pods: Iterable[Shown]) -> int:
    """Return how many pods are ending already."""
    return sum(is_ending(one) and not _stays(one) for one in pods)


def is_ending(pod: Shown) -> bool:
    """Tell whether a pod was told to end."""
    return bool(pod["metadata"].get("deletionTimestamp"))


def place(pod: Shown) -> str:
    """Return namespace and name of a pod."""
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def scratch(pods: Iterable[Shown]) -> int:
    """Return how many pods keep something on the node that ends with them."""
    return sum(
        any("emptyDir" in each for each in one["spec"].get("volumes") or ())
        for one in pods
    )


def hindrance(
    pods: Sequence[Shown], budgets: Sequence[Shown], allowed: Collection[str]
) -> str:
    """Return what stands against evicting these pods, "none" if nothing does.

    Args:
        allowed: Namespaces in which plans may act.
    """
    outside = sorted({one["metadata"]["namespace"] for one in pods} - set(allowed))
    if outside:
        return f"it runs pods of {', '.join(outside)}, where plans may not act"
    alone = [place(one) for one in pods if not _owner(one)]
    if alone:
        return f"nothing would start {', '.join(alone)} again"
    if len(pods) > MOST_PODS:
        return f"it runs {len(pods)} pods, and a card names at most {MOST_PODS}"
    twice = [place(one) for one in pods if sum(_is_for(b, one) for b in budgets) > 1]
    if twice:
        return f"several disruption budgets mean {', '.join(twice)}: no eviction works"
    held = [one for one in budgets if _short(one, pods)]
    if held:
        return f"disruption budgets hold it back: {', '.join(map(place, held))}"
    return NONE


def _short(budget: Shown, pods: Iterable[Shown]) -> bool:
    """Tell whether a budget allows fewer disruptions now than would happen."""
    hit = sum(_is_for(budget, one) for one in pods)
    allowed = int((budget.get("status") or {}).get("disruptionsAllowed", 0))
    return bool(hit > allowed)


def _is_for(budget: Shown, pod: Shown) -> bool:
    """Tell whether a budget means a pod."""
    meta, selector = pod["metadata"], budget["spec"].get("selector")
    if selector is None or meta["namespace"] != budget["metadata"]["namespace"]:
        return False
    return selects(selector, meta.get("labels") or {})


def _stays(pod: Shown) -> bool:
    notes = pod["metadata"].get("annotations") or {}
    phase = (pod.get("status") or {}).get("phase")
    return _MIRROR in notes or phase in _ENDED or bool(kinds.owner(pod, "DaemonSet"))


def _owner(pod: Shown) -> bool:
    owners = pod["metadata"].get("ownerReferences") or ()
    return any(one.get("controller") for one in owners)
