"""Every integration's part ``collect``: what can be read about an alert.

Found like the parsers (`bot/triage.py`) and the actions (`bot/gate/catalogue.py`).
What is done with what they read, redacting and sealing it, is `bot/sharing`'s.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import partial
from typing import Any, cast

from bot.config.sources import Source
from bot.domain.envelope import Alert
from bot.ports.collect import Collect, Collector

_NOTHING_SET: Mapping[str, Source] = {}


def load_collectors(
    sources: Mapping[str, Source] = _NOTHING_SET,
) -> Mapping[str, Collector]:
    """Return what can collect, by the name of the integration, in order of name.

    Args:
        sources: The settings' ``[sources.<name>]``. A collector whose module names
            settings in ``COLLECT_SETTINGS`` gets them, each from the source it says.
    """
    import integrations

    names = sorted(one.name for one in pkgutil.iter_modules(integrations.__path__))
    modules = [importlib.import_module(f"integrations.{name}") for name in names]
    return {
        module.MANIFEST.name: _collector(module, sources)
        for module in modules
        if hasattr(module, "collect")
    }


def _collector(module: Any, sources: Mapping[str, Source]) -> Collector:
    return Collector(
        name=module.MANIFEST.name,
        collect=_with_settings(module, sources),
        concerns=getattr(module, "concerns", _always),
        reads=tuple(getattr(module, "READS", ())),
    )


def _with_settings(module: Any, sources: Mapping[str, Source]) -> Collect:
    wanted: Mapping[str, str] = getattr(module, "COLLECT_SETTINGS", {})
    given = {
        key: getattr(sources.get(source, Source()), key)
        for key, source in wanted.items()
    }
    return cast(
        "Collect", partial(module.collect, **given) if given else module.collect
    )


def _always(alert: Alert) -> bool:
    """Have a collector that does not say what concerns it asked about every alert."""
    return bool(alert.id)
