"""What the settings name is reached, with two identities; what they do not is not."""

from pathlib import Path

import pytest

from bot.aws.door import AwsDoor
from bot.config import load
from bot.domain.errors import BadSettings
from bot.gate.catalogue import load_actions, with_site
from bot.wire_worlds import actions_of_site, build_worlds
from tests.fakes.clock import FakeClock
from tests.gateways.site import FILES, PUBLIC, SECRETS, written

LITELLM = {
    "TOCSIN_GATE_LITELLM_URL": "https://litellm.example.org",
    "TOCSIN_GATE_LITELLM_READ_KEY": "one",
    "TOCSIN_GATE_LITELLM_ACT_KEY": "another",
}


def settings(tmp_path: Path, **environment: str) -> dict[str, str]:
    return {"TOCSIN_CONFIG": str(tmp_path / "none.toml"), **environment}


def test_litellm_is_offered_only_where_the_settings_name_one(tmp_path: Path) -> None:
    block = load_actions()["litellm.key.block"]
    aws = AwsDoor(clock=FakeClock())
    assert not build_worlds(aws).offers(block)
    assert build_worlds(aws, load(settings(tmp_path, **LITELLM))).offers(block)


def test_one_key_for_reading_and_acting_is_refused(tmp_path: Path) -> None:
    same = {**LITELLM, "TOCSIN_GATE_LITELLM_ACT_KEY": "one"}
    with pytest.raises(BadSettings, match="are the same key") as refused:
        load(settings(tmp_path, **same))
    assert "one" not in str(refused.value).replace("none", "")


@pytest.mark.parametrize("url", ["http://litellm.example.org", "ftp://x", "litellm"])
def test_keys_go_to_an_encrypted_address_only(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadSettings, match="the address cannot be used"):
        load(settings(tmp_path, **{**LITELLM, "TOCSIN_GATE_LITELLM_URL": url}))


def test_actions_of_a_site_are_offered_with_their_secrets(tmp_path: Path) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name, text in SECRETS.items():
        (secrets / name).write_text(text, "utf-8")
    given = load(
        settings(
            tmp_path,
            TOCSIN_GATE_HTTP_ACTIONS=str(written(tmp_path / "actions", FILES)),
            TOCSIN_GATE_HTTP_KEYS=PUBLIC,
            TOCSIN_GATE_HTTP_SECRETS=str(secrets),
        )
    )
    site, aws = actions_of_site(given), AwsDoor(clock=FakeClock())
    worlds = build_worlds(aws, given, site)
    known = with_site(load_actions(), site)
    worlds.check(known)
    assert worlds.offers(known["http.flags.off"])
    (secrets / "flags-hmac").unlink()
    with pytest.raises(BadSettings, match="The secret flags-hmac was not loaded"):
        build_worlds(aws, given, site)


def test_a_site_without_actions_has_no_world_for_them(tmp_path: Path) -> None:
    given = load(settings(tmp_path))
    assert actions_of_site(given) == ()
    assert "http" not in build_worlds(AwsDoor(clock=FakeClock()), given).by_name
