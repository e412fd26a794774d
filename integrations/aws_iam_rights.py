"""AWS IAM: deny a user or a role everything, and lift it again.

For a principal that is in other hands. Denying is attaching one of two policies that
AWS itself keeps, and nothing else can be attached: whoever took Tocsin over could not
give anybody a right with it. Ending sessions is in `aws_iam_sessions.py`.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.aws.principals import refuse_unchangeable
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_iam_rights",
    title="AWS IAM rights",
    docs="https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html",
    summary="Denies users and roles everything, and lifts that again.",
)

DENYING = ("AWSDenyAll", "AWSCompromisedKeyQuarantineV3")
"""Policies of AWS: the one denies all, the other what stolen keys are used for.

Source: AWS managed policy reference.
"""
_OF_AWS = "arn:aws:iam::aws:policy/"
_POLICY = {
    "type": "string",
    "description": "AWSDenyAll, or AWSCompromisedKeyQuarantineV3 for the usual abuse",
    "enum": list(DENYING),
}


def _name(what: str) -> Mapping[str, Any]:
    return {
        "type": "string",
        "description": f"the name of the IAM {what}",
        "pattern": r"^[A-Za-z0-9_+=,.@-]{1,64}$",
        "maxLength": 64,
    }


def _principal(seen: Seen) -> Texts:
    """Return who it is.

    Raises:
        BadRequest: It is one that nobody may change.
    """
    found = seen.answer.get("User") or seen.answer["Role"]
    refuse_unchangeable(found)
    unique = found.get("UserId") or found["RoleId"]
    return {"iam.principal.arn": found["Arn"], "iam.principal.id": unique}


def _principal_kept(answer: Mapping[str, Any]) -> Any:
    found = answer.get("User") or answer["Role"]
    fields = ("UserName", "UserId", "RoleName", "RoleId", "Arn", "CreateDate")
    return {name: found[name] for name in fields if name in found}


def _denied(seen: Seen) -> Texts:
    """Return which of AWS's policies it has.

    By ARN: whoever may make policies may call one of their own AWSDenyAll.
    """
    attached = {one["PolicyArn"] for one in seen.answer["AttachedPolicies"]}
    return {_fact(one): "yes" if _OF_AWS + one in attached else "no" for one in DENYING}


def _attached_kept(answer: Mapping[str, Any]) -> Any:
    return [one["PolicyArn"] for one in answer["AttachedPolicies"]]


def _fact(policy: str) -> str:
    return f"iam.principal.has.{policy}"


_USUAL_LIMIT = 10
"""Managed policies of a user or a role, unless AWS was asked for more. Who is in other
hands may have filled it. Source: IAM User Guide, "IAM and AWS STS quotas"."""


class _Denial(AwsAction):
    """What denying and lifting share, for users and for roles."""

    ROLE = "tocsin-act-iam"
    RESOURCE = "iam.principal.arn"
    KIND: ClassVar[str]
    """``User`` or ``Role``, as AWS spells it in its calls."""
    PROMISE = "The attached policies are read again. No call is tried with its rights."
    USUAL: ClassVar[Texts] = {_fact(one): "no" for one in DENYING}

    def blast(self, case: Case) -> Blast:
        """Return the one principal and what becomes of it."""
        who = f"One {self.KIND.lower()}"
        if self.WANTED == _LIFTED:
            says = f"{who} may do again as before."
            if case.params["policy"] != "AWSDenyAll":
                # AWS attaches it by itself, too, and asks not to take it off then.
                says += " If AWS attached it, do first what its support case says."
            return Blast(systems=-1, principals=1, says=says)
        lost = _LOST[case.params["policy"]]
        says = f"{who}: {lost}, for its open sessions too, within some minutes."
        attached = case.told[f"iam.ListAttached{self.KIND}Policies"]
        if len(attached) >= _USUAL_LIMIT:
            says += (
                f" It has {len(attached)} policies attached: where that is the "
                "account's limit, AWS will refuse one more."
            )
        return Blast(systems=-1, principals=1, says=says)


_ATTACHED = {_fact("{policy}"): "yes"}
_LIFTED = {_fact("{policy}"): "no"}
_LOST = {
    "AWSDenyAll": "every call is refused",
    "AWSCompromisedKeyQuarantineV3": "what stolen keys are used for is refused, "
    "invoking models among it",
}


def _facts_of(kind: str, parameter: str) -> tuple[Reading, ...]:
    of = {f"{kind}Name": parameter}
    return (
        Reading(
            call=f"iam.Get{kind}", arguments=of, facts=_principal, keep=_principal_kept
        ),
        Reading(
            call=f"iam.ListAttached{kind}Policies",
            arguments=of,
            facts=_denied,
            keep=_attached_kept,
        ),
    )


def _written(kind: str, parameter: str) -> Texts:
    return {
        f"{kind}Name": f"{{{parameter}}}",
        "PolicyArn": f"{_OF_AWS}{{policy}}",
    }


class _OfUser(_Denial):
    KIND = "User"
    TARGET = "user_name"
    IDENTITY: ClassVar[Texts] = {"user_name": "UserName"}
    WORDS: ClassVar[Texts] = {_fact("{policy}"): "{policy} on the user {user_name}"}
    FACTS = _facts_of("User", "user_name")
    TOLD = FACTS[1:]


class _OfRole(_Denial):
    KIND = "Role"
    TARGET = "role_name"
    IDENTITY: ClassVar[Texts] = {"role_name": "RoleName"}
    WORDS: ClassVar[Texts] = {_fact("{policy}"): "{policy} on the role {role_name}"}
    FACTS = _facts_of("Role", "role_name")
    TOLD = FACTS[1:]


def _manifest(name: str, title: str, call: str, *, back: str) -> ActionManifest:
    """Return the manifest of one of the four; they differ by these alone."""
    kind = "User" if "User" in call else "Role"
    parameter = f"{kind.lower()}_name"
    reads = (f"iam.Get{kind}", f"iam.ListAttached{kind}Policies")
    return ActionManifest(
        name=f"aws.iam.{name}",
        version=1,
        title=title,
        params=schema(**{parameter: _name(kind.lower()), "policy": _POLICY}),
        level={"": Level.T2},
        evidence=reads,
        calls=(call, *reads),
        rollback=f"aws.iam.{back}",
    )


class DenyUser(_OfUser):
    """Attaches a denying policy to a user."""

    WANTED: ClassVar[Texts] = _ATTACHED
    WRITE = ("iam.AttachUserPolicy", _written("User", "user_name"))
    MANIFEST = _manifest(
        "deny_user", "Deny an IAM user", WRITE[0], back="lift_denial_of_user"
    )


class LiftDenialOfUser(_OfUser):
    """Detaches it: the way back."""

    WANTED: ClassVar[Texts] = _LIFTED
    WRITE = ("iam.DetachUserPolicy", _written("User", "user_name"))
    MANIFEST = _manifest(
        "lift_denial_of_user",
        "Lift the denial of an IAM user",
        WRITE[0],
        back="deny_user",
    )


class DenyRole(_OfRole):
    """Attaches a denying policy to a role."""

    WANTED: ClassVar[Texts] = _ATTACHED
    WRITE = ("iam.AttachRolePolicy", _written("Role", "role_name"))
    MANIFEST = _manifest(
        "deny_role", "Deny an IAM role", WRITE[0], back="lift_denial_of_role"
    )


class LiftDenialOfRole(_OfRole):
    """Detaches it: the way back."""

    WANTED: ClassVar[Texts] = _LIFTED
    WRITE = ("iam.DetachRolePolicy", _written("Role", "role_name"))
    MANIFEST = _manifest(
        "lift_denial_of_role",
        "Lift the denial of an IAM role",
        WRITE[0],
        back="deny_role",
    )


ACTIONS = (DenyUser(), LiftDenialOfUser(), DenyRole(), LiftDenialOfRole())
