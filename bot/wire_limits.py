"""Puts together what holds plans back: the calendar, the limits, and the freezes."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.config import Settings
from bot.config.site_file import site_name, site_text
from bot.domain.freeze import Freeze, FreezeWindow
from bot.domain.freezing import on_now
from bot.domain.gate_limits import NOBODY_NAMED, ActionLimit, GateLimits
from bot.domain.registry import Registry
from bot.gate import freezes
from bot.gate.catalogue import load_actions, with_site
from bot.plans.holds import Holds
from bot.ports import Transaction
from bot.ports.action import Action
from bot.rules.calendar_file import Calendar, Known, read_calendar
from bot.rules.registry_file import read_registry


def calendar_of(
    settings: Settings, registry: Registry, actions: Iterable[str]
) -> Calendar:
    """Return the site's calendar; an empty one where the settings name none.

    Raises:
        BadSettings: It cannot be used.
    """
    path = settings.gate.calendar
    systems = [one.id for one in registry.systems]
    known = Known(systems=systems, actions=sorted(actions))
    return read_calendar(site_text(path), known=known, name=site_name(path))


def frozen_now(
    tx: Transaction, windows: Sequence[FreezeWindow], now: datetime
) -> Sequence[Freeze]:
    """Return the freezes that are on, for whoever only looks and decides nothing."""
    return [one for one, _ in on_now(freezes.load(tx), windows, now)]


def planned_windows(
    settings: Settings, site: Iterable[Action]
) -> tuple[FreezeWindow, ...]:
    """Return the freezes that the site planned, for whoever only looks.

    Args:
        site: Actions that the site describes itself.

    Raises:
        BadSettings: The calendar, or what its names are compared with, cannot be used.
    """
    if settings.gate.calendar is None:
        return ()
    path = settings.registry.file
    registry = read_registry(site_text(path)) if path else Registry()
    catalogue = with_site(load_actions(), site)
    return calendar_of(settings, registry, catalogue).windows


def holds_of(settings: Settings, registry: Registry, calendar: Calendar) -> Holds:
    """Return what holds plans back here."""
    gate = settings.gate
    standard = ActionLimit(per_hour=gate.action_per_hour, per_day=gate.action_per_day)
    limits = GateLimits(
        action=standard,
        actions=calendar.limits,
        all_per_hour=gate.all_per_hour,
        system_per_hour=gate.system_per_hour,
        target_pause=timedelta(minutes=gate.target_pause_min),
        proposals_per_hour=gate.proposals_per_hour,
        keeper=gate.limits_owner or NOBODY_NAMED,
    )
    return Holds(registry=registry, windows=calendar.windows, limits=limits)
