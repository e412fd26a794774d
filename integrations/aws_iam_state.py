"""Who an IAM user or role is: keys and their last use, policies, recent changes.

Collects only; taking a key away is `aws_iam.py`. Alerts are kept redacted, so the id of
a key is masked in them: the keys are found by the user that the alert names, and where
it names none a person has to look. Documents of policies are not read, their names are.
IAM's own calls are in CloudTrail of one region for the whole partition.

Source:
    AWS IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail".
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.aws import trail
from bot.aws.asking import Asking, Paging
from bot.aws.named import Named, has_masked_key, named
from bot.aws.shown import as_json, at_text, number, only
from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_iam_state",
    title="AWS IAM users and roles",
    docs="https://docs.aws.amazon.com/IAM/latest/APIReference/",
    summary="Keys and their last use, policies and recent changes of who is named.",
)
READS = (
    "iam.GetUser",
    "iam.ListAccessKeys",
    "iam.GetAccessKeyLastUsed",
    "iam.ListAttachedUserPolicies",
    "iam.ListUserPolicies",
    "iam.ListGroupsForUser",
    "iam.GetRole",
    "iam.ListAttachedRolePolicies",
    "iam.ListRolePolicies",
    "cloudtrail.LookupEvents",
)
MOST_LISTED = 100
CHANGES_LOOKED_AT = timedelta(days=7)
_HOMES = {"cn-": "cn-north-1", "us-gov-": "us-gov-west-1"}
_HOME = "us-east-1"
"""Where a partition keeps IAM's calls."""
_IAM = "iam.amazonaws.com"
_USER = ("UserName", "UserId", "Arn", "Path", "CreateDate", "PasswordLastUsed")
_ROLE = (
    *("RoleName", "RoleId", "Arn", "Path", "CreateDate", "Description"),
    *("MaxSessionDuration", "RoleLastUsed", "AssumeRolePolicyDocument"),
)
_KEY = ("AccessKeyId", "Status", "CreateDate")
_BOUNDARY = "PermissionsBoundary"
_NOBODYS_KEY = "Nobody was looked up: the alert's key is nobody's in this account."
_MASKED_KEY = (
    "Nobody was looked up: the alert names no user, and the key in it is masked. Open "
    "the original to see the key, then ask: aws iam get-access-key-last-used "
    "--access-key-id KEY."
)


def concerns(alert: Alert) -> bool:
    """Tell whether an alert names a user, a role or a key of AWS."""
    things = named(alert)
    return bool(things.users or things.roles or things.keys) or has_masked_key(alert)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return one file a user, a role, and one for what was changed about them."""
    if not concerns(alert):
        return ()
    things = named(alert)
    asking = Asking(reader)
    users = list(dict.fromkeys((*things.users, *_owners(asking, things))))
    made = [_who(asking.fresh(), one) for one in users]
    made += [_role(asking.fresh(), one) for one in things.roles]
    people = [*users, *things.roles]
    if not people:
        nobody = _MASKED_KEY if has_masked_key(alert) else _NOBODYS_KEY
        return (_file("iam-key.json", "", asking.says(nobody), asking),)
    return (*made, _changes(asking, people, window, masked=has_masked_key(alert)))


def _owners(asking: Asking, things: Named) -> Iterator[str]:
    for key in things.keys:
        answer = asking.maybe("iam.GetAccessKeyLastUsed", AccessKeyId=key)
        if answer.get("UserName"):
            yield str(answer["UserName"])


def _who(asking: Asking, name: str) -> Collected:
    """Return a user; where there is none, the role of that name."""
    try:
        user = asking.ask("iam.GetUser", UserName=name)["User"]
    except NotFound:
        return _role(asking, name, known_as="user or role")
    except Unreachable as error:
        says = f"User {name}: {error.what}, because {error.because}."
        return _file(f"iam-user-{name}.json", "", says, asking)
    keys = [_key(asking, one) for one in _listed(asking, "AccessKeys", name)]
    attached = _listed(asking, "AttachedUserPolicies", name)
    content = {
        "user": only(_USER, user) | _boundary(user),
        "keys": keys,
        "attachedPolicies": [one["PolicyArn"] for one in attached],
        "ownPolicies": _listed(asking, "UserPolicies", name),
        "groups": [one["GroupName"] for one in _listed(asking, "GroupsForUser", name)],
    }
    active = sum(one.get("Status") == "Active" for one in keys)
    used = [one["lastUsed"]["LastUsedDate"] for one in keys if _is_used(one)]
    last = f"last used {at_text(max(used))} UTC" if used else "no use on record"
    says = f"User {name}: {number(len(keys), 'key')}, {active} active, {last}."
    late = "AWS is late with the last use by minutes to hours." if keys else ""
    return _file(
        f"iam-user-{name}.json", as_json(content), asking.says(says, late), asking
    )


_LISTED: Mapping[str, tuple[str, str]] = {
    "AccessKeys": ("iam.ListAccessKeys", "AccessKeyMetadata"),
    "AttachedUserPolicies": ("iam.ListAttachedUserPolicies", "AttachedPolicies"),
    "UserPolicies": ("iam.ListUserPolicies", "PolicyNames"),
    "GroupsForUser": ("iam.ListGroupsForUser", "Groups"),
    "AttachedRolePolicies": ("iam.ListAttachedRolePolicies", "AttachedPolicies"),
    "RolePolicies": ("iam.ListRolePolicies", "PolicyNames"),
}


def _listed(asking: Asking, what: str, name: str) -> list[Any]:
    call, items = _LISTED[what]
    paging = Paging(items=items, given="Marker", asked="Marker")
    of = "RoleName" if "Role" in what else "UserName"
    return list(asking.every(call, paging, pages=2, most=MOST_LISTED, **{of: name}))


def _key(asking: Asking, told: Mapping[str, Any]) -> dict[str, Any]:
    answer = asking.maybe("iam.GetAccessKeyLastUsed", AccessKeyId=told["AccessKeyId"])
    return only(_KEY, told) | {"lastUsed": answer.get("AccessKeyLastUsed") or {}}


def _is_used(key: Mapping[str, Any]) -> bool:
    return bool(key["lastUsed"].get("LastUsedDate"))


def _boundary(told: Mapping[str, Any]) -> dict[str, Any]:
    boundary = told.get(_BOUNDARY) or {}
    return {"permissionsBoundary": boundary.get("PermissionsBoundaryArn", "none")}


def _role(asking: Asking, name: str, *, known_as: str = "role") -> Collected:
    file = f"iam-role-{name}.json"
    try:
        role = asking.ask("iam.GetRole", RoleName=name)["Role"]
    except NotFound:
        return _file(file, "", f"IAM knows no {known_as} {name}.", asking)
    except Unreachable as error:
        says = f"Role {name}: {error.what}, because {error.because}."
        return _file(file, "", says, asking)
    attached = _listed(asking, "AttachedRolePolicies", name)
    own = _listed(asking, "RolePolicies", name)
    content = {
        "role": only(_ROLE, role) | _boundary(role),
        "attachedPolicies": [one["PolicyArn"] for one in attached],
        "ownPolicies": own,
    }
    used = (role.get("RoleLastUsed") or {}).get("LastUsedDate")
    last = f"last used {at_text(used)} UTC" if used else "no use on record"
    policies = number(len(attached) + len(own), "policy", "policies")
    says = f"Role {name}: {policies}, {len(own)} of its own, {last}."
    return _file(file, as_json(content), asking.says(says), asking)


def _changes(
    asking: Asking, people: list[str], window: Window, *, masked: bool
) -> Collected:
    """Return what was done in IAM to those people in the days before, as a table."""
    there = asking.fresh(region=_home(asking.region))
    longer = replace(window, since=window.until - CHANGES_LOOKED_AT)
    lookups = [("ResourceName", one) for one in people]
    found = trail.events(there, lookups, longer, pages=1)
    changed = [
        one
        for one in found
        if one.get("eventSource") == _IAM
        and str(one.get("readOnly")).casefold() != "true"
    ]
    days = CHANGES_LOOKED_AT.days
    who = ", ".join(people)
    says = there.says(
        f"{number(len(changed), 'change')} in IAM about {who} in {days} days.",
        "A key is masked in the alert: compare it by hand with those of the user."
        if masked
        else "",
    )
    content = trail.as_table(changed) if changed else ""
    return _file("iam-changes.csv", content, says, there)


def _is_change(record: Mapping[str, Any]) -> bool:
    reading = str(record.get("readOnly")).casefold() == "true"
    return record.get("eventSource") == _IAM and not reading


def _home(region: str) -> str:
    return next(
        (one for start, one in _HOMES.items() if region.startswith(start)), _HOME
    )


def _file(name: str, content: str, says: str, asking: Asking) -> Collected:
    return Collected(name=name, content=content, says=says, call=asking.told)
