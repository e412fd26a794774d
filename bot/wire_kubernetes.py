"""Puts the cluster together in which plans may act; asks and decides nothing."""

from datetime import datetime

from bot.config.kubernetes_section import KubernetesSection
from bot.outside.k8s.base import Base, open_base
from bot.outside.k8s.door import KubernetesDoor
from bot.outside.k8s.session import Reach
from bot.ports import Clock


def kubernetes_door(section: KubernetesSection, clock: Clock) -> KubernetesDoor:
    """Return the door to the cluster of the settings, or one that leads nowhere."""

    def opened(now: datetime) -> Base:
        return open_base(section.context, section.config, now, section.program)

    return KubernetesDoor(
        clock=clock,
        opened=opened if section.context else None,
        space=section.accounts,
        reach=Reach(namespaces=frozenset(section.namespaces), nodes=section.nodes),
    )
