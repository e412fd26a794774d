"""AWS IAM: refuse every session of a role that began before a moment.

A role that was taken over keeps working until its sessions end. The deny is the one
that the AWS console writes ("Revoke active sessions"): under the same name, so that
each undoes the other. Whoever may assume the role can begin a new session.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.aws.action import AwsAction
from bot.aws.instants import is_over
from bot.aws.principals import refuse_unchangeable
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_iam_sessions",
    title="AWS IAM sessions",
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html",
    summary="Ends the sessions of a role that began before a moment.",
)

NEVER = "never"
_POLICY = "AWSRevokeOlderSessions"
_BEFORE = "iam.role.sessions_refused_before"
_TIME = (
    "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
    r"(\.[0-9]{0,8}[1-9])?Z"
)
# The console writes milliseconds; the way back writes them again unless they are none.
_WRITTEN = re.compile(
    r"(20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,9}))?Z"
)


def _role(seen: Seen) -> Texts:
    """Return which role it is.

    Raises:
        BadRequest: It is one that nobody may change; or the moment is yet to come, so
            that every new session would be refused as well.
    """
    role = seen.answer["Role"]
    refuse_unchangeable(role)
    moment = seen.known.get("begun_before", NEVER)
    if moment != NEVER and not is_over(moment, seen.answer):
        raise BadRequest(
            "The role was not planned to change",
            because="begun_before is no time that is over, so new sessions would be "
            "refused too",
            next_move="Name the time at which the role was last in good hands, in UTC.",
        )
    return {"iam.role.arn": role["Arn"], "iam.role.id": role["RoleId"]}


def _role_kept(answer: Mapping[str, Any]) -> Any:
    fields = ("RoleName", "RoleId", "Arn", "CreateDate")
    return {name: answer["Role"].get(name) for name in fields}


def _sessions(seen: Seen) -> Texts:
    return {_BEFORE: _moment(seen.answer["PolicyDocument"])}


def _moment(document: Any) -> str:
    """Return since when sessions are refused.

    Raises:
        BadRequest: The policy is not exactly the console's. It is left alone: written
            over, the way back could not bring back whatever else it says.
    """
    read = json.loads(document) if isinstance(document, str) else document
    found = _WRITTEN.fullmatch(_told_moment(read))
    if found is None:
        raise BadRequest(
            "The role was not planned to change",
            because=f"its policy {_POLICY} is not what the AWS console writes",
            next_move="Look at that policy in IAM; somebody put it there by hand.",
        )
    fraction = (found[2] or "").rstrip("0")
    return f"{found[1]}.{fraction}Z" if fraction else f"{found[1]}Z"


def _told_moment(document: Any) -> str:
    """Return the moment of a policy that refuses everything before it, "" if none."""
    statements = _several(document.get("Statement"))
    if len(statements) != 1 or not isinstance(statements[0], Mapping):
        return ""
    (one,) = statements
    said = {name: text for name, text in one.items() if name != "Sid"}
    moment = said.pop("Condition", None)
    if {name: _several(text) for name, text in said.items()} != {
        "Effect": ["Deny"],
        "Action": ["*"],
        "Resource": ["*"],
    }:
        return ""
    match moment:
        case {"DateLessThan": {"aws:TokenIssueTime": told, **others}, **more}:
            (first,) = _several(told)[:1] or ("",)
            is_one = not others and not more and len(_several(told)) == 1
            return str(first) if is_one else ""
        case _:
            return ""


def _several(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def denying(moment: str) -> str:
    """Return the policy that refuses sessions begun before a moment, as JSON."""
    refused = {
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": ["*"],
        "Condition": {"DateLessThan": {"aws:TokenIssueTime": moment}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [refused]})


class RevokeSessions(AwsAction):
    """Refuses older sessions; ``never`` takes the refusal away again."""

    ROLE = "tocsin-act-sessions"
    TARGET = "role_name"
    IDENTITY: ClassVar[Texts] = {"role_name": "RoleName"}
    RESOURCE = "iam.role.arn"
    USUAL: ClassVar[Texts] = {_BEFORE: NEVER}
    WANTED: ClassVar[Texts] = {_BEFORE: "{begun_before}"}
    WORDS: ClassVar[Texts] = {
        _BEFORE: "sessions of {role_name} refused if begun before"
    }
    PROMISE = "The policy is read again. No call is tried with an old session."
    FACTS = (
        Reading(
            call="iam.GetRole",
            arguments={"RoleName": "role_name"},
            facts=_role,
            keep=_role_kept,
        ),
        Reading(
            call="iam.GetRolePolicy",
            arguments={"RoleName": "role_name"},
            always={"PolicyName": _POLICY},
            facts=_sessions,
            missing={_BEFORE: NEVER},
            keep=lambda answer: answer["PolicyDocument"],
        ),
    )
    MANIFEST = ActionManifest(
        name="aws.iam.revoke_role_sessions",
        version=1,
        title="End the sessions of an IAM role",
        params=schema(
            role_name={
                "type": "string",
                "description": "the name of the IAM role",
                "pattern": r"^[A-Za-z0-9_+=,.@-]{1,64}$",
                "maxLength": 64,
            },
            begun_before={
                "type": "string",
                "description": "a time in UTC, as 2026-05-04T12:00:00Z, or never",
                "pattern": f"^({NEVER}|{_TIME})$",
                "maxLength": 30,
            },
        ),
        level={"": Level.T2},
        evidence=("iam.GetRole", "iam.GetRolePolicy"),
        calls=(
            "iam.PutRolePolicy",
            "iam.DeleteRolePolicy",
            "iam.GetRole",
            "iam.GetRolePolicy",
        ),
        rollback="aws.iam.revoke_role_sessions",
    )

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call that writes the policy, or takes it away."""
        of = {"RoleName": params["role_name"], "PolicyName": _POLICY}
        moment = params["begun_before"]
        if moment == NEVER:
            return "iam.DeleteRolePolicy", of
        return "iam.PutRolePolicy", {**of, "PolicyDocument": denying(moment)}

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: everybody who uses the role now."""
        if case.params["begun_before"] == NEVER:
            says = "Sessions that still run may call again."
        else:
            says = (
                "Everything that uses the role must take it anew. Instances, functions "
                "and tasks of AWS do so by themselves, but some only when what they "
                "hold runs out, which can be hours: until then they are refused."
            )
        return Blast(systems=-1, principals=1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the moment from before."""
        before = was(draft, _BEFORE)
        return {**dict(draft.params), "begun_before": before}


ACTIONS = (RevokeSessions(),)
