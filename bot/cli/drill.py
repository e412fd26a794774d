"""`tocsin drill`: the scenarios, and runs of them.

Reading opens the store beside a running bot. A run asks the running bot with the
admin token; where none runs, the bot is started here with the practice workspace
and scripted people, and ends with the drill.
"""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.drills.shelf import DrillShelf
    from bot.readmodels.drills import DrillRow

_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group()
def drill() -> None:
    """Practise: play a scenario through the real bot, touching nothing real."""


@drill.command("list")
@_json
def list_drills(*, as_json: bool) -> None:
    """List the scenarios, and the runs there were."""
    from bot.cli.opening import open_settings

    settings = open_settings()
    shelf = _shelf(settings)
    scenarios = [_line(shelf, name) for name in shelf.names()]
    runs = [
        {
            "drill": row.id,
            "scenario": row.scenario,
            "state": row.run,
            "started_at": row.started_at.isoformat(),
        }
        for row in _runs(settings)
    ]
    if as_json:
        click.echo(json.dumps({"scenarios": scenarios, "runs": runs}, indent=1))
        return
    for one in scenarios:
        click.echo(f"{one['id']:24} {one['title']} ({one['duration_min']} min)")
    for run in runs:
        click.echo(f"{run['drill']}  {run['scenario']:24} {run['state']}")


@drill.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_json
def lint(files: tuple[Path, ...], *, as_json: bool) -> None:
    """Say what is wrong with scenario FILES; without any, with all shipped ones.

    Each line names file, line, field, what is wrong and what to do. A warning does
    not fail: the scenario can be played, though not as it was meant.
    """
    from bot.cli.opening import open_settings

    shelf = _shelf(open_settings())
    paths = files or tuple(shelf.folder / f"{name}.yaml" for name in shelf.names())
    findings = [(shelf.lint(path), path) for path in paths]
    broken = any(scenario is None for (scenario, _), _ in findings)
    if as_json:
        told = [
            {
                "file": str(path),
                "ok": scenario is not None,
                "findings": [_plain(one) for one in found],
            }
            for (scenario, found), path in findings
        ]
        click.echo(json.dumps({"files": told}, indent=1))
    else:
        for (scenario, found), path in findings:
            for one in found:
                click.echo(str(one))
            click.echo(f"{path.name}: {'can' if scenario else 'cannot'} be played")
    if broken:
        raise click.exceptions.Exit(1)


@drill.command()
@click.argument("scenario")
@click.option(
    "--speed",
    type=click.IntRange(1, 600),
    help="Scenario minutes a real minute holds; the scenario's own if not given.",
)
@_json
def run(scenario: str, speed: int | None, *, as_json: bool) -> None:
    """Play SCENARIO to its end and print the report.

    A running bot plays it with its people. Where none runs, it is played here in
    the practice workspace by scripted people. Ctrl-C stops the drill.
    """
    from bot.cli.opening import open_settings

    _show(_played(open_settings(), scenario, speed), as_json=as_json)


@drill.command()
@click.argument("drill_id", metavar="ID")
@_json
def report(drill_id: str, *, as_json: bool) -> None:
    """Print the report of a run, for example dr_01…; `last` is the newest."""
    from bot.cli.opening import open_store
    from bot.clock import SystemClock
    from bot.drills.book import DrillBook
    from bot.drills.master import report_of
    from bot.readmodels import drills
    from bot.slack.drill_cards import DrillCards

    store, _ = open_store(read_only=True)
    book = DrillBook(store=store, clock=SystemClock(), draw=DrillCards())
    try:
        found = store.read(
            lambda tx: report_of(
                tx, book, drills.newest_id(tx) if drill_id == "last" else drill_id
            )
        )
    finally:
        store.close()
    _show(dict(found), as_json=as_json)


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    from bot.cli.guarded import guards
    from bot.guards import plain_masked
    from bot.readmodels import drill_export

    found = dict(plain_masked(found, guards()))
    text = json.dumps(found, indent=1) + "\n" if as_json else drill_export.text(found)
    click.echo(text, nl=False)


def _played(settings: "Settings", scenario: str, speed: int | None) -> dict[str, Any]:
    from bot.cli.drill_here import play_here
    from bot.cli.lock import only_process
    from bot.domain.errors import BadSettings

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        try:
            held.enter_context(only_process(settings.home))
        except BadSettings:
            return _asked(settings.home, scenario, speed)
        chosen = _shelf(settings).read(scenario)
        return play_here(settings, chosen, speed or chosen.speed)


def _asked(home: Path, scenario: str, speed: int | None) -> dict[str, Any]:
    """Have the running bot play it; Ctrl-C stops the drill, not only the waiting."""
    from bot.cli.drill_here import until_over
    from bot.cli.running_bot import found

    bot = found(home)
    asked = {"scenario": scenario} | ({"speed": speed} if speed else {})
    drill_id = bot.ask("POST", "/admin/drills", asked)["drill"]
    click.echo(f"{drill_id}: playing; Ctrl-C stops it", err=True)
    try:
        return until_over(bot, drill_id)
    except KeyboardInterrupt:
        bot.ask("POST", "/admin/drills/stop", {})
        return until_over(bot, drill_id)


def _shelf(settings: "Settings") -> "DrillShelf":
    from bot.config import shipped_runbooks
    from bot.drills.shelf import DrillShelf
    from bot.triage import load_integrations

    folder = settings.drills.folder or shipped_runbooks() / "drills"
    return DrillShelf(folder=folder, sources=frozenset(load_integrations()))


def _line(shelf: "DrillShelf", name: str) -> dict[str, Any]:
    scenario, _ = shelf.lint(shelf.folder / f"{name}.yaml")
    return {
        "id": name,
        "title": scenario.title if scenario else "cannot be played, see lint",
        "duration_min": scenario.duration_min if scenario else 0,
        "playable": scenario is not None,
    }


def _runs(settings: "Settings") -> "tuple[DrillRow, ...]":
    from bot.cli.opening import STORE_FILE, open_store
    from bot.readmodels import drills

    if not (settings.home / STORE_FILE).exists():
        return ()
    store, _ = open_store(read_only=True)
    try:
        return store.read(drills.rows)
    finally:
        store.close()


def _plain(finding: Any) -> dict[str, Any]:
    return {
        "line": finding.line,
        "field": finding.field,
        "because": finding.because,
        "next_move": finding.next_move,
        "warning": finding.is_warning,
    }
