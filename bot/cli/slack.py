"""`tocsin slack`: what is needed to connect a workspace. Talks to nobody."""

import json

import click


@click.group()
def slack() -> None:
    """Connect Tocsin with a Slack workspace."""


@slack.command("manifest")
@click.option(
    "--url", help="Public address of Tocsin, e.g. https://tocsin.example.com."
)
@click.option(
    "--socket-mode", is_flag=True, help="For Socket Mode: no public address is needed."
)
def show_manifest(*, url: str | None, socket_mode: bool) -> None:
    """Print the app manifest to create the Slack app from."""
    from bot.slack.manifest import manifest

    if url and socket_mode:
        raise click.UsageError("Socket Mode has no address: leave out --url.")
    click.echo(json.dumps(manifest(url=url, socket_mode=socket_mode), indent=2))
