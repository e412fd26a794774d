"""Who may do what in the fake cluster: judged by the manifests that are shipped.

As RBAC judges it: an account may do what a rule of a role bound to it says, in the
binding's namespace, or everywhere where the cluster binds it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

ACCOUNTS = "tocsin"
NAMES = (
    "tocsin-base",
    "tocsin-read",
    "tocsin-act-scale",
    "tocsin-act-rollout",
    "tocsin-act-isolate",
    "tocsin-act-cronjob",
    "tocsin-act-node",
)


@dataclass(frozen=True, kw_only=True)
class Right:
    """One rule of a role that is bound to an account.

    Attributes:
        space: Where it holds; "" is everywhere.
        only: Names of the things it is for; empty for all.
    """

    account: str
    space: str
    group: str
    resource: str
    verb: str
    only: tuple[str, ...] = ()


def documents(name: str, space: str) -> list[dict[str, Any]]:
    """Return the objects of a shipped file, filled in as the guide says."""
    text = files("bot.outside.k8s").joinpath(f"{name}.yaml").read_text("utf-8")
    filled = text.replace("NAMESPACE", space).replace("ACCOUNTS", ACCOUNTS)
    return list(yaml.load_all(filled, yaml.CSafeLoader))


@cache
def rights(spaces: tuple[str, ...]) -> frozenset[Right]:
    """Return what every account may do, with its role bound in each namespace."""
    return frozenset(
        one for name in NAMES for space in spaces for one in _of(documents(name, space))
    )


def _of(held: list[dict[str, Any]]) -> Iterator[Right]:
    roles = {
        (one["kind"], one["metadata"]["name"]): one["rules"]
        for one in held
        if one["kind"] in ("Role", "ClusterRole")
    }
    for one in held:
        if one["kind"] not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        rules = roles[one["roleRef"]["kind"], one["roleRef"]["name"]]
        space = one["metadata"].get("namespace", "")
        for subject in one["subjects"]:
            for rule in rules:
                yield from _each(subject, space, rule)


def _each(
    subject: Mapping[str, Any], space: str, rule: Mapping[str, Any]
) -> Iterator[Right]:
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            for verb in rule["verbs"]:
                yield Right(
                    account=subject["name"],
                    space=space,
                    group=group,
                    resource=resource,
                    verb=verb,
                    only=tuple(rule.get("resourceNames", ())),
                )


def may(
    known: frozenset[Right],
    account: str,
    space: str,
    wanted: tuple[str, str, str],
    name: str,
) -> bool:
    """Tell whether an account may do something to a thing."""
    return any(
        one.account == account
        and one.space in ("", space)
        and (one.group, one.resource, one.verb) == wanted
        and (not one.only or name in one.only)
        for one in known
    )
