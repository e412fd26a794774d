"""Puts the worlds together that plans may change. Nothing is asked or decided here.

Each stands here under the first word of its actions' names, configured or not: what
is not configured is not offered, and whoever asks it anyway is told so.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.aws.door import AwsDoor
from bot.config import Settings, secret
from bot.gate.worlds import World, Worlds
from bot.gateways.litellm import LitellmDoor
from bot.web.sending import HttpSend
from bot.wire_kubernetes import kubernetes_door

if TYPE_CHECKING:
    from bot.gateways.site_action import SiteAction
    from bot.ports.clock import Clock
    from bot.ports.send import Send


def actions_of_site(settings: Settings) -> "tuple[SiteAction, ...]":
    """Return the HTTP actions that this site describes itself, each signed.

    Raises:
        BadSettings: One is not signed, was changed, is older than one that was loaded
            before, or cannot be used; names it.
    """
    if settings.gate.http_actions is None:
        return ()
    from bot.gateways import editions
    from bot.gateways.site_files import site_actions

    found = site_actions(settings.gate.http_actions, settings.gate.http_keys)
    editions.check(settings.home / editions.NAME, found)
    return found


def loaded_actions(settings: Settings) -> "tuple[SiteAction, ...]":
    """Return the HTTP actions of the site; from now on none older is loaded.

    Raises:
        BadSettings: As `actions_of_site`.
    """
    found = actions_of_site(settings)
    if found:
        from bot.gateways import editions

        editions.remember(settings.home / editions.NAME, found)
    return found


def build_worlds(
    aws: AwsDoor, settings: Settings | None = None, site: "Sequence[SiteAction]" = ()
) -> Worlds:
    """Return every world there is; without settings AWS is all that may come.

    Args:
        site: HTTP actions of the site.

    Raises:
        BadSettings: A secret of such an action lacks, or cannot be used.
    """
    settings = settings or Settings()
    gate, send = settings.gate, HttpSend()
    litellm = LitellmDoor(
        url=gate.litellm_url,
        read_key=secret(gate.litellm_read_key),
        act_key=secret(gate.litellm_act_key),
        send=send,
        clock=aws.clock,
    )
    kubernetes = kubernetes_door(settings.kubernetes, aws.clock)
    worlds: dict[str, World] = {
        "aws": aws,
        "kubernetes": kubernetes,
        "litellm": litellm,
    }
    if site:
        worlds["http"] = _http(settings, site, send, aws.clock)
    return Worlds(worlds)


def _http(
    settings: Settings, site: "Sequence[SiteAction]", send: "Send", clock: "Clock"
) -> World:
    from bot.gateways.http_door import HttpDoor
    from bot.gateways.site_files import secrets_in, site_keys

    find = secrets_in(settings.gate.http_secrets)
    keys = {one.MANIFEST.name: site_keys(one, find) for one in site}
    return HttpDoor(keys=keys, send=send, clock=clock)
