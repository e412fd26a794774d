"""Every action of Kubernetes once more, each body checked by the official client.

And the manifests that are shipped, and the way in with a kubeconfig.
"""

import base64
import json
import ssl
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.clock import SystemClock
from bot.config.kubernetes_section import KubernetesSection
from bot.domain.action_effects import Outcome
from bot.domain.errors import BadSettings, Unreachable
from bot.outside.k8s.base import open_base
from bot.outside.k8s.wire import NoAnswer, Wire, route_to
from bot.wire_kubernetes import kubernetes_door
from tests.actions import promises
from tests.actions.stage_kubernetes import KubernetesStage as Stage
from tests.actions.worlds_kubernetes import WORLDS, World, deployment, to_scale
from tests.cloud import APPROVERS, plan_of
from tests.fakes.clock import FakeClock
from tests.fakes.kube import running_cluster
from tests.fakes.kube_models import problems, strict
from tests.fakes.kube_policies import documents as policy_documents
from tests.fakes.kube_rights import NAMES, documents
from tests.outside.test_cluster import Kubeconfig, kubeconfig, no_way_round
from tests.rawserver import ok, saying

pytestmark = pytest.mark.outside
each = pytest.mark.parametrize("world", WORLDS, ids=[one.name for one in WORLDS])
__all__ = ["kubeconfig", "no_way_round"]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_cluster(check=strict) as cluster:
        yield Stage(cluster)


@each
def test_what_is_sent_is_what_the_api_knows(stage: Stage, world: World) -> None:
    promises.works_once_is_seen_and_is_undone(stage, world)


def test_an_unknown_field_a_wrong_kind_and_a_missing_one_are_told(
    stage: Stage,
) -> None:
    name = deployment(stage.cluster)["deployment"]
    made = stage.cluster.objects["deployments", "serving", name]
    assert problems("V1Deployment", made) == ""
    spec = made["spec"]
    assert "has no field replica" in problems(
        "V1Deployment", {**made, "spec": {**spec, "replica": 1}}
    )
    assert "replicas is no int" in problems(
        "V1Deployment", {**made, "spec": {**spec, "replicas": "1"}}
    )
    without = {key: one for key, one in spec.items() if key != "selector"}
    assert "selector" in problems("V1Deployment", {**made, "spec": without})


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_manifest_is_what_the_api_knows(name: str) -> None:
    for one in (*documents(name, "serving"), *policy_documents(name)):
        assert problems(f"V1{one['kind']}", one) == ""


def _door(url: str, write: Any, clock: FakeClock) -> Any:
    section = KubernetesSection(
        context="prod", config=write(url), namespaces=("serving",)
    )
    return kubernetes_door(section, clock)


def test_a_plan_runs_with_the_settings_and_a_kubeconfig(
    stage: Stage, kubeconfig: Kubeconfig
) -> None:
    cluster = stage.cluster
    clock = cluster.clock
    cluster.tokens[token_of(kubeconfig(cluster.url))] = (
        "tocsin",
        clock.now() + timedelta(days=1),
    )
    door = _door(cluster.url, kubeconfig, clock)
    assert door.is_configured
    world = next(one for one in WORLDS if one.name == "kubernetes.deployment.scale")
    params = to_scale(cluster)
    draft = world.action.plan(params, reader=door.reader())
    session = door.for_plan(plan_of(draft), world.action, APPROVERS)
    assert stage.apply(world.action, draft, session).outcome is Outcome.OK


def token_of(file: Path) -> str:
    held = json.loads(file.read_text("utf-8"))
    return str(held["users"][0]["user"]["token"])


def test_a_token_for_ever_is_refused_and_nobody_is_asked(
    kubeconfig: Kubeconfig,
) -> None:
    door = _door("https://cluster.example", kubeconfig, FakeClock())
    with pytest.raises(Unreachable, match="does not say when it ends"):
        door.reader()
    with pytest.raises(BadSettings) as refused:
        open_base("prod", kubeconfig("https://cluster.example"), FakeClock().now())
    assert "a program that kubernetes.program names" in refused.value.next_move


def test_a_pods_own_account_is_read_from_where_the_cluster_puts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kubernetes.config import incluster_config as pod

    said = base64.urlsafe_b64encode(b'{"exp": 4000000000}').decode().rstrip("=")
    (tmp_path / "token").write_text(f"e30.{said}.c2ln")
    (tmp_path / "ca.crt").write_text("-----BEGIN CERTIFICATE-----")
    monkeypatch.setattr(pod, "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(pod, "SERVICE_CERT_FILENAME", str(tmp_path / "ca.crt"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    base = open_base("in-cluster", None, FakeClock().now())
    assert base.token == f"e30.{said}.c2ln"
    assert base.line.url == "https://10.96.0.1:443"
    assert base.line.pool.connection_pool_kw["ca_certs"] == str(tmp_path / "ca.crt")
    assert base.line.pool.connection_pool_kw["cert_reqs"] == "CERT_REQUIRED"


def test_a_write_to_whom_nobody_vouches_for_was_surely_not_sent(tmp_path: Path) -> None:
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
    with saying(ok(b"{}"), tls=tls) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(NoAnswer, match="SSLCertVerificationError") as problem:
            Wire(line=route_to(url), token=url).send("PATCH", "/x", {})
        assert not problem.value.was_sent
        trusting = route_to(url, authority=str(certificate))
        assert Wire(line=trusting, token=url).send("PATCH", "/x", {}).body == b"{}"


def test_doctor_says_which_account_is_missing_and_keeps_no_token(
    kubeconfig: Kubeconfig, tmp_path: Path
) -> None:
    day = SystemClock().now() + timedelta(days=1)
    with running_cluster(clock=SystemClock()) as cluster:
        token = token_of(kubeconfig(cluster.url))
        cluster.tokens[token] = ("tocsin", day)
        cluster.rights -= {one for one in cluster.rights if one.space == "batch"}
        environment = {
            "TOCSIN_HOME": str(tmp_path),
            "TOCSIN_CONFIG": str(tmp_path / "none.toml"),
            "TOCSIN_KUBERNETES_CONTEXT": "prod",
            "TOCSIN_KUBERNETES_CONFIG": str(kubeconfig(cluster.url)),
            "TOCSIN_KUBERNETES_NAMESPACES": "serving,batch",
        }
        told = CliRunner().invoke(main, ["doctor", "cluster"], env=environment)
        given = [one for one in cluster.tokens if one != token]
    assert told.exit_code == 0, told.output
    assert "cluster account tocsin-act-scale: a token of it is made" in told.output
    assert "tocsin-act-node" not in told.output
    assert "cluster namespace serving: plans can be made in it" in told.output
    assert "warn  cluster namespace batch: nothing can be planned" in told.output
    assert given
    assert not any(one in told.output for one in given)
