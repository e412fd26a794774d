"""AWS Secrets Manager: have a secret rotated now.

What leaked is worth nothing once there is a new value. The rotation is the one that
the secret has already; its value is never read, neither the old nor the new one.

Source:
    AWS Secrets Manager API reference, RotateSecret: a rotation that is not over; User
    Guide, "Lambda function rotation strategies".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.acting.states import Need, State
from bot.aws.action import AwsAction
from bot.aws.instants import is_over
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Level, Step
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_secrets",
    title="AWS Secrets Manager",
    docs="https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html",
    summary="Has secrets rotated. Their values are never read.",
)

_ARN = "secretsmanager.secret.arn"
_ROTATED = "secretsmanager.secret.rotated_since"
_SINCE = "secretsmanager.secret.leaked_at"
_CURRENT = "secretsmanager.secret.current_version"
_PENDING = "secretsmanager.secret.rotation_on_its_way"
_FUNCTION = "secretsmanager.secret.rotation_function"
_TIME = "2[0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z"
_KEPT = (
    *("ARN", "Name", "RotationEnabled", "RotationLambdaARN", "LastRotatedDate"),
    *("LastChangedDate", "VersionIdsToStages", "OwningService"),
)


def _secret(seen: Seen) -> Texts:
    """Return how the secret stands, without its value.

    Raises:
        BadRequest: It rotates by nothing, is about to be deleted, or `leaked_at` is no
            time that is over.
    """
    found = seen.answer
    if not found.get("RotationEnabled") or found.get("DeletedDate"):
        gone = "it is about to be deleted" if found.get("DeletedDate") else ""
        raise _refused(gone or "no rotation is set up for it")
    leaked_at = seen.known["leaked_at"]
    if not is_over(leaked_at, found):
        raise _refused("leaked_at is no time that is over")
    stages: Mapping[str, list[str]] = found.get("VersionIdsToStages") or {}
    current = [one for one, names in stages.items() if "AWSCURRENT" in names]
    pending = [one for one, names in stages.items() if "AWSPENDING" in names]
    since = datetime.fromisoformat(leaked_at)
    rotated: datetime | None = found.get("LastRotatedDate")
    return {
        _ARN: found["ARN"],
        _SINCE: leaked_at,
        _CURRENT: current[0] if current else "",
        _PENDING: "yes" if set(pending) - set(current) else "no",
        _FUNCTION: found.get("RotationLambdaARN") or "",
        _ROTATED: "yes" if rotated is not None and rotated > since else "no",
    }


def _refused(because: str) -> BadRequest:
    return BadRequest(
        "The secret was not planned to be rotated",
        because=because,
        next_move="Change its value by hand, and write a note here.",
    )


def _secret_kept(answer: Mapping[str, Any]) -> Any:
    return {name: answer.get(name) for name in _KEPT}


class RotateSecret(AwsAction):
    """Starts the rotation that a secret has."""

    ROLE = "tocsin-act-secrets"
    RESOURCE = _ARN
    IMPLIED: ClassVar[Texts] = {"lambda.Invoke": _FUNCTION}
    TARGET = "secret"
    IDENTITY: ClassVar[Texts] = {"secret": "SecretId"}
    SECONDS = 300
    NEEDS = (
        Need(
            fact=_PENDING,
            values=frozenset({"no"}),
            because="a rotation was begun and is not over, and Secrets Manager would "
            "take up that one and refuse another",
            next_move="Wait for its end; if it is stuck, look at the function's log.",
        ),
    )
    STATES = (State(fact=_PENDING, moving=frozenset({"yes"})),)
    WANTED: ClassVar[Texts] = {_ROTATED: "yes"}
    USUAL: ClassVar[Texts] = {_ROTATED: "no"}
    WORDS: ClassVar[Texts] = {_ROTATED: "{secret} rotated since {leaked_at}"}
    PROMISE = (
        "Secrets Manager is asked when it was last rotated. A rotation takes a minute "
        "or more; until then it is looked at again. The value is not read."
    )
    FACTS = (
        Reading(
            call="secretsmanager.DescribeSecret",
            arguments={"SecretId": "secret"},
            facts=_secret,
            keep=_secret_kept,
        ),
    )
    WRITE = ("secretsmanager.RotateSecret", {"SecretId": "{secret}"})
    MANIFEST = ActionManifest(
        name="aws.secrets.rotate",
        version=1,
        title="Rotate a secret",
        params=schema(
            secret={
                "type": "string",
                "pattern": "^[A-Za-z0-9/_+=.@:-]{1,200}$",
                "maxLength": 200,
                "description": "the name or the ARN of the secret",
            },
            leaked_at={
                "type": "string",
                "pattern": f"^{_TIME}$",
                "maxLength": 20,
                "description": "since when its value is not safe, in UTC, as "
                "2026-05-04T12:00:00Z",
            },
        ),
        level={"": Level.T1},
        evidence=("secretsmanager.DescribeSecret",),
        calls=("secretsmanager.RotateSecret", "secretsmanager.DescribeSecret"),
        irreversible_because="the value from before does not become valid again",
    )

    def identity(self, step: Step) -> Texts:
        """Return the secret, and since when it is not safe."""
        (since,) = (one.value for one in step.compare if one.id == _SINCE)
        return {**super().identity(step), "leaked_at": since}

    def blast(self, case: Case) -> Blast:
        """Return whom it hits: whoever goes on with the value from before."""
        function = case.facts[_FUNCTION].rpartition(":")[2]
        by = f"by the function {function!a}" if function else "by the service it is of"
        says = (
            f"Rotated {by}. Whoever keeps the value from before is refused sooner or "
            "later: applications must read it again. Where the function alternates "
            "between two users, what leaked is good until it is rotated once more."
        )
        return Blast(systems=-1, says=says)


ACTIONS = (RotateSecret(),)
