"""Kubernetes' own client reaches what its kubeconfig names, and nothing else."""

import json
import ssl
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import BadSettings, Unreachable
from bot.outside import cluster as room
from bot.outside.cluster import IN_CLUSTER, open_cluster
from bot.outside.service import Service
from tests.collect.cluster import POD, SPACE, answers
from tests.collect.stage import TOKEN, alert, collected, files, settings_with
from tests.loopback import Said, said, serving
from tests.rawserver import ok, saying

pytestmark = pytest.mark.outside

Kubeconfig = Callable[..., Path]


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Kubeconfig:
    def write(url: str, **cluster: Any) -> Path:
        file = tmp_path / "kubeconfig"
        user = {"name": "reader", "user": cluster.pop("user", {"token": TOKEN})}
        named = {"name": "prod", "cluster": {"server": url, **cluster}}
        context = {"name": "prod", "context": {"cluster": "prod", "user": "reader"}}
        held = {"clusters": [named], "contexts": [context], "users": [user]}
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **held}))
        return file

    return write


@pytest.fixture(autouse=True)
def no_way_round(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A proxy of the environment would see the token."""
    with serving({}) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        yield
        assert proxy.asked == []


def service(file: Path) -> Service:
    cluster = open_cluster("prod", file)
    return Service(ask=cluster.ask, title="Kubernetes", url=cluster.url)


def test_a_bundle_is_read_with_the_kubeconfigs_token(kubeconfig: Kubeconfig) -> None:
    with serving(answers()) as server:
        settings = settings_with(
            kubernetes_context="prod",
            kubernetes_config=kubeconfig(server.url),
            kubernetes_namespaces=[SPACE],
        )
        about = alert(namespace=SPACE, pod=POD)
        found = files(collected("kubernetes", about, settings))
        tokens = {one.headers.get("authorization") for one in server.asked}
    assert tokens == {f"Bearer {TOKEN}"}
    assert "CUDA out of memory" in found[f"logs-{POD}.txt"].content
    assert "from vllm:1 to vllm:2" in found["kubernetes-objects.json"].says


def test_a_redirect_a_flood_and_a_refusal_are_told(kubeconfig: Kubeconfig) -> None:
    moved = Said(status=302)
    with serving({"/y": said(1)}) as other:
        moved = Said(status=302, headers={"Location": f"{other.url}/y"})
        served = {
            "/x": moved,
            "/large": Said(body=b"x" * 9_000),
            "/no": Said(status=401),
        }
        with serving(served) as server:
            one = service(kubeconfig(server.url))
            for path, says in (
                ("/x", "not followed"),
                ("/large", "too large"),
                ("/no", "asks for a token"),
            ):
                with pytest.raises(Unreachable, match=says):
                    one.get(path, most=1_000)
        assert other.asked == []
        with pytest.raises(Unreachable, match="nothing answers at its address"):
            one.get("/x")


def test_an_answer_that_breaks_off_is_told(kubeconfig: Kubeconfig) -> None:
    with (
        saying(ok(b"[1, 2, 3]")[:-1]) as server,
        pytest.raises(Unreachable, match="broke the connection off"),
    ):
        service(kubeconfig(server.url)).text("/x")


def test_a_head_that_drips_does_not_outlast_the_deadline(
    kubeconfig: Kubeconfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_DEADLINE_S", 0.1)
    with (
        saying(b"HTTP/1.1 200 OK\r\nX-Long: ", stays=True) as server,
        pytest.raises(Unreachable, match="did not answer in time"),
    ):
        service(kubeconfig(server.url)).text("/x")


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    kubeconfig: Kubeconfig, tmp_path: Path
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-nodes", "-days", "2"),
            *("-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    with saying(ok(b"[]"), tls=tls) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(Unreachable, match="certificate is not trusted"):
            service(kubeconfig(url)).get("/x")
        trusting = {"certificate-authority": str(certificate)}
        assert service(kubeconfig(url, **trusting)).get("/x") == []


@pytest.mark.parametrize(
    ("url", "cluster", "says"),
    [
        ("http://cluster.example", {}, "it does not start with https://"),
        (
            "https://cluster.example",
            {"insecure-skip-tls-verify": True},
            "its certificate would not be checked",
        ),
    ],
)
def test_a_cluster_without_checked_tls_is_refused(
    kubeconfig: Kubeconfig, url: str, cluster: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadSettings, match=says):
        open_cluster("prod", kubeconfig(url, **cluster))


@pytest.mark.parametrize("context", ["elsewhere", IN_CLUSTER])
def test_a_context_that_is_not_there_is_told(
    kubeconfig: Kubeconfig, context: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(BadSettings, match="cannot be used"):
        open_cluster(context, kubeconfig("https://cluster.example"))


@pytest.mark.parametrize("by", ["exec", "auth-provider"])
def test_a_kubeconfig_runs_no_program_that_the_settings_do_not_name(
    kubeconfig: Kubeconfig, tmp_path: Path, by: str
) -> None:
    ran, program = tmp_path / "ran", tmp_path / "token.sh"
    answer = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": TOKEN},
    }
    program.write_text(f"#!/bin/sh\ntouch {ran}\necho '{json.dumps(answer)}'\n")
    program.chmod(0o700)
    version = {"apiVersion": "client.authentication.k8s.io/v1"}
    user = {
        "exec": {"exec": {"command": str(program), **version}},
        "auth-provider": {
            "auth-provider": {"name": "gcp", "config": {"cmd-path": str(program)}}
        },
    }[by]
    file = kubeconfig("https://cluster.example", user=user)
    for named in ("", "/usr/bin/env", str(program) + " "):
        with pytest.raises(BadSettings, match=r"a program|would run"):
            open_cluster("prod", file, named)
    assert not ran.exists()
    if by == "exec":
        open_cluster("prod", file, str(program))
        assert ran.exists()
