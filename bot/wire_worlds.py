"""Puts the worlds together that plans may change. Nothing is asked or decided here.

Each stands here under the first word of its actions' names, configured or not: what
is not configured is not offered, and whoever asks it anyway is told so.
"""

from bot.aws.door import AwsDoor
from bot.config import Settings, secret
from bot.gate.worlds import Worlds
from bot.gateways.litellm import LitellmDoor
from bot.web.sending import HttpSend


def build_worlds(aws: AwsDoor, settings: Settings | None = None) -> Worlds:
    """Return every world there is; without settings nothing over HTTP is configured."""
    gate = (settings or Settings()).gate
    litellm = LitellmDoor(
        url=gate.litellm_url,
        read_key=secret(gate.litellm_read_key),
        act_key=secret(gate.litellm_act_key),
        send=HttpSend(),
        clock=aws.clock,
    )
    return Worlds({"aws": aws, "litellm": litellm})
