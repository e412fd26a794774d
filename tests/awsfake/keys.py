"""Who asks: keys, sessions of roles, and the proof that a key was really used.

The roles are the policies shipped in `bot/aws`, with their trust and its conditions.
A session can do what its role's policy and its own both allow.
"""

import hmac
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bot.aws.practice_seed import ACTING_ROLES, BOT_USER, ROOT, policy
from bot.ports.clock import Clock
from tests.awsfake.judging import Context, allows
from tests.awsfake.questions import Request
from tests.awsfake.service import ACCOUNT, Asked, Operation, Refused, Service

_SIGNED = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/(?P<region>[^/]+)/"
    r"(?P<service>[^/]+)/aws4_request, SignedHeaders=(?P<headers>[^,]+), "
    r"Signature=(?P<signature>[0-9a-f]{64})"
)
Policy = Mapping[str, Any]
_KEYS_OF: Mapping[str, frozenset[str]] = {
    "sts:TagSession": frozenset(),
    "sts:SetSourceIdentity": frozenset({"sts:sourceidentity"}),
}
"""Which condition keys of a session AWS knows for what is judged beside AssumeRole.

Source: Service Authorization Reference, AWS Security Token Service.
"""
_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9]+")
_PLACE = re.compile(r"\*|arn:[a-z*-]+:[a-z0-9-]+:[a-z0-9*-]*:([0-9]{12}|\*)?:.+")
_LONGEST_POLICY = 2048  # Source: STS API reference, AssumeRole, Policy


@dataclass(frozen=True, kw_only=True)
class Signed:
    """What the Authorization header says."""

    key: str
    region: str
    service: str
    headers: str
    signature: str


def signed(request: Request) -> Signed:
    """Return what the Authorization header says.

    Raises:
        Refused: There is none.
    """
    found = _SIGNED.fullmatch(request.headers.get("authorization", ""))
    if found is None:
        raise Refused("MissingAuthenticationToken", "the request is not signed", 403)
    return Signed(**found.groupdict())


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One access key and what it may do.

    Attributes:
        policies: Every one of them must allow a call; none at all is the root.
        about: What is known of the session, as condition keys.
    """

    arn: str
    secret: str
    token: str = ""
    ends_at: datetime | None = None
    policies: Sequence[Policy] = ()
    about: Context = field(default_factory=dict)

    def may(self, action: str, resource: str, context: Context) -> bool:
        """Tell whether it may do this to that."""
        known = {**self.about, **context}
        return all(allows(one, action, resource, known) for one in self.policies)


@dataclass(kw_only=True)
class Keys:
    """Every key of the account, and every role."""

    clock: Clock
    roles: dict[str, tuple[Policy, Policy]] = field(default_factory=dict)
    known: dict[str, Identity] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.known[ROOT.access_key_id] = Identity(
            arn=f"arn:aws:iam::{ACCOUNT}:root", secret=ROOT.secret
        )
        self.roles["tocsin-read"] = (_file("tocsin-read"), _file("tocsin-trust-read"))
        for name in ACTING_ROLES:
            self.roles[name] = (_file(name), _file("tocsin-trust-act"))

    def bot(self) -> tuple[str, str]:
        """Return key id and secret of the bot's own user, who assumes roles."""
        key, secret = _new_key("AKIA")
        arn = f"arn:aws:iam::{ACCOUNT}:user/{BOT_USER}"
        base = (_file("tocsin-base"),)
        self.known[key] = Identity(arn=arn, secret=secret, policies=base)
        return key, secret

    def who(self, request: Request) -> Identity:
        """Return whose key signed a request.

        Raises:
            Refused: Nobody's, its time is over, or the signature is wrong.
        """
        told = signed(request)
        found = self.known.get(told.key)
        token = request.headers.get("x-amz-security-token", "")
        if found is None or not hmac.compare_digest(found.token, token):
            raise Refused("UnrecognizedClientException", "the key is not known", 403)
        if found.ends_at is not None and self.clock.now() >= found.ends_at:
            raise Refused("ExpiredTokenException", "the session is over", 403)
        if not hmac.compare_digest(_signature(request, told, found), told.signature):
            raise Refused("InvalidSignatureException", "the signature is wrong", 403)
        return found

    def open_session(self, asked: Asked, caller: Identity) -> Mapping[str, Any]:
        """Return the credentials of a role's session.

        Raises:
            Refused: The caller's policy or the role's trust does not allow it.
        """
        given = asked.given
        role = given["RoleArn"].rpartition("/")[2]
        own, trust = self.roles.get(role) or ({"Statement": []}, {"Statement": []})
        about = {"sts:rolesessionname": [given["RoleSessionName"]]}
        if "SourceIdentity" in given:
            about["sts:sourceidentity"] = [given["SourceIdentity"]]
        for action in _needed(given):
            known = {
                key: told
                for key, told in about.items()
                if key in _KEYS_OF.get(action, about)
            }
            trusted = _trusts(trust, caller.arn) and allows(
                trust, action, given["RoleArn"], known
            )
            if not (trusted and caller.may(action, given["RoleArn"], known)):
                raise Refused("AccessDenied", f"{action} is not allowed", 403)
        narrowing = [json.loads(given["Policy"])] if "Policy" in given else []
        if len(given.get("Policy", "")) > _LONGEST_POLICY:
            raise Refused("ValidationError", "policy is longer than 2048 characters")
        if not all(map(_is_well_formed, narrowing)):
            raise Refused("MalformedPolicyDocument", "The policy is malformed")
        key, secret = _new_key("ASIA")
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{given['RoleSessionName']}"
        ends_at = self.clock.now() + timedelta(
            seconds=given.get("DurationSeconds", 3600)
        )
        self.known[key] = made = Identity(
            arn=arn,
            secret=secret,
            token=secrets.token_urlsafe(48),
            ends_at=ends_at,
            policies=(own, *narrowing),
        )
        return {
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": secret,
                "SessionToken": made.token,
                "Expiration": ends_at,
            },
            "AssumedRoleUser": {"AssumedRoleId": f"AROA{key[4:]}:{role}", "Arn": arn},
        }


class Sts(Service):
    """The service that makes sessions."""

    NAME = "sts"

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def operations(self) -> Mapping[str, Operation]:
        """Return what the mint asks."""
        return {
            # Its own policies and the trust are both judged in `open_session`.
            "AssumeRole": Operation(answer=self._assume, permission="-"),
            "GetCallerIdentity": Operation(answer=self._caller, permission="-"),
        }

    def _assume(self, asked: Asked) -> Mapping[str, Any]:
        return self._keys.open_session(asked, self._keys.known[asked.key_id])

    def _caller(self, asked: Asked) -> Mapping[str, Any]:
        return {"UserId": asked.key_id, "Account": ACCOUNT, "Arn": asked.by}


def _is_well_formed(policy: Policy) -> bool:
    """Tell whether IAM would take a policy: each statement names actions and places."""
    return bool(policy["Statement"]) and all(
        one["Action"]
        and one["Resource"]
        and all(_ACTION.fullmatch(each) for each in one["Action"])
        and all(_PLACE.fullmatch(each) for each in one["Resource"])
        for one in policy["Statement"]
    )


def _needed(given: Mapping[str, Any]) -> list[str]:
    needed = ["sts:AssumeRole"]
    needed += ["sts:TagSession"] if given.get("Tags") else []
    return needed + (["sts:SetSourceIdentity"] if "SourceIdentity" in given else [])


def _trusts(trust: Policy, arn: str) -> bool:
    return any(one.get("Principal") == {"AWS": arn} for one in trust["Statement"])


def _file(name: str) -> Policy:
    found: Policy = json.loads(policy(f"{name}.json", account=ACCOUNT))
    return found


def _new_key(kind: str) -> tuple[str, str]:
    return f"{kind}{secrets.token_hex(8).upper()}", secrets.token_urlsafe(30)


def _signature(request: Request, told: Signed, found: Identity) -> str:
    """Return the signature that the key's secret gives: botocore's own algorithm."""
    key = Credentials(told.key, found.secret, found.token or None)
    auth = SigV4Auth(key, told.service, told.region)
    names = told.headers.split(";")
    again = AWSRequest(
        method=request.method,
        url=f"http://{request.headers['host']}{request.target}",
        headers={one: request.headers[one] for one in names if one in request.headers},
        data=request.body,
    )
    again.context["timestamp"] = request.headers.get("x-amz-date", "")
    canonical = auth.canonical_request(again)
    made: str = auth.signature(auth.string_to_sign(again, canonical), again)
    return made
