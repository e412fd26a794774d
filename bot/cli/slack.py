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
def show_manifest(*, url: str | None) -> None:
    """Print the app manifest to create the Slack app from."""
    from bot.slack.manifest import manifest

    click.echo(json.dumps(manifest(url=url), indent=2))
