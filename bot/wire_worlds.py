"""Puts the worlds together that plans may change. Nothing is asked or decided here.

Each stands here under the first word of its actions' names, configured or not: what
is not configured is not offered, and whoever asks it anyway is told so.
"""

from bot.aws.door import AwsDoor
from bot.config import Settings
from bot.gate.worlds import Worlds
from bot.wire_kubernetes import kubernetes_door


def build_worlds(aws: AwsDoor, settings: Settings | None = None) -> Worlds:
    """Return every world there is; without settings only AWS is configured."""
    settings = settings or Settings()
    kubernetes = kubernetes_door(settings.kubernetes, aws.clock)
    return Worlds({"aws": aws, "kubernetes": kubernetes})
