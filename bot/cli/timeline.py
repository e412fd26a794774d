"""`tocsin timeline`: the story of one incident, as the log tells it."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.errors import NotFound
    from bot.ports import Keys
    from bot.store.sqlite import SqliteStore
    from bot.web.dossier import Reading


@click.command()
@click.argument("incident")
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "json", "csv", "html"]),
    default="md",
    show_default=True,
    help="How to print it; html is the whole page of the incident.",
)
def timeline(incident: str, form: str) -> None:
    """Print who did what and when in INCIDENT, for example INC-0001."""
    if form == "html":
        click.echo(_as_html(incident.upper()), nl=False)
        return
    from bot.cli.guarded import guards
    from bot.cli.opening import open_store
    from bot.readmodels import timeline_export
    from bot.readmodels.definitions import definitions
    from bot.readmodels.timeline import story

    store, _ = open_store()
    try:
        told, known = store.read(
            lambda tx: (story(tx, incident.upper()), definitions(tx))
        )
    finally:
        store.close()
    if not told:
        raise unknown(incident)
    export = {
        "md": timeline_export.markdown,
        "json": timeline_export.as_json,
        "csv": timeline_export.as_csv,
    }[form]
    shown = [
        line if line.words is None else replace(line, words=guards().words(line.words))
        for line in told
    ]
    masked_by = known[-1].told() if known else ""
    click.echo(export(incident.upper(), shown, masked_by=masked_by), nl=False)


def _as_html(incident: str) -> str:
    """Return the whole page of an incident as a file that stands alone."""
    from bot.cli.guarded import masked
    from bot.cli.opening import open_settings, open_store
    from bot.web.rendering import incident_file

    store, keys = open_store()
    try:
        found = reading_of(open_settings(), store, keys).dossier(incident)
    finally:
        store.close()
    if found is None:
        raise unknown(incident)
    return incident_file(found, mask=masked)


def reading_of(settings: "Settings", store: "SqliteStore", keys: "Keys") -> "Reading":
    """Return who reads incidents for what is printed."""
    from bot.cli.demo import demo_registry
    from bot.clock import SystemClock
    from bot.rulings import read_rulings
    from bot.viewing import Viewing
    from bot.web.dossier import Reading

    key, known = keys.placeholder_key(), demo_registry(settings)
    rulings = read_rulings(settings, key=key, registry=known)
    clock = SystemClock()
    viewing = Viewing(
        clock=clock,
        registry=rulings.registry,
        category_titles=rulings.category_titles(),
    )
    return Reading(store=store, clock=clock, keys=keys, viewing=viewing)


def unknown(incident: str, what: str = "No timeline was printed") -> "NotFound":
    """Return the refusal where no incident has this id."""
    from bot.domain.errors import NotFound

    return NotFound(
        what,
        because=f"there is no incident {incident!a}",
        next_move="See the open ones with `/incident list`.",
    )
