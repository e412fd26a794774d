"""The registry of AI systems: what is known of the system that an alert is about.

Collects only, and asks nobody: the registry is in memory.
"""

import json
from dataclasses import fields
from typing import Any

from bot.domain.envelope import Alert
from bot.domain.registry import ApprovedChange, Registry, System
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="registry",
    title="Registry of AI systems",
    docs="https://docs.python.org/3/library/json.html",
    summary="Owner, tier, parts, rollback plan and approved changes of the system.",
    ours=True,
)
COLLECT_NEEDS = ("registry",)
_NOT_SHOWN = frozenset({"changes", "baselines"})
_FILE = "registry-system.json"


def concerns(alert: Alert) -> bool:
    """Tell whether the alert names a registered system."""
    return bool(alert.system)


def is_configured(*, registry: Registry) -> bool:
    """Tell whether any system is registered."""
    return bool(registry.systems)


def collect(
    alert: Alert, window: Window, *, reader: Any, registry: Registry
) -> tuple[Collected, ...]:
    """Return the system of an alert as the registry has it."""
    del reader
    if not alert.system:
        return ()
    call = f"registry system={alert.system}"
    system = registry.get(alert.system)
    if system is None:
        says = "The system of this alert is in the registry no more."
        return (Collected(name=_FILE, content="", says=says, call=call),)
    shown = {
        one.name: getattr(system, one.name)
        for one in fields(System)
        if one.name not in _NOT_SHOWN
    }
    shown["approved_changes"] = [_change(one, window) for one in system.changes]
    shown["watched"] = [f"{one.name} ({one.kind})" for one in system.baselines]
    content = json.dumps(shown, indent=1, ensure_ascii=False)
    return (
        Collected(name=_FILE, content=content, says=_says(system, alert), call=call),
    )


def _change(one: ApprovedChange, window: Window) -> dict[str, Any]:
    return {
        "ticket": one.ticket,
        "begins": one.begins.isoformat(),
        "ends": one.ends.isoformat(),
        "touches_the_window": one.begins <= window.until and one.ends >= window.since,
    }


def _says(system: System, alert: Alert) -> str:
    told = f"The registry's system {system.id}, risk tier {system.risk_tier}."
    change = system.change_at(alert.detected_at)
    if change is not None:
        told += f" {change.ticket} was approved for the time of the alert."
    elif system.changes:
        told += " No approved change was in force when the alert came."
    return told if system.rollback_plan else f"{told} It has no rollback plan."
