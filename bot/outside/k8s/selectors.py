"""Which pods a selector means, and which policies allow them something. Pure.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/
"""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.outside import objects as kinds

Labels = Mapping[str, str]
NONE = "none"


def selects(selector: Mapping[str, Any], labels: Labels) -> bool:
    """Tell whether a selector means a pod with these labels; an empty one means all.

    What cannot be read counts as meaning it.
    """
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(name) != value for name, value in wanted.items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions") or ())


def allowing(policies: Iterable[Mapping[str, Any]], pods: Iterable[Labels]) -> str:
    """Return the policies that allow any of these pods something, "none" if none does.

    Args:
        pods: Labels of each: a rollout that is half done has several kinds.
    """
    known = tuple(pods)
    names = [
        kinds.name_of(one)
        for one in policies
        if (one["spec"].get("ingress") or one["spec"].get("egress"))
        and any(selects(one["spec"].get("podSelector") or {}, each) for each in known)
    ]
    return ", ".join(sorted(names)) or NONE


def as_text(labels: Labels) -> str:
    """Return labels as a selector of a query: ``app=chat,tier=gpu``, by name."""
    return ",".join(f"{name}={value}" for name, value in sorted(labels.items()))


def as_labels(text: str) -> dict[str, str]:
    """Return the labels of such a text."""
    pairs = (one.partition("=") for one in text.split(",") if one)
    return {name: value for name, _, value in pairs}


def _holds(one: Mapping[str, Any], labels: Labels) -> bool:
    name, values = one.get("key", ""), one.get("values") or ()
    match one.get("operator"):
        case "In":
            return labels.get(name) in values
        case "NotIn":
            return labels.get(name) not in values
        case "Exists":
            return name in labels
        case "DoesNotExist":
            return name not in labels
        case _:
            return True
