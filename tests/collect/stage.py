"""Alerts to collect about, the window, and asking without a house around it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from bot.collectors import load_collectors
from bot.config import Settings
from bot.config.collecting import CollectSection
from bot.config.sections import Watch
from bot.domain.envelope import Alert, Assessment, Entity, Envelope
from bot.domain.registry import Registry, System
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from bot.ports.collect import Collected, Window
from bot.wire_collect import collecting
from tests.fakes.clock import NOON

WINDOW = Window(since=NOON - timedelta(minutes=30), until=NOON + timedelta(minutes=10))
TOKEN = "t0ken" * 4
CLAIMS = System(id="claims", title="Claims", owner="@ml")


def alert(
    *entities: Entity,
    source: str = "alertmanager",
    system: str = "",
    event_id: str = "",
    category: str = "availability",
    **labels: str,
) -> Alert:
    """Return an alert as its parser and the redactor leave it."""
    envelope = Envelope(
        source=source,
        source_event_id=event_id,
        dedup_key="d",
        title=Untrusted("Queue is long"),
        texts={f"labels.{name}": Untrusted(text) for name, text in labels.items()},
        entities=entities,
    )
    assessment = Assessment(
        category=category, rule="r", severity=Severity.SEV2, reasons=()
    )
    return Alert(
        id="al_1",
        received_at=NOON,
        envelope=envelope,
        assessment=assessment,
        system=system,
    )


def settings_with(prometheus: str = "", **collect: Any) -> Settings:
    """Return settings that name some services."""
    watch = Watch.model_validate(
        {"prometheus_url": prometheus, "prometheus_token": TOKEN}
    )
    return Settings(watch=watch, collect=CollectSection.model_validate(collect))


def collected(
    name: str,
    about: Alert,
    settings: Settings,
    *systems: System,
    window: Window = WINDOW,
) -> Sequence[Collected]:
    """Return what a collector reads, given what the house gives it."""
    given = collecting(settings, Registry(systems))
    collect: Callable[..., Any] = load_collectors(settings.sources, given)[name]
    found: Sequence[Collected] = collect(about, window, reader=None)
    return found


def files(found: Sequence[Collected]) -> dict[str, Collected]:
    """Return files by name; no name comes twice."""
    made = {one.name: one for one in found}
    assert len(made) == len(found)
    return made
