"""Mints a session for one plan: a role cut down to exactly one resource.

CloudTrail then names the plan (session name, tag) and the people who agreed (source
identity, tag) beside every call. Nothing is decided here: whether a plan may run is
the gate's business.
"""

import json
import re
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bot.aws.calls import read
from bot.aws.permissions import NOT_NARROWED, permission
from bot.aws.session import AwsKey, AwsSession
from bot.domain.errors import BadRequest
from bot.domain.plan import Plan
from bot.ports.clock import Clock

READ_ROLE = "tocsin-read"
QUEUE_ROLE = "tocsin-queue"
STORE_ROLE = "tocsin-store"
MODEL_ROLE = "tocsin-model"
_PLAN_LIFE_S = 900  # the shortest that STS gives
_READ_LIFE_S = 3600
_RENEW_BEFORE = timedelta(minutes=5)
_LONGEST_IDENTITY = 64
_LONGEST_POLICY = 2048
"""Characters. Source: STS API reference, AssumeRole, Policy."""
_PARTS = 5  # of an ARN before what it names
_MARKS = re.compile(r"[*?$]")
_LONGEST_PLACE = len("arn:aws-us-gov::ap-southeast-1:000000000000:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a plan needs: a role, and what of it.

    Attributes:
        role: Name of the role to assume, e.g. ``tocsin-act-iam``.
        calls: Operations, e.g. ``iam.UpdateAccessKey``.
        resources: ARN of the one thing they may touch, and of what AWS judges with it.
            Where AWS tells none, ``service:thing``: then it is of this account.
    """

    role: str
    calls: tuple[str, ...]
    resources: tuple[str, ...]


def session_policy(grant: Grant) -> str:
    """Return the policy that cuts a role down to a grant, as JSON text."""
    needed = {permission(call) for call in grant.calls}
    narrowed = needed - NOT_NARROWED
    statements = [_allowing(narrowed, grant.resources)] if narrowed else []
    if needed & NOT_NARROWED:
        statements.append(_allowing(needed & NOT_NARROWED, ("*",)))
    policy = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps(policy, separators=(",", ":"))


def is_too_wide(grant: Grant) -> bool:
    """Tell whether STS would take no policy for a grant: it names too much."""
    unplaced = sum(not one.startswith("arn:") for one in set(grant.resources))
    length = len(session_policy(grant)) + unplaced * _LONGEST_PLACE
    return length > _LONGEST_POLICY


def literal(arn: str) -> str:
    """Return an ARN that IAM reads as it stands: a path of a role may hold a star.

    Source: IAM User Guide, "IAM policy elements: variables and tags".
    """
    *head, thing = arn.split(":", _PARTS)
    return ":".join((*head, _MARKS.sub(r"${\g<0>}", thing)))


def _allowing(actions: Collection[str], resources: Sequence[str]) -> Mapping[str, Any]:
    return {
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": sorted(set(resources)),
    }


@dataclass(kw_only=True)
class Mint:
    """Makes sessions out of the bot's own, which can do nothing but assume roles."""

    base: AwsSession
    clock: Clock
    _standing: "dict[str, tuple[AwsSession, datetime]]" = field(
        default_factory=dict, init=False
    )
    _roles: str = field(default="", init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def reader(self) -> AwsSession:
        """Return a session that reads; renewed five minutes before it ends.

        Raises:
            Unreachable: STS refused or did not answer.
        """
        return self._of_role(READ_ROLE, label="read")

    def queue(self) -> AwsSession:
        """Return a session that takes messages out of the bot's queue; as `reader`.

        Raises:
            Unreachable: STS refused or did not answer.
        """
        return self._of_role(QUEUE_ROLE, label="queue")

    def model(self) -> AwsSession:
        """Return a session that asks models and does nothing else; as `reader`.

        Raises:
            Unreachable: STS refused or did not answer.
        """
        return self._of_role(MODEL_ROLE, label="model")

    def store(self) -> AwsSession:
        """Return a session that keeps ciphertext and wraps keys; as `reader`.

        Raises:
            Unreachable: STS refused or did not answer.
        """
        return self._of_role(STORE_ROLE, label="store")

    def _of_role(self, role: str, *, label: str) -> AwsSession:
        with self._lock:
            known = self._standing.get(role)
            if known is None or self.clock.now() >= known[1]:
                key, ends_at = self._assume(
                    role, RoleSessionName="tocsin", DurationSeconds=_READ_LIFE_S
                )
                known = (self.base.of(key, label=label), ends_at - _RENEW_BEFORE)
                self._standing[role] = known
            return known[0]

    def mint(self, plan: Plan, grant: Grant, *, approvers: Sequence[str]) -> AwsSession:
        """Return a session for one plan. It lives 15 minutes.

        Args:
            plan: Its id becomes the session's name.
            grant: What the action asks for; `AwsAction.grant` gives it.
            approvers: Slack ids of the people who agreed, in any order.

        Raises:
            BadRequest: Nobody agreed, or it is a drill.
            Unreachable: STS refused or did not answer; nothing happened.
        """
        if not approvers or plan.drill:
            raise BadRequest(
                f"No AWS session was made for {plan.id}",
                because="it is a drill" if plan.drill else "nobody has agreed to it",
                next_move="Have a real incident's plan approved: only that gets one.",
            )
        key, _ = self._assume(
            grant.role,
            RoleSessionName=plan.id,
            DurationSeconds=_PLAN_LIFE_S,
            Policy=session_policy(self.placed(grant)),
            SourceIdentity=_identity(approvers),
            Tags=[
                {"Key": "tocsin-plan", "Value": plan.id},
                {"Key": "tocsin-digest", "Value": plan.digest()},
                {"Key": "tocsin-incident", "Value": plan.incident},
                {"Key": "tocsin-approvers", "Value": " ".join(sorted(set(approvers)))},
            ],
        )
        return self.base.of(key, label=plan.id)

    def _assume(self, role: str, **asked: Any) -> tuple[AwsKey, datetime]:
        arn = f"{self._role_prefix()}/{role}"
        answer = read(self.base, "sts.AssumeRole", {"RoleArn": arn, **asked})
        given: Mapping[str, Any] = answer["Credentials"]
        key = AwsKey(
            access_key_id=given["AccessKeyId"],
            secret=given["SecretAccessKey"],
            token=given["SessionToken"],
        )
        ends_at: datetime = given["Expiration"]
        return key, ends_at

    def placed(self, grant: Grant) -> Grant:
        """Return a grant whose resources are all ARNs.

        Raises:
            Unreachable: STS did not tell which account it is.
        """
        _, partition, _, _, account, _ = self._role_prefix().split(":")
        region = self.base.settings.region
        placed = (
            literal(one)
            if one.startswith("arn:")
            else f"arn:{partition}:{service}:{region}:{account}:{thing}"
            for one in grant.resources
            for service, _, thing in (one.partition(":"),)
        )
        return replace(grant, resources=tuple(placed))

    def _role_prefix(self) -> str:
        """Return ``arn:aws:iam::<account>:role`` of the account we are in."""
        if not self._roles:
            arn = str(read(self.base, "sts.GetCallerIdentity", {})["Arn"])
            partition, account = arn.split(":")[1], arn.split(":")[4]
            self._roles = f"arn:{partition}:iam::{account}:role"
        return self._roles


def _identity(approvers: Sequence[str]) -> str:
    """Return the source identity: as many whole ids as 64 characters hold."""
    joined = ""
    for one in sorted(set(approvers)):
        longer = f"{joined},{one}" if joined else one
        if len(longer) > _LONGEST_IDENTITY:
            break
        joined = longer
    return joined
