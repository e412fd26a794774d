"""Reaching a Kubernetes cluster as the operator's kubeconfig says.

The official client finds the address, the authorities and the credentials; the
request is ours, so that it follows no redirect, uses no proxy of the environment, and
is bounded in time and bytes. The client is an optional extra, imported only here.

Source: https://kubernetes.io/docs/reference/using-api/ and the client's documentation
of its configuration.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain.addresses import complaint, is_this_machine
from bot.domain.errors import BadSettings, Unreachable
from bot.outside.bounded import bounded
from bot.outside.kubeconfig import load
from bot.ports.ask import Answer, Ask

IN_CLUSTER = "in-cluster"
_CONNECT_S, _READ_S, _DEADLINE_S = 3.0, 5.0, 6.0
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Where a cluster's API is, and who asks it."""

    url: str
    ask: Ask


def open_cluster(context: str, config: Path | None, program: str = "") -> Cluster:
    """Return the cluster of a context; reads the kubeconfig and calls nobody.

    Args:
        program: The one program that the kubeconfig may run for a token.

    Raises:
        BadSettings: As `configured`.
    """
    settings = configured(context, config, program)
    from kubernetes import client

    pool = client.ApiClient(configuration=settings).rest_client.pool_manager
    pool = bounded(pool, lambda: _DEADLINE_S)
    headers = _credentials(settings)
    return Cluster(url=str(settings.host), ask=_ClusterAsk(pool=pool, headers=headers))


def configured(context: str, config: Path | None, program: str = "") -> Any:
    """Return what the official client makes of a kubeconfig, checked.

    Args:
        program: The one program that the kubeconfig may run for a token.

    Raises:
        BadSettings: The client is not installed, or the configuration cannot be used.
    """
    try:
        from kubernetes import client
    except ImportError:
        raise _bad(
            "its client is not installed",
            "Install Tocsin with its extra: pip install 'tocsin[kubernetes]'.",
        ) from None
    settings = client.Configuration()
    try:
        _load(settings, context, config, program)
    except BadSettings:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the client makes of a file
        raise _bad(
            f"its configuration cannot be used ({type(error).__name__})",
            "Compare the context in the settings with `kubectl config get-contexts`.",
        ) from None
    settings.proxy = None
    _check(settings)
    return settings


def _load(settings: Any, context: str, config: Path | None, program: str) -> None:
    from kubernetes import config as kube

    if context == IN_CLUSTER:
        kube.load_incluster_config(client_configuration=settings)
        return
    load(settings, context, config, program)


def _check(settings: Any) -> None:
    from urllib.parse import urlsplit

    wrong = complaint(str(settings.host))
    is_here = is_this_machine(urlsplit(str(settings.host)).hostname or "")
    if not settings.verify_ssl and not is_here:
        wrong = "its certificate would not be checked"
    if wrong:
        raise _bad(f"its address cannot be asked: {wrong}", "Correct the kubeconfig.")


def _credentials(settings: Any) -> Mapping[str, str]:
    """Return the headers that say who asks; certificates are in the pool already."""
    known: Mapping[str, Any] = settings.auth_settings()
    named = (one for one in known.values() if one.get("in") == "header")
    return {str(one["key"]): str(one["value"]) for one in named if one.get("value")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClusterAsk:
    """The port `Ask`, over the client's pool of connections."""

    pool: Any
    headers: Mapping[str, str]

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = 65_536,
    ) -> Answer:
        """Return the answer; never more than was asked for, and never a redirect's."""
        import urllib3

        if method != "GET":
            raise _unreachable("only reading is allowed")
        sent = {"User-Agent": "tocsin", **(headers or {}), **self.headers}
        try:
            answer = self.pool.request(
                "GET",
                url,
                headers=sent,
                preload_content=False,
                redirect=False,
                retries=False,
                timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
            )
            try:
                body = _body(answer, most_bytes)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            raise _unreachable(name_of_problem(error)) from None
        named = {name.lower(): text for name, text in answer.headers.items()}
        return Answer(status=answer.status, headers=named, body=body)


def _body(answer: Any, most: int) -> bytes:
    until, made = time.monotonic() + _DEADLINE_S, b""
    while piece := answer.read1(_PIECE):
        made += piece
        if len(made) > most:
            raise _unreachable("its answer is too large")
        if time.monotonic() > until:
            raise _unreachable("TimeoutError")
    return made


def name_of_problem(error: Exception) -> str:
    """Return the name of what happened, as other connections call it."""
    named = {
        "ConnectTimeoutError": "TimeoutError",
        "ReadTimeoutError": "TimeoutError",
        "NewConnectionError": "ConnectionRefusedError",
        "NameResolutionError": "gaierror",
        "SSLError": "SSLCertVerificationError",
        "ProtocolError": "ConnectionResetError",
    }
    name = type(error).__name__
    return named.get(name, name)


def _bad(because: str, next_move: str) -> BadSettings:
    return BadSettings("Kubernetes was not read", because=because, next_move=next_move)


def _unreachable(because: str) -> Unreachable:
    return Unreachable(
        "An address was not asked", because=because, next_move="Trying again is safe."
    )
