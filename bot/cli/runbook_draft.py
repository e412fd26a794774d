"""`tocsin runbooks draft`: a runbook file from what was done in one incident."""

from pathlib import Path

import click


def drafted(incident: str, output: Path | None) -> None:
    """Print a draft, or write it into a new file.

    Raises:
        NotFound: There is no such incident.
        BadRequest: The file is there already.
    """
    from bot.cli.demo import demo_registry
    from bot.cli.guarded import masked, say
    from bot.cli.opening import open_settings, open_store
    from bot.clock import SystemClock
    from bot.domain.errors import NotFound
    from bot.drafts import Drafts
    from bot.rulings import read_rulings

    store, keys = open_store()
    try:
        settings = open_settings()
        rulings = read_rulings(
            settings, key=keys.placeholder_key(), registry=demo_registry(settings)
        )
        drafts = Drafts(
            store=store,
            clock=SystemClock(),
            runbooks=rulings.runbooks,
            titles=rulings.category_titles(),
            mask=masked,
        )
        made = drafts.draft(incident)
    finally:
        store.close()
    if made is None:
        raise NotFound(
            "No runbook was drafted",
            because=f"there is no incident {incident!a}",
            next_move="See the open ones with `/incident list`.",
        )
    if output is None:
        click.echo(made.text, nl=False)
        return
    _write(output, made.text)
    say(f"{output}: {made.steps} steps, {made.todo} places are marked TODO", err=True)
    if output.stem != made.name:
        say(f"`lint` wants it to be called {made.name}.md", err=True)


def _write(output: Path, text: str) -> None:
    from bot.domain.errors import BadRequest

    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as there:
        raise BadRequest(
            "No runbook was written",
            because=f"{output.name} is there already",
            next_move="Name another file with -o.",
        ) from there
