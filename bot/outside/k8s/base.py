"""The bot's own identity at a cluster: it asks for tokens of accounts, nothing else.

Where the cluster is and who we are comes from a kubeconfig or from the pod. What stands
in there for years is refused: a token must say when it ends, and a client's
certificate cannot be taken back.
"""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson

from bot.domain.addresses import is_this_machine
from bot.domain.errors import BadSettings
from bot.outside.cluster import IN_CLUSTER, configured
from bot.outside.k8s.wire import Line, route_to

_LONGEST = timedelta(hours=25)
"""How long a token of a kubeconfig may be good for: single sign-on gives a day. A pod's
own says a year by default, but ends with the pod and is renewed every hour, see
https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/"""
_SHORT_BY_NATURE = ("k8s-aws-v1.", "ya29.")
"""How tokens begin that say no end and have one all the same: EKS, 15 minutes
(https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html), and Google's
OAuth access tokens, one hour."""
_JWT = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """Where the cluster is, and the token of the bot itself."""

    line: Line
    token: str = field(repr=False)


def open_base(
    context: str, config: Path | None, now: datetime, program: str = ""
) -> Base:
    """Return the bot's identity; reads the kubeconfig and calls nobody.

    Args:
        program: The one program that the kubeconfig may run for a token.

    Raises:
        BadSettings: The client is not installed, the configuration cannot be used, or
            what it holds would be good for too long.
    """
    settings = configured(context, config, program)
    token = _token(settings)
    url = str(settings.host)
    if not is_this_machine(urlsplit(url).hostname or ""):
        longest = None if context == IN_CLUSTER else _LONGEST
        wrong = _lasting(settings, token, now, longest)
        if wrong:
            raise _refused(wrong)
    line = route_to(
        url,
        authority=str(settings.ssl_ca_cert or ""),
        server_name=str(settings.tls_server_name or ""),
        verify=bool(settings.verify_ssl),
    )
    return Base(line=line, token=token)


def _token(settings: Any) -> str:
    held = settings.auth_settings().get("BearerToken") or {}
    kind, _, token = str(held.get("value") or "").partition(" ")
    return token if kind.casefold() == "bearer" else ""


def _lasting(
    settings: Any, token: str, now: datetime, longest: timedelta | None
) -> str:
    """Return what of the credentials would be good for too long, "" for nothing.

    Args:
        longest: How long is not too long; None where something else ends it.
    """
    if settings.cert_file:
        return "its user is a client's certificate, which nobody can take back"
    if not token:
        return "its user has no token"
    if token.startswith(_SHORT_BY_NATURE):
        return ""
    ends_at = _end(token)
    if ends_at is None:
        return "its user's token does not say when it ends"
    if longest is not None and ends_at - now > longest:
        return "its user's token is good for more than a day"
    return ""


def _end(token: str) -> datetime | None:
    """Return when a token says that it ends, None if it does not."""
    found = _JWT.fullmatch(token)
    if found is None:
        return None
    try:
        padded = found[1] + "=" * (-len(found[1]) % 4)
        told = orjson.loads(base64.urlsafe_b64decode(padded))
        return datetime.fromtimestamp(int(told["exp"]), tz=UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _refused(because: str) -> BadSettings:
    return BadSettings(
        "Kubernetes was not connected for actions",
        because=because,
        next_move="Use in-cluster, or a kubeconfig whose user gets short-lived tokens "
        "by a program that kubernetes.program names; see docs/guides/kubernetes.md.",
    )
