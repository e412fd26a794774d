"""Puts the worlds together that plans may change. Nothing is asked or decided here.

Each stands here under the first word of its actions' names, configured or not: what
is not configured is not offered, and whoever asks it anyway is told so.
"""

from bot.aws.door import AwsDoor
from bot.gate.worlds import Worlds
from bot.outside.k8s.door import KubernetesDoor


def build_worlds(aws: AwsDoor, kubernetes: KubernetesDoor) -> Worlds:
    """Return every world there is."""
    return Worlds({"aws": aws, "kubernetes": kubernetes})
