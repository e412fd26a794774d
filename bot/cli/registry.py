"""`tocsin registry`: shows and checks the registry of AI systems.

How the file is read is `bot/rules/registry_file.py`; what a system is stands in
`bot/domain/registry.py`. Without a file and without Slack it is the demo registry of
the practice workspace.
"""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.guarded import say, say_json
from bot.cli.opening import open_settings

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.registry import Registry, System
    from bot.domain.watched import Baseline

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WANTED = ("deputy", "purpose", "region", "rollback_plan")


@click.group()
def registry() -> None:
    """Show and check the registry of AI systems."""


@registry.command("show")
@click.argument("system_id", metavar="[SYSTEM]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def show(system_id: str | None, *, as_json: bool) -> None:
    """Print every registered system with what is watched of it.

    Exit status: 0 shown, 1 there is no such system or the file cannot be used.
    """
    systems = registry_of(open_settings()).systems
    found = [one for one in systems if system_id in (None, one.id)]
    if as_json:
        say_json([_as_json(one) for one in found])
    else:
        for one in found:
            _print(one)
    if system_id and not found:
        say(f"there is no system {system_id}", err=True)
    sys.exit(1 if system_id and not found else 0)


@registry.command("lint")
@click.argument("file", type=_FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON list.")
def lint(file: Path | None, *, as_json: bool) -> None:
    """Check a registry FILE, by default the one of the settings.

    Exit status: 0 all is fine, 1 there are problems or the file cannot be used.
    """
    from bot.rules.registry_file import read_registry

    read = (
        read_registry(file.read_text("utf-8"), name=file.name)
        if file
        else registry_of(open_settings())
    )
    found = [
        {"system": system.id, "problem": problem}
        for system in read.systems
        for problem in problems(system, read)
    ]
    if as_json:
        say_json(found)
    else:
        for each in found:
            say(f"{each['system']}: {each['problem']}")
        watched = sum(len(one.baselines) for one in read.systems)
        counted = (
            (len(read.systems), "system"),
            (watched, "baseline"),
            (len(found), "problem"),
        )
        say(", ".join(_of(*each) for each in counted), err=True)
    sys.exit(1 if found else 0)


def _of(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def registry_of(settings: "Settings") -> "Registry":
    """Return the systems that the running bot would know.

    Raises:
        BadSettings: The file cannot be used.
    """
    from bot.cli.demo import demo_registry
    from bot.rules.registry_file import read_registry

    path = settings.registry.file
    if path is None:
        return demo_registry(settings)
    return read_registry(path.read_text("utf-8"), name=path.name)


def problems(system: "System", known: "Registry") -> Iterator[str]:
    """Yield what a reader of the registry would stumble over."""
    for name in _WANTED:
        if not getattr(system, name):
            yield f"{name} is missing"
    for other in known.systems:
        shared = set(system.entities) & set(other.entities)
        if other.id < system.id and shared:
            yield f"{', '.join(sorted(shared))} belongs to {other.id} as well"
    for one in system.baselines:
        if one.season == "week" and one.step_s > 3600:  # noqa: PLR2004 - an hour
            yield f"{one.name} has less than a point an hour: no season is learned"
        if one.kind in ("errors", "refusals", "interventions") and not one.least_width:
            yield f"{one.name} has no least_width: one error among zeros is unusual"


def _print(system: "System") -> None:
    owner = f"owner {system.owner}"
    deputy = f", deputy {system.deputy}" if system.deputy else ""
    say(f"{system.id}  {system.title}")
    say(f"  risk tier {system.risk_tier}, {system.stage}, {owner}{deputy}")
    if system.entities:
        say(f"  named as {', '.join(system.entities)}")
    for line in _gated(system):
        say(f"  {line}")
    for one in system.baselines:
        say(f"  watched: {_says(one)}")


def _gated(system: "System") -> Iterator[str]:
    """Yield what the gate reads of a system."""
    if system.data_stays:
        yield f"data stays in {', '.join(system.data_stays)}"
    if system.legal_hold:
        yield "under a legal hold"
    if system.customers:
        yield "customers use it"
    for name, members in system.groups:
        yield f"{name}: {', '.join(members)}"


def _says(one: "Baseline") -> str:
    from bot.watch.figures import read_from

    sides = {"high": "above", "low": "below", "both": "above or below"}
    width = f"{one.sigmas:g} deviations, at least {one.least_share:.0%}"
    wide = f" and {one.least_width:g} {one.unit}".rstrip() if one.least_width else ""
    told = f"{one.outside} of {one.of} points {sides[one.direction]}"
    return f"{one.name} ({one.kind}), {read_from(one)}: {told} {width}{wide}"


def _as_json(system: "System") -> dict[str, Any]:
    from bot.domain.watched import CloudWatchFigure

    shown = asdict(system)
    shown["baselines"] = [
        {
            **{key: value for key, value in asdict(one).items() if key != "source"},
            "cloudwatch"
            if isinstance(one.source, CloudWatchFigure)
            else "prometheus": (asdict(one.source)),
        }
        for one in system.baselines
    ]
    return shown
