"""Every integration's part ``collect``: what can be read about an alert.

Found like the parsers (`bot/triage.py`) and the actions (`bot/gate/catalogue.py`).
What is done with what they read, redacting and sealing it, is `bot/sharing`'s.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from pydantic import SecretStr

from bot.config import Settings, secret
from bot.config.sources import Source
from bot.domain.envelope import Alert
from bot.domain.registry import Registry
from bot.ports.ask import Ask
from bot.ports.collect import Collector
from bot.ports.probe import Probe

_NOTHING_SET: Mapping[str, Source] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What collectors take from the house.

    Attributes:
        settings: For those whose settings stand in a section of their own.
        ask: Asks services; only those that the settings name.
        registry: The AI systems of this installation.
    """

    settings: Settings = field(default_factory=Settings)
    ask: Ask | None = None
    registry: Registry = field(default_factory=Registry)


def load_collectors(
    sources: Mapping[str, Source] = _NOTHING_SET, given: Given | None = None
) -> Mapping[str, Collector]:
    """Return what can collect, by the name of the integration, in order of name.

    One that says that it ``is_configured`` is left out where it is not.

    Args:
        sources: The settings' ``[sources.<name>]``. A collector whose module names
            settings in ``COLLECT_SETTINGS`` gets them, each from the source it says,
            or from the section where it says ``[section]``.
        given: What else it asks for, by ``COLLECT_NEEDS``: ``ask``, ``registry``.
    """
    return {
        module.MANIFEST.name: _collector(module, known)
        for module, known in _configured(sources, given or Given())
    }


def load_probes(given: Given) -> Mapping[str, Probe]:
    """Return what `tocsin doctor` can ask, of each collector that is configured."""
    return {
        module.MANIFEST.name: cast("Probe", _bound(module.probe, known))
        for module, known in _configured(given.settings.sources, given)
        if hasattr(module, "probe")
    }


def _configured(
    sources: Mapping[str, Source], given: Given
) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    """Yield each module that collects here, and what it gets."""
    import integrations

    names = sorted(one.name for one in pkgutil.iter_modules(integrations.__path__))
    for name in names:
        module = importlib.import_module(f"integrations.{name}")
        if not hasattr(module, "collect"):
            continue
        known = _known(module, sources, given)
        is_configured = getattr(module, "is_configured", None)
        if is_configured is None or is_configured(**known):
            yield module, known


def _collector(module: Any, known: Mapping[str, Any]) -> Collector:
    return Collector(
        name=module.MANIFEST.name,
        collect=_bound(module.collect, known),
        concerns=getattr(module, "concerns", _always),
        reads=tuple(getattr(module, "READS", ())),
    )


def _known(
    module: Any, sources: Mapping[str, Source], given: Given
) -> Mapping[str, Any]:
    wanted: Mapping[str, str] = getattr(module, "COLLECT_SETTINGS", {})
    found = {key: _setting(key, at, sources, given) for key, at in wanted.items()}
    needs = getattr(module, "COLLECT_NEEDS", ())
    return found | {need: getattr(given, need) for need in needs}


def _setting(
    key: str, place: str, sources: Mapping[str, Source], given: Given
) -> object:
    is_section = place.startswith("[")
    held = (
        getattr(given.settings, place.strip("[]"))
        if is_section
        else sources.get(place, Source())
    )
    value: object = getattr(held, key)
    is_hidden = isinstance(value, SecretStr) or key.endswith("_token")
    return secret(cast("SecretStr | None", value)) if is_hidden else value


def _bound(part: Callable[..., Any], known: Mapping[str, Any]) -> Callable[..., Any]:
    return partial(part, **known) if known else part


def _always(alert: Alert) -> bool:
    """Have a collector that does not say what concerns it asked about every alert."""
    return bool(alert.id)
