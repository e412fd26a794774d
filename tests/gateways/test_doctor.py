"""The doctor reads LiteLLM with the key that reads, and loads what a site signed."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from bot.cli.checks_gateways import look
from bot.config import load
from tests.fakes.litellm import ACT_KEY, READ_KEY, FakeLitellm
from tests.gateways.serving import served


def told(tmp_path: Path, **given: Any) -> dict[str, tuple[str, str]]:
    environment = {"TOCSIN_CONFIG": str(tmp_path / "none.toml")}
    environment |= {f"TOCSIN_GATE_{name}": str(text) for name, text in given.items()}
    return {one.name: (one.state, one.says) for one in look(load(environment))}


def test_where_nothing_is_set_up_nothing_is_wrong(tmp_path: Path) -> None:
    assert told(tmp_path) == {
        "litellm": ("ok", "no proxy is set up"),
        "http actions": ("ok", "none of this site"),
    }


@pytest.mark.slow
def test_a_proxy_is_read_and_never_asked_with_the_key_that_acts(
    tmp_path: Path,
) -> None:
    proxy = FakeLitellm()
    proxy.model("big")
    with served(proxy) as door:
        url = {"LITELLM_URL": door.url}
        masters = told(
            tmp_path, **url, LITELLM_READ_KEY=READ_KEY, LITELLM_ACT_KEY=ACT_KEY
        )
        for one in (READ_KEY, ACT_KEY):
            proxy.keys[sha256(one.encode()).hexdigest()] = proxy.keys.pop(proxy.key())
        whole = told(
            tmp_path, **url, LITELLM_READ_KEY=READ_KEY, LITELLM_ACT_KEY=ACT_KEY
        )
        half = told(tmp_path, **url, LITELLM_READ_KEY=READ_KEY)
        wrong = told(tmp_path, **url, LITELLM_READ_KEY="else")
    assert masters["litellm"][0] == "warn"
    assert (
        "no key for gate.litellm_read_key and gate.litellm_act_key: the"
        in (masters["litellm"][1])
    )
    assert whole["litellm"] == ("ok", "it answers, deployments: 1")
    assert half["litellm"][0] == "warn"
    assert "none can run" in half["litellm"][1]
    assert wrong["litellm"][0] == "FAIL"
    assert "it does not know the key" in wrong["litellm"][1]
    assert ACT_KEY not in {key for *_, key in proxy.asked}


def test_an_action_that_is_not_signed_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("name: http.x", "utf-8")
    state, says = told(tmp_path, HTTP_ACTIONS=tmp_path)["http actions"]
    assert state == "FAIL"
    assert says == "x.yaml was not loaded: it is not signed: x.yaml.sig lacks"
