"""`tocsin keys`: change the key that seals.

The running bot does it, asked with the admin token; when none runs, the core is started
in this process for it. The lock of TOCSIN_HOME tells which.
"""

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from bot.config import Settings

_LOOPBACK = "http://127.0.0.1"
# A gigabyte of payloads takes a minute or two.
_WITHIN_S = 1800


@click.group()
def keys() -> None:
    """Change the keys of this installation."""


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def rotate(*, as_json: bool) -> None:
    """Seal everything with a new key, and take the old key away.

    Sealed diagnostics still open, and links that are out still work. Killed in the
    middle, nothing is lost; run it again and it goes on.
    """
    done = _rotated()
    if as_json:
        click.echo(json.dumps(done))
        return
    click.echo("finished what an earlier run began" if done["resumed"] else "new key")
    click.echo(f"keys of shares wrapped anew: {done['shares']}")
    click.echo(f"payloads sealed anew: {done['payloads']}")
    click.echo(f"snapshots of evidence sealed anew: {done['evidence']}")
    click.echo(f"old keys removed: {done['keys_removed']}")


def _rotated() -> dict[str, Any]:
    import asyncio

    from bot.cli import running_bot
    from bot.cli.lock import only_process
    from bot.cli.opening import STORE_FILE, open_settings
    from bot.web.keys import PATH

    settings = open_settings()
    if not (settings.home / STORE_FILE).exists():
        raise BadSettings(
            "No key was changed",
            because=f"there is no log in {settings.home}",
            next_move="Start the bot once with `tocsin run`, or set TOCSIN_HOME.",
        )
    with ExitStack() as held:
        try:
            held.enter_context(only_process(settings.home))
        except BadSettings:
            bot = running_bot.found(settings.home)
            return bot.ask("POST", PATH, {}, within_s=_WITHIN_S)
        return asyncio.run(_here(settings))


async def _here(settings: "Settings") -> dict[str, Any]:
    """Start the core without its doors for this one change."""
    from bot.cli.serving import built, connect_account

    house, _ = built(settings, _LOOPBACK)
    try:
        connect_account(settings, house)
        assert house.rotate is not None  # noqa: S101 - wiring sets it
        return dict(house.rotate())
    finally:
        house.checkpoints.sign_if_dirty()
        house.store.close()
