"""May this be done? The part of IAM's evaluation that Tocsin's own policies use.

A statement with an operator, a key or an element that is not known here never allows:
whatever this file does not understand is refused.

Source: IAM User Guide, "Policy evaluation logic", "IAM JSON policy elements".
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

Context = Mapping[str, Sequence[str]]
_KNOWN = frozenset({"Sid", "Effect", "Action", "Resource", "Condition", "Principal"})


def allows(
    policy: Mapping[str, Any], action: str, resource: str, context: Context
) -> bool:
    """Tell whether one policy allows an action on a resource and does not deny it."""
    effects = {
        one["Effect"]
        for one in policy["Statement"]
        if _applies(one, action, resource, context)
    }
    return effects == {"Allow"}


def _applies(
    statement: Mapping[str, Any], action: str, resource: str, context: Context
) -> bool:
    is_denial = statement.get("Effect") == "Deny"
    if not statement.keys() <= _KNOWN:
        return is_denial
    # A trust policy names no resource: the role is what it hangs on.
    places = _several(statement.get("Resource", "*"))
    if not any(_like(one.casefold(), action.casefold()) for one in _actions(statement)):
        return False
    if not any(_reaches(one, resource) for one in places):
        return False
    return all(
        _holds(operator, key, _several(wanted), context, unknown=is_denial)
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def _actions(statement: Mapping[str, Any]) -> Sequence[str]:
    return _several(statement["Action"])


def _several(told: Any) -> Sequence[str]:
    return [told] if isinstance(told, str) else list(told)


def _holds(
    operator: str, key: str, wanted: Sequence[str], context: Context, *, unknown: bool
) -> bool:
    plain, _, optional = operator.partition("IfExists")
    if optional:
        return unknown
    is_every, plain = plain.startswith("ForAllValues:"), plain.rpartition(":")[2]
    found = context.get(key.casefold())
    if plain == "Null":
        return (found is None) is (wanted == ["true"])
    compare = _COMPARING.get(plain)
    if compare is None:
        return unknown
    if found is None:
        return is_every
    matched = [any(compare(one, each) for one in wanted) for each in found]
    return all(matched) if is_every else len(found) == 1 and matched[0]


def _reaches(pattern: str, resource: str) -> bool:
    """Tell whether a resource is one of a pattern: a star ends with its segment."""
    if pattern == "*":
        return True
    wanted, found = pattern.split(":", 5), resource.split(":", 5)
    return len(wanted) == len(found) and all(map(_like, wanted, found))


def _same(wanted: str, found: str) -> bool:
    return wanted == found


def _like(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


_COMPARING: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringLike": _like,
    "ArnLike": _like,
    "Bool": _same,
}


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return IAM's pattern: ``*`` is any text, ``?`` any one character."""
    parts = (
        ".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern
    )
    return re.compile("".join(parts), re.DOTALL)
