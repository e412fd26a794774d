"""What the bot's own account at a cluster may be: nothing that is good for long."""

import base64
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import orjson
import pytest

from bot.domain.errors import BadSettings
from bot.outside.k8s import base as room
from bot.outside.k8s.base import open_base
from tests.fakes.clock import FakeClock

NOW = FakeClock().now()


def jwt(**claims: Any) -> str:
    told = base64.urlsafe_b64encode(orjson.dumps(claims)).decode().rstrip("=")
    return f"e30.{told}.c2ln"


def ending(after: timedelta) -> str:
    return jwt(exp=int((NOW + after).timestamp()))


def opened(
    monkeypatch: pytest.MonkeyPatch, token: str, context: str = "prod", **given: Any
) -> room.Base:
    # A pod's own begins with a small letter.
    held = {"value": f"bearer {token}"} if token else {}
    settings = SimpleNamespace(
        **{
            "host": "https://cluster.example",
            "cert_file": None,
            "ssl_ca_cert": None,
            "tls_server_name": None,
            "verify_ssl": True,
            "auth_settings": lambda: {"BearerToken": held},
            **given,
        }
    )
    monkeypatch.setattr(room, "configured", lambda *_given: settings)
    return open_base(context, Path("kubeconfig"), NOW)


@pytest.mark.parametrize(
    "token",
    [
        ending(timedelta(hours=1)),
        ending(timedelta(hours=24)),
        "k8s-aws-v1." + "aHR0cHM6Ly9zdHM",
        "ya29." + "a0AfH6SM",
    ],
)
def test_what_ends_within_a_day_is_taken(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = opened(monkeypatch, token)
    assert base.token == token
    assert base.line.url == "https://cluster.example"
    assert token not in repr(base)


@pytest.mark.parametrize(
    ("token", "given", "because"),
    [
        ("", {}, "its user has no token"),
        ("abc", {}, "does not say when it ends"),
        (jwt(sub="system:serviceaccount:x:y"), {}, "does not say when it ends"),
        (jwt(exp="never"), {}, "does not say when it ends"),
        (jwt(exp=10**18), {}, "does not say when it ends"),
        ("e30.!!.x", {}, "does not say when it ends"),
        (ending(timedelta(days=365)), {}, "good for more than a day"),
        (ending(timedelta(hours=1)), {"cert_file": "/c"}, "a client's certificate"),
    ],
)
def test_what_would_be_good_for_long_is_refused(
    token: str, given: dict[str, Any], because: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadSettings, match=because) as refused:
        opened(monkeypatch, token, **given)
    assert refused.value.what == "Kubernetes was not connected for actions"
    assert not token or token not in str(refused.value)


def test_a_pods_own_token_ends_with_the_pod_whatever_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = ending(timedelta(days=365))
    assert opened(monkeypatch, token, "in-cluster").token == token
    with pytest.raises(BadSettings, match="does not say when it ends"):
        opened(monkeypatch, jwt(sub="of a secret"), "in-cluster")


def test_on_this_machine_anything_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    base = opened(monkeypatch, "abc", host="http://127.0.0.1:8001")
    assert base.token == "abc"  # noqa: S105 - a letter row
