"""Puts the worlds together that plans may change. Nothing is asked or decided here.

Each stands here under the first word of its actions' names, configured or not: what
is not configured is not offered, and whoever asks it anyway is told so.
"""

from collections.abc import Sequence

from bot.aws.door import AwsDoor
from bot.config import Settings, secret
from bot.gate.worlds import Worlds
from bot.gateways.http_door import HttpDoor
from bot.gateways.litellm import LitellmDoor
from bot.gateways.site_action import SiteAction
from bot.gateways.site_files import secrets_in, site_actions, site_keys
from bot.web.sending import HttpSend
from bot.wire_kubernetes import kubernetes_door


def actions_of_site(settings: Settings) -> tuple[SiteAction, ...]:
    """Return the HTTP actions that this site describes itself, each signed.

    Raises:
        BadSettings: One is not signed, was changed, or cannot be used; names it.
    """
    return site_actions(settings.gate.http_actions, settings.gate.http_keys)


def build_worlds(
    aws: AwsDoor, settings: Settings | None = None, site: Sequence[SiteAction] = ()
) -> Worlds:
    """Return every world there is; without settings AWS is all that may come.

    Args:
        site: HTTP actions of the site.

    Raises:
        BadSettings: A secret of such an action lacks, or cannot be used.
    """
    known = settings or Settings()
    gate = known.gate
    send, find = HttpSend(), secrets_in(gate.http_secrets)
    litellm = LitellmDoor(
        url=gate.litellm_url,
        read_key=secret(gate.litellm_read_key),
        act_key=secret(gate.litellm_act_key),
        send=send,
        clock=aws.clock,
    )
    http = HttpDoor(
        keys={one.MANIFEST.name: site_keys(one, find) for one in site},
        send=send,
        clock=aws.clock,
    )
    kubernetes = kubernetes_door(known.kubernetes, aws.clock)
    return Worlds(
        {"aws": aws, "kubernetes": kubernetes, "litellm": litellm, "http": http}
    )
