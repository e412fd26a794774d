"""`tocsin gate sign-action` and its kin: a site's own HTTP actions, signed.

These read and write files only. The private key that signs actions belongs to whoever
reviews them, never onto the machine of the bot.
"""

import base64
import os
from pathlib import Path

import click

from bot.cli.guarded import say
from bot.domain.errors import BadSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(exists=False, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_ONLY_ME = 0o600


@click.command("new-action-key")
@click.argument("file", type=_NEW)
def new_action_key(file: Path) -> None:
    """Make a key that signs HTTP actions; FILE gets it, and its public half is printed.

    The public half goes into gate.http_keys. Keep FILE away from the bot's machine.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_ME)
    except OSError:
        raise BadSettings(
            "No key was made",
            because=f"{file} is there already, or cannot be written",
            next_move="Name another file.",
        ) from None
    with os.fdopen(handle, "wb") as out:
        out.write(pem)
    # Public, and useless when masked.
    click.echo(base64.b64encode(key.public_key().public_bytes_raw()).decode())


@click.command("sign-action")
@click.argument("file", type=_FILE)
@click.option("--key", required=True, type=_FILE, help="File with the private key.")
def sign_action(file: Path, key: Path) -> None:
    """Sign the HTTP action in FILE, after a look at it; writes FILE.sig.

    A file that could not be loaded is not signed.
    """
    from bot.gateways.message_signature import ed25519_signer
    from bot.gateways.site_files import SIGNATURE, parsed, statement

    raw = file.read_bytes()
    template = parsed(file.name, raw)
    try:
        signer = ed25519_signer("", key.read_bytes())
    except (TypeError, ValueError):
        raise BadSettings(
            f"{file.name} was not signed",
            because=f"{key.name} holds no Ed25519 private key in PEM",
            next_move="`tocsin gate new-action-key FILE` makes one.",
        ) from None
    signature = base64.b64encode(signer.sign(statement(raw))).decode()
    beside = file.with_name(file.name + SIGNATURE)
    beside.write_text(signature + "\n", "ascii")
    of = template.write
    say(f"{template.name}: {of.method} {template.host}{of.path}")
    say(f"signed: {beside.name}")


@click.command("lint-actions")
@click.argument("folder", type=_FOLDER, required=False)
def lint_actions(folder: Path | None) -> None:
    """Load the HTTP actions of FOLDER, or of the settings, as the bot would.

    Exit status: 0 all can be used, 1 one cannot; says which and why.
    """
    from bot.cli.opening import open_settings
    from bot.gate.catalogue import load_actions, with_site
    from bot.gateways import editions
    from bot.gateways.site_files import secrets_in, site_actions, site_keys

    settings = open_settings()
    gate = settings.gate
    found = site_actions(folder or gate.http_actions, gate.http_keys)
    editions.check(settings.home / editions.NAME, found)
    with_site(load_actions(), found)
    for one in found:
        site_keys(one, secrets_in(gate.http_secrets))
        of = one.TEMPLATE
        say(f"{of.name}: {of.write.method} {of.host}{of.write.path}")
    say(f"{len(found)} HTTP actions can be used", err=True)
