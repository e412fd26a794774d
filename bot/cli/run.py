"""`tocsin run`: the bot, in the foreground, until it is told to stop."""

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 picks one.")
@click.option("--host", help="Address to listen on.")
def run(port: int | None, host: str | None) -> None:
    """Start the bot; with no Slack token, in the practice workspace.

    Prints `ready <url>` once it takes alerts. Stops on Ctrl-C or SIGTERM after it
    has finished what it had accepted.
    """
    from bot.cli import garbage
    from bot.cli.opening import open_settings
    from bot.store.lean import load_lean

    garbage.hold()
    settings = open_settings()
    load_lean()
    given = {"port": port, "host": host}
    changed = {name: value for name, value in given.items() if value is not None}
    server = settings.server.model_copy(update=changed)

    from bot.reading.process import Process

    reader = Process()
    try:
        # It loads what it needs while we load the rest.
        from bot.cli.serving import serve

        serve(settings.model_copy(update={"server": server}), reader)
    finally:
        reader.end()
