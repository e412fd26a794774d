"""Signing in is only required where somebody can."""

from typing import Any

import pytest

from bot.config import Settings
from bot.domain.errors import BadSettings
from bot.slack.issuer import IssuerSettings
from bot.slack.room_settings import SlackSettings
from bot.wire_identity import must_be_possible

APP = IssuerSettings(client_id="1.2", client_secret="of this test")  # noqa: S106


def slack(issuer: IssuerSettings | None) -> SlackSettings:
    return SlackSettings(bot_token="", signing_secrets=(), issuer=issuer)


def settings(sign_in: str) -> Settings:
    given: Any = {"web": {"sign_in": sign_in}}
    return Settings.model_validate(given)


@pytest.mark.parametrize(
    ("issuer", "base_url", "why"),
    [
        (None, "https://tocsin.test", "client_id or slack.client_secret is not set"),
        (APP, "http://tocsin.test", "without encryption"),
    ],
)
def test_what_nobody_could_do_is_not_required(
    issuer: IssuerSettings | None, base_url: str, why: str
) -> None:
    must_be_possible(settings("link"), slack(issuer), base_url=base_url)
    with pytest.raises(BadSettings) as no:
        must_be_possible(settings("required"), slack(issuer), base_url=base_url)
    assert why in str(no.value)


@pytest.mark.parametrize("base_url", ["https://tocsin.test", "http://127.0.0.1:8080"])
def test_with_an_app_and_encryption_it_can_be(base_url: str) -> None:
    must_be_possible(settings("required"), slack(APP), base_url=base_url)


@pytest.mark.parametrize("proxy", ["proxy.test", "10.0.0.1/24", "0.0.0.0/0", "::/0"])
def test_a_proxy_is_an_address_or_a_network_and_not_everybody(proxy: str) -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings.model_validate({"web": {"trusted_proxies": [proxy]}})


def test_proxies_are_named_by_address_or_network() -> None:
    given = {"web": {"trusted_proxies": "10.0.0.5, 10.1.0.0/16, fd00::/8"}}
    found = Settings.model_validate(given).web.trusted_proxies
    assert found == ("10.0.0.5", "10.1.0.0/16", "fd00::/8")
