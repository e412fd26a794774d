"""Starts the practice workspace beside the bot when there is no Slack token.

The workspace itself is `bot/practice`; this is the only module that joins the
two, over real HTTP on loopback.
"""

import asyncio
import ipaddress
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from starlette.routing import BaseRoute, Mount

from bot.cli.demo import demo_registry
from bot.cli.long_polls import LongPolls
from bot.cli.samples import samples
from bot.clock import SystemClock
from bot.config import Settings, secret
from bot.domain.errors import BadSettings
from bot.domain.registry import Registry
from bot.house import House
from bot.practice.app import practice_app
from bot.practice.settings import PracticeSettings
from bot.slack.issuer import IssuerSettings
from bot.slack.manifest import manifest
from bot.slack.room_settings import SlackSettings
from bot.store.tokenfile import token_text

_BETWEEN_SAMPLES_S = 0.4
_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Practice:
    """A workspace that is not Slack, on this machine only."""

    settings: PracticeSettings
    url: str
    slack: SlackSettings
    registry: Registry
    replay: bool
    _player: "asyncio.Task[None] | None" = field(default=None, init=False)
    _polls: LongPolls | None = field(default=None, init=False)

    def mounts(self) -> Sequence[BaseRoute]:
        """Return where the workspace is mounted."""
        self._polls = LongPolls(practice_app(self.settings))
        return [Mount("/practice", app=self._polls)]

    def play_samples(self, house: House) -> None:
        """Post the sample alerts, as their senders would, without waiting."""
        if self.replay:
            self._player = asyncio.create_task(_play(self.url, house.alerts_token))

    async def stop(self) -> None:
        """Stop playing, and let pages that are open wait no longer."""
        if self._player is not None:
            self._player.cancel()
        if self._polls is not None:
            self._polls.end()


def practice_for(settings: Settings, url: str) -> Practice | None:
    """Return the practice workspace, None where Slack is configured."""
    if secret(settings.slack.bot_token):
        return None
    keys = settings.home / "keys"
    token, signing = (
        "xox" + "b-" + token_text(keys / "practice.token"),
        token_text(keys / "practice.secret"),
    )
    client_secret = token_text(keys / "practice-client.secret")
    over_sockets = settings.practice.transport == "socket"
    app_token = "xap" + "p-" + token_text(keys / "practice-app.token")
    workspace = PracticeSettings(
        state_file=settings.home / "practice.db",
        app_url=url,
        bot_token=token,
        signing_secret=signing,
        app_token=app_token,
        transport=settings.practice.transport,
        client_secret=client_secret,
        manifest=manifest(
            url=(settings.web.public_url or url), socket_mode=over_sockets
        ),
        clock=SystemClock().now,
    )
    return Practice(
        settings=workspace,
        url=url,
        slack=_slack(settings, workspace, url),
        registry=demo_registry(settings),
        replay=settings.practice.replay,
    )


def _slack(settings: Settings, given: PracticeSettings, url: str) -> SlackSettings:
    over_sockets = given.transport == "socket"
    return SlackSettings(
        bot_token=given.bot_token,
        signing_secrets=() if over_sockets else (given.signing_secret,),
        app_token=given.app_token if over_sockets else "",
        sockets=settings.slack.sockets,
        team="T0TEAM",
        channel="C0INCIDENTS",
        api_url=f"{url}/practice/api/",
        issuer=IssuerSettings(
            client_id=given.client_id,
            client_secret=given.client_secret,
            issuer=f"{url}/practice",
            pkce=True,
        ),
    )


def refuse_beyond_loopback(settings: Settings) -> None:
    """Keep a server with the practice workspace on this machine.

    Raises:
        BadSettings: It would listen beyond: the practice workspace has no sign-in.
    """
    if secret(settings.slack.bot_token) or _is_loopback(settings.server.host):
        return
    raise BadSettings(
        "Tocsin did not start",
        because="the practice workspace has no sign-in and must stay on this machine",
        next_move="Listen on 127.0.0.1, or set the Slack tokens.",
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _play(url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session:
        for sample in samples(datetime.now(UTC)):  # noqa: TID251 - samples are of now
            address = f"{url}/alerts/{sample.source}"
            async with session.post(
                address, data=sample.body, headers=dict(sample.headers)
            ) as answer:
                if answer.status != 202:  # noqa: PLR2004 - the door's one yes
                    _log.warning("a sample was refused: %s", answer.status)
            await asyncio.sleep(_BETWEEN_SAMPLES_S)
