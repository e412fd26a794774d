"""Puts together what collectors of services outside of AWS take from the house.

Nothing is decided here. The one `Ask` that they get reaches the addresses that the
settings and the registry name, and no other; it follows no redirect.
"""

from bot.collectors import Given
from bot.config import Settings
from bot.domain.registry import Registry
from bot.domain.watched import PrometheusFigure
from bot.web.asking import HttpAsk
from bot.web.fenced import ConditionalAsk, FencedAsk

# A bundle waits 30 s for all of them; each asks several times.
_DEADLINE_S = 6.0


def collecting(settings: Settings, registry: Registry) -> Given:
    """Return what collectors get."""
    # A Prometheus mostly speaks plain HTTP in one's own network; for the others the
    # settings refuse an address without TLS.
    ask = HttpAsk(plain_anywhere=True, deadline_s=_DEADLINE_S)
    urls = (
        settings.watch.prometheus_url,
        settings.collect.alertmanager_url,
        settings.collect.github_url,
        *_named_by(registry),
    )
    fenced = FencedAsk(ask=ConditionalAsk(ask=ask), urls=urls)
    return Given(settings=settings, ask=fenced, registry=registry)


def _named_by(registry: Registry) -> tuple[str, ...]:
    figures = (one.source for system in registry.systems for one in system.baselines)
    return tuple(
        one.url for one in figures if isinstance(one, PrometheusFigure) and one.url
    )
