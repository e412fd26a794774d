"""`tocsin seal` and `tocsin unseal`: a file for one reader, once.

Sealed and opened in this process: neither the plaintext nor its key ever travels. The
bot keeps ciphertext and what proves the key, so only whoever has the link can read it.
`seal` hands over to the running bot with the admin token; when none runs, the core is
started here for it, and the link opens once the bot runs.
"""

import json
import re
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlencode

import click

from bot.domain.errors import BadRequest, BadSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.ports.sharing import Sealed
    from bot.sharing.seal import Sink

    Writing = Callable[[Sink], None]

_LIFE = re.compile(r"(\d{1,6})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_PERSON = re.compile(r"<?@?([UW][A-Z0-9]{2,30})>?")


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--expires", default="4h", show_default=True, help="When it dies, e.g. 30m or 1h."
)
@click.option("--for", "person", default="", help="Slack id it is for: U….")
@click.option("--opens", default=1, show_default=True, help="How often the link opens.")
def seal(file: IO[bytes], expires: str, person: str, opens: int) -> None:
    """Seal FILE (- for standard input) and print its link as JSON.

    The link opens as often as --opens says, until --expires. Whoever has it can open
    it; --for only says in the record whom it was made for.
    """
    from bot.cli.opening import open_settings
    from bot.ports.sharing import Sealed
    from bot.sharing import proof
    from bot.sharing import seal as sealing

    settings = open_settings()
    key, ticket = sealing.new_key(), proof.new_secret()
    recipient = settings.web.share_recipient
    if recipient:
        sealing.read_recipient(recipient)
    sealed = Sealed(
        ticket=proof.digest(ticket),
        auth=proof.auth_key(key),
        life_s=_seconds(expires),
        opens=opens,
        person=_person(person),
    )

    def write(sink: "Sink") -> None:
        sealing.seal_stream(file, sink, key=key, also=recipient)

    kept = _hand_over(settings, sealed, write)
    link = sealing.Link(
        base_url=kept["base_url"], share=kept["share"], ticket=ticket, key=key
    )
    shown = {
        "share": kept["share"],
        "url": link.text(),
        "expires_at": kept["expires_at"],
    }
    click.echo(json.dumps(shown))


@click.command()
@click.argument("url", callback=lambda _, __, given: _asked_for(given))
@click.option(
    "-o", "--output", "output", default="-", help="File to write; it is replaced whole."
)
def unseal(url: str, output: str) -> None:
    """Open the link URL, write what was sealed to standard output, and say so.

    Give the URL in quotes, or - to be asked for it, so that no shell keeps it. It opens
    once, unless it was made for more. What is printed is checked piece by piece; only
    exit status 0 says that it is all of it. With -o there is either the whole FILE or
    none. Diagnostics are a tar of plain files: pipe them to `tar x`, or to
    `tar xO manifest.json`.
    """
    from bot.cli.share_client import open_into
    from bot.cli.whole_file import printed, whole_file

    with printed() if output == "-" else whole_file(Path(output)) as sink:
        acknowledge = open_into(url, sink)
    acknowledge()


def _asked_for(url: str) -> str:
    """Return the link; for ``-`` it is asked for, and not shown."""
    if url != "-":
        return url
    return str(click.prompt("Link", hide_input=True, err=True)).strip()


def _seconds(text: str) -> int:
    found = _LIFE.fullmatch(text.strip().lower())
    if found is None:
        raise BadRequest(
            "Nothing was sealed",
            because="what --expires says is not a time",
            next_move="Give a number and s, m, h or d, for example 1h.",
        )
    life = timedelta(**{_UNITS[found[2]]: int(found[1])})
    return int(life.total_seconds())


def _person(text: str) -> str:
    found = _PERSON.fullmatch(text)
    if text and found is None:
        raise BadRequest(
            "Nothing was sealed",
            because="--for is not a Slack id",
            next_move="Give the id of a person, for example U012AB3CD.",
        )
    return found[1] if found else ""


def _hand_over(
    settings: "Settings", sealed: "Sealed", write: "Writing"
) -> dict[str, Any]:
    """Keep it: here when no bot runs, else by asking the bot."""
    import asyncio

    from bot.cli.lock import only_process

    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as held:
        try:
            held.enter_context(only_process(settings.home))
        except BadSettings:
            return _ask(settings.home, sealed, write)
        return asyncio.run(_here(settings, sealed, write))


async def _here(
    settings: "Settings", sealed: "Sealed", write: "Writing"
) -> dict[str, Any]:
    """Start the core without its doors for this one share."""
    from bot.cli.serving import built, connect_account

    host, port = settings.server.host, settings.server.port
    house, _ = built(settings, f"http://{host}:{port}")
    try:
        connect_account(settings, house)
        assert house.seal is not None  # noqa: S101 - wiring sets it
        receiving = house.seal(sealed)
        try:
            write(receiving)
            kept = dict(receiving.finish())
        finally:
            receiving.discard()
    finally:
        house.checkpoints.sign_if_dirty()
        house.store.close()
    click.echo(
        "no bot runs with this home: the link opens once `tocsin run` does, at "
        f"{kept['base_url']}",
        err=True,
    )
    return kept


def _ask(home: Path, sealed: "Sealed", write: "Writing") -> dict[str, Any]:
    """Hand it to the running bot, as it is being sealed."""
    from bot.cli import running_bot
    from bot.cli.share_client import hand_over

    bot = running_bot.found(home)
    given = {
        "ticket": sealed.ticket,
        "auth": sealed.auth.hex(),
        "life_s": sealed.life_s,
        "opens": sealed.opens,
        "person": sealed.person,
    }
    status, answer = hand_over(
        f"{bot.url}/admin/shares?{urlencode(given)}",
        {"Authorization": f"Bearer {bot.token}"},
        write,
    )
    told = json.loads(answer) if answer else {}
    if status == 200:  # noqa: PLR2004 - OK
        return dict(told)
    raise BadRequest(
        str(told.get("what", "Nothing was sealed")),
        because=str(told.get("because", f"the bot answered {status}")),
        next_move=str(told.get("next_move", "Look at the log of the bot.")),
    )
