"""AWS IAM: switch an access key off and on again.

A leaked key is the first thing to take away from an attacker, and switching it off
can be undone. Nothing here deletes.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.reading import Case, Reading, Seen, Texts
from bot.aws.action import AwsAction
from bot.aws.calls import read, refusal_of
from bot.aws.principals import refuse_unchangeable
from bot.aws.session import AwsKey
from bot.domain.action_effects import Verdict
from bot.domain.errors import NotFound
from bot.domain.plan import Blast, Level
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_iam",
    title="AWS IAM",
    docs="https://docs.aws.amazon.com/IAM/latest/APIReference/",
    summary="Deactivates and activates access keys of IAM users.",
)

_PARAMS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["access_key_id", "user_name"],
    "properties": {
        "access_key_id": {
            "type": "string",
            "description": "the id of a long-lived access key, AKIA and 16 characters",
            "pattern": "^AKIA[A-Z0-9]{16}$",
            "maxLength": 20,
        },
        "user_name": {
            "type": "string",
            "description": "the name of the IAM user who owns the key",
            "pattern": r"^[A-Za-z0-9_+=,.@-]{1,64}$",
            "maxLength": 64,
        },
    },
}

_DAY, _MINUTE = len("2026-05-04"), len("2026-05-04 12:00")
_STATUS = "iam.access_key.status"
_REFUSED = frozenset({"InvalidClientTokenId", "InvalidAccessKeyId"})


def _user(seen: Seen) -> Texts:
    """Return whose key it is.

    Raises:
        BadRequest: It is one that nobody may change.
    """
    user = seen.answer["User"]
    refuse_unchangeable(user)
    return {"iam.user.arn": user["Arn"], "iam.user.id": user["UserId"]}


def _key(seen: Seen) -> Texts:
    """Return the state of the one key that is meant.

    Raises:
        NotFound: The user has no such key.
    """
    for one in seen.answer["AccessKeyMetadata"]:
        if one["AccessKeyId"] == seen.known["access_key_id"]:
            return {"iam.access_key.id": one["AccessKeyId"], _STATUS: one["Status"]}
    raise NotFound(
        "The access key was not found",
        because="the user has no key with this id",
        next_move="Compare the key id and the user's name with the alert.",
    )


def _keys_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("AccessKeyId", "Status", "CreateDate", "UserName")
    return [
        {name: one.get(name) for name in fields} for one in answer["AccessKeyMetadata"]
    ]


def _user_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("UserName", "UserId", "Arn", "CreateDate")
    return {name: answer["User"].get(name) for name in fields}


_OF_USER = {"UserName": "user_name"}
_OF_KEY = {"AccessKeyId": "access_key_id"}
_WRITTEN = {"AccessKeyId": "{access_key_id}", "UserName": "{user_name}"}


class _SetKeyStatus(AwsAction):
    """What switching off and on share: everything but the status."""

    ROLE = "tocsin-act-iam"
    TARGET = "user_name"
    IDENTITY: ClassVar[Texts] = {
        "user_name": "UserName",
        "access_key_id": "AccessKeyId",
    }
    RESOURCE = "iam.user.arn"
    USUAL: ClassVar[Texts] = {_STATUS: "Active"}
    BEYOND: ClassVar[str] = ""
    """What it does not reach, as a sentence for the card."""
    WORDS: ClassVar[Texts] = {
        _STATUS: "status of the access key {access_key_id} of {user_name}"
    }
    FACTS = (
        Reading(call="iam.GetUser", arguments=_OF_USER, facts=_user, keep=_user_kept),
        Reading(
            call="iam.ListAccessKeys", arguments=_OF_USER, facts=_key, keep=_keys_kept
        ),
    )
    TOLD = (
        Reading(
            call="iam.GetAccessKeyLastUsed",
            arguments=_OF_KEY,
            keep=lambda answer: answer["AccessKeyLastUsed"],
        ),
        Reading(
            call="iam.ListAttachedUserPolicies",
            arguments=_OF_USER,
            keep=lambda answer: [p["PolicyArn"] for p in answer["AttachedPolicies"]],
        ),
        Reading(
            call="iam.ListUserPolicies",
            arguments=_OF_USER,
            keep=lambda answer: answer["PolicyNames"],
        ),
        Reading(
            call="iam.ListGroupsForUser",
            arguments=_OF_USER,
            keep=lambda answer: [group["GroupName"] for group in answer["Groups"]],
        ),
    )

    def blast(self, case: Case) -> Blast:
        """Return the one principal, its rights and the key's last use."""
        told = case.told
        rights = (
            f"{len(told['iam.ListAttachedUserPolicies'])} attached and "
            f"{len(told['iam.ListUserPolicies'])} own policies, "
            f"{len(told['iam.ListGroupsForUser'])} groups"
        )
        # By day: a key in use must not give another digest every minute.
        used = _last_use(told["iam.GetAccessKeyLastUsed"], _DAY)
        says = f"One user with {rights}. {used}{self.BEYOND}"
        return Blast(systems=-1, principals=1, says=says)


class DeactivateAccessKey(_SetKeyStatus):
    """Switches a key off: calls with it are refused within seconds."""

    BEYOND = (
        " Sessions that were begun with the key go on for up to 36 hours: to end those "
        "as well, deny the user."
    )
    WANTED: ClassVar[Texts] = {_STATUS: "Inactive"}
    WRITE = ("iam.UpdateAccessKey", {**_WRITTEN, "Status": "Inactive"})
    PROMISE = (
        "The key's status is read again and must be Inactive. Where the key's secret "
        "is known, a call with it must be refused as well."
    )
    MANIFEST = ActionManifest(
        name="aws.iam.deactivate_access_key",
        version=1,
        title="Deactivate an IAM access key",
        params=_PARAMS,
        level={"": Level.T2},
        evidence=tuple(one.call for one in (*_SetKeyStatus.FACTS, *_SetKeyStatus.TOLD)),
        calls=(
            "iam.UpdateAccessKey",
            *(one.call for one in (*_SetKeyStatus.FACTS, *_SetKeyStatus.TOLD)),
            "sts.GetCallerIdentity",
        ),
        rollback="aws.iam.activate_access_key",
    )

    def witness(self, case: Case) -> Verified:
        """Call with the key where its secret is known; else say its last use."""
        reader, key_id = case.reader, case.params["access_key_id"]
        secret = reader.settings.known_secrets.get(key_id, "")
        if not secret:
            asked = {"AccessKeyId": key_id}
            answer = read(reader, "iam.GetAccessKeyLastUsed", asked)
            last = _last_use(answer["AccessKeyLastUsed"], _MINUTE)
            says = (
                f"Read again: Inactive. No call was tried: no secret is known. {last}"
            )
            return Verified(verdict=Verdict.PASS, says=says)
        key = reader.of(AwsKey(access_key_id=key_id, secret=secret), label="witness")
        code = refusal_of(key, "sts.GetCallerIdentity", {})
        if code in _REFUSED:
            says = f"Read again: Inactive. A call with the key was refused ({code})."
            return Verified(verdict=Verdict.PASS, says=says)
        seen = f"was refused for another reason ({code})" if code else "still worked"
        says = f"Read again: Inactive. But a call with the key {seen}."
        return Verified(verdict=Verdict.INCONCLUSIVE, says=says)


class ActivateAccessKey(_SetKeyStatus):
    """Switches a key on again: the way back."""

    WANTED: ClassVar[Texts] = {_STATUS: "Active"}
    WRITE = ("iam.UpdateAccessKey", {**_WRITTEN, "Status": "Active"})
    PROMISE = "The key's status is read again and must be Active."
    MANIFEST = ActionManifest(
        name="aws.iam.activate_access_key",
        version=1,
        title="Activate an IAM access key again",
        params=_PARAMS,
        level={"": Level.T2},
        evidence=DeactivateAccessKey.MANIFEST.evidence,
        calls=("iam.UpdateAccessKey", *DeactivateAccessKey.MANIFEST.evidence),
        rollback="aws.iam.deactivate_access_key",
    )


def _last_use(told: Mapping[str, Any], length: int) -> str:
    """Return a sentence on the last use on record; AWS is minutes to hours late."""
    at = told.get("LastUsedDate")
    if not at:
        return "AWS has no use of the key on record."
    return f"Last use on record: {str(at)[:length].replace('T', ' ')} UTC."


ACTIONS = (DeactivateAccessKey(), ActivateAccessKey())
