"""`tocsin timeline`: the story of one incident, as the log tells it."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from bot.readmodels.timeline import Line


@click.command()
@click.argument("incident")
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "json", "csv"]),
    default="md",
    show_default=True,
    help="How to print it.",
)
def timeline(incident: str, form: str) -> None:
    """Print who did what and when in INCIDENT, for example INC-0001."""
    from bot.cli.opening import open_store
    from bot.readmodels import timeline_export
    from bot.readmodels.timeline import story

    store, _ = open_store()
    try:
        told = store.read(lambda tx: story(tx, incident.upper()))
    finally:
        store.close()
    _refuse_unknown(incident, told)
    export = {
        "md": timeline_export.markdown,
        "json": timeline_export.as_json,
        "csv": timeline_export.as_csv,
    }[form]
    click.echo(export(incident.upper(), told), nl=False)


def _refuse_unknown(incident: str, story: "tuple[Line, ...]") -> None:
    from bot.domain.errors import NotFound

    if not story:
        raise NotFound(
            "No timeline was printed",
            because=f"there is no incident {incident!a}",
            next_move="See the open ones with `/incident list`.",
        )
