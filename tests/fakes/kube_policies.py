"""The shipped admission policies, asked as an API server asks them before it writes.

Each expression is evaluated for real, by Google's own CEL for C++ (`cel-expr-python`);
an API server uses the one for Go. What is ours here is around it: which policy is for
whom, variables that are evaluated when they are named, and that an error is a no.

Source: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from cel_expr_python import cel

from tests.fakes.kube_rights import ACCOUNTS, NAMES

_NAMED = re.compile(r"variables\.([A-Za-z]+)")
_ROOTS = ("object", "oldObject", "request", "variables")
Object = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Admission:
    """What is to be admitted.

    Attributes:
        request: As the API's own `AdmissionRequest` says it.
        new: The object as it would be, None where it goes.
        old: The object as it is, None where there is none.
    """

    request: Mapping[str, Any]
    new: Object | None = None
    old: Object | None = None
    held: dict[str, Any] = field(default_factory=dict)


@cache
def policies() -> tuple[Object, ...]:
    """Return the policies that are shipped, filled in as the guide says."""
    return tuple(
        one
        for name in NAMES
        for one in documents(name)
        if one["kind"] == "ValidatingAdmissionPolicy"
    )


def documents(name: str) -> list[Object]:
    """Return the objects of the file that holds one account to its actions."""
    path = files("bot.outside.k8s").joinpath(f"{name}-policy.yaml")
    filled = path.read_text("utf-8").replace("ACCOUNTS", ACCOUNTS)
    return list(yaml.load_all(filled, yaml.CSafeLoader))


def refused(admission: Admission) -> tuple[int, str]:
    """Return status and reason of the first no, (0, "") where nobody says it."""
    return next(_refusals(admission), (0, ""))


def said_no(admission: Admission) -> list[str]:
    """Return the messages of every rule that says no, of the policies that are meant.

    Raises:
        LookupError: No policy is for who asks.
    """
    meant = [one for one in policies() if _is_meant(one, admission)]
    if not meant:
        raise LookupError("no policy is for this account")
    return [
        str(rule["message"])
        for one in meant
        for rule in one["spec"]["validations"]
        if not _holds(rule["expression"], one, admission)
    ]


def _refusals(admission: Admission) -> Iterator[tuple[int, str]]:
    for one in policies():
        if not _is_meant(one, admission):
            continue
        for rule in one["spec"]["validations"]:
            if not _holds(rule["expression"], one, admission):
                yield {"Forbidden": 403}[rule["reason"]], rule["reason"]


def _is_meant(policy: Object, admission: Admission) -> bool:
    asked = policy["spec"]["matchConditions"]
    return all(_value(one["expression"], policy, admission) is True for one in asked)


def _holds(expression: str, policy: Object, admission: Admission) -> bool:
    """Tell whether a rule holds; with `failurePolicy: Fail` an error says no."""
    return _value(expression, policy, admission) is True


def _value(expression: str, policy: Object, admission: Admission) -> Any:
    """Return what an expression says; an error is text."""
    named = {
        one: _variable(one, policy, admission) for one in _NAMED.findall(expression)
    }
    bound = {
        "object": admission.new,
        "oldObject": admission.old,
        "request": admission.request,
        "variables": named,
    }
    found = _compiled(expression).eval(data=bound)
    return str(found) if found.type() == cel.Type.ERROR else found.plain_value()


def _variable(name: str, policy: Object, admission: Admission) -> Any:
    key = f"{policy['metadata']['name']} {name}"
    if key not in admission.held:
        asked = {one["name"]: one["expression"] for one in policy["spec"]["variables"]}
        admission.held[key] = _value(asked[name], policy, admission)
    return admission.held[key]


@cache
def _compiled(expression: str) -> Any:
    return _environment().compile(expression)


@cache
def _environment() -> Any:
    return cel.NewEnv(variables=dict.fromkeys(_ROOTS, cel.Type.DYN))
