"""The groups that a policy can ask for, and whether those who agreed speak for them.

A plan may need one yes from each of several groups, each from another person. That
comes on top of what its level asks for: groups only add. Who is in a group is read by
the doors and worked out in `bot/gate/groups.py`.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

COMMANDER = "commander"
OWNER, DEPUTY = "owner", "deputy"
FROM_SLACK = (
    *("approvers", "oncall"),
    *("engineering", "privacy", "legal", "business", "security"),
)
"""Groups that a Slack user group fills, or the registry for one system."""
GROUP_ORDER = (*FROM_SLACK, COMMANDER, OWNER, DEPUTY)
GROUPS = frozenset(GROUP_ORDER)
"""Every group that a plan can need. The last three come from incident and registry."""


# A person, a user group, or what people write behind an @.
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_MEMBER = re.compile(r"[UWS][A-Z0-9]{2,30}|[a-z0-9][a-z0-9._-]{0,79}")

Members = tuple[tuple[str, tuple[str, ...]], ...]
"""Groups by name: who speaks for each, by Slack ids of people or groups, or handles."""


def read_members(given: object) -> Members:
    """Return who speaks for which group, as a file or a setting names them.

    Raises:
        ValueError: Names the group or the member that cannot be used.
    """
    if given is None:
        return ()
    if not isinstance(given, Mapping):
        raise ValueError("it must be a map of groups to lists")  # noqa: TRY004 - a file's value
    return tuple((_known(str(name)), _members(name, given[name])) for name in given)


def speaks(members: Iterable[str], *, person: str, of: Collection[str]) -> bool:
    """Tell whether somebody is among members.

    Args:
        of: Ids and handles of the user groups they are in.
    """
    return any(
        one == person if _PERSON.fullmatch(one) else one in of for one in members
    )


def _known(name: str) -> str:
    if name in FROM_SLACK:
        return name
    close = difflib.get_close_matches(name, FROM_SLACK)
    hint = (
        f"the nearest is {close[0]!r}" if close else "known: " + ", ".join(FROM_SLACK)
    )
    raise ValueError(f"there is no group {name!a}; {hint}")


def _members(name: object, given: object) -> tuple[str, ...]:
    rows = [given] if isinstance(given, str) else given
    if not isinstance(rows, list | tuple) or not rows:
        raise ValueError(f"{name} names nobody")
    found = tuple(str(one).strip().removeprefix("@") for one in rows)
    for one in found:
        if not _MEMBER.fullmatch(one):
            raise ValueError(
                f"{name} has {one!a}, which is no id of Slack and no handle"
            )
    return found


def missing(
    groups: Sequence[str], said: Mapping[str, Iterable[str]]
) -> tuple[str, ...]:
    """Return the groups nobody speaks for, in order; each needs a person of its own.

    The most groups are covered that can be: whoever is in two of them speaks for the
    one that nobody else is in.

    Args:
        said: Who agreed, in order, and the groups they are in.

    >>> missing(("engineering", "privacy"), {"U1": ("engineering", "privacy")})
    ('privacy',)
    >>> missing(("engineering", "privacy"), {"U1": GROUPS, "U2": ("engineering",)})
    ()
    """
    speaks: dict[str, str] = {}
    found = {who: frozenset(names) for who, names in said.items()}
    return tuple(one for one in groups if not _covered(one, found, speaks, set()))


def _covered(
    group: str,
    said: Mapping[str, frozenset[str]],
    speaks: dict[str, str],
    tried: set[str],
) -> bool:
    """Find somebody for a group; whoever speaks for another one may be moved."""
    for who, names in said.items():
        if group not in names or who in tried:
            continue
        tried.add(who)
        if who not in speaks or _covered(speaks[who], said, speaks, tried):
            speaks[who] = group
            return True
    return False
