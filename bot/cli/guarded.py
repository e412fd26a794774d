"""What the command line says, masked: its log lines, its errors, what it shows.

The definition is that of this installation, read when there is something to mask;
where its settings cannot be read, the shipped one. What is put on a terminal whole is
said in docs/concepts/redaction.md.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.guards import Guards
    from bot.redact import Redacted, Redactor


# What is suspicious only because nothing else stands beside it.
_LONE = "lone_token"


class Unread:
    """A redactor that is read at its first text."""

    def redact(self, text: str, *, scope: str = "") -> "Redacted":
        """Redact a text that stands alone."""
        return _redactor().redact(text, scope=scope)


@cache
def guards() -> "Guards":
    """Return what masks the texts of this command."""
    from bot.guards import Guards

    return Guards(Unread())


def masked(text: str) -> str:
    """Return one text as it may be shown."""
    return guards().text(text)


def say(text: str, *, err: bool = False) -> None:
    """Print one line, masked."""
    import click

    click.echo(masked(text), err=err)


def say_json(value: object) -> None:
    """Print JSON values in one line, every string masked; we name the fields.

    They are names that the operator gave. One long word is a name here, though it would
    be taken for a key where it stands alone in an alert.
    """
    import json

    import click

    from bot.guards import plain_masked

    click.echo(json.dumps(plain_masked(value, _Given())))


class _Given:
    """Masks what an operator wrote in a file of theirs."""

    def text(self, text: str) -> str:
        """Return the text that may be shown."""
        return _given(text)


@cache
def _given(text: str) -> str:
    found = _redactor().redact(text)
    kinds = {one.kind for one in found.findings}
    return text if kinds == {_LONE} else found.text


@cache
def _redactor() -> "Redactor":
    """Return the redactor of this installation, with the key of its placeholders."""
    import secrets

    from bot.cli.opening import KEYS_DIRECTORY, open_settings
    from bot.config.site_file import site_text
    from bot.domain.errors import TocsinError
    from bot.redact import Redactor, load_definition
    from bot.store.keyfile import FileKeys

    overlay, key = None, secrets.token_bytes(32)
    try:
        settings = open_settings()
        overlay = site_text(settings.redact.overlay) or None
        if (settings.home / KEYS_DIRECTORY).is_dir():
            key = FileKeys(settings.home / KEYS_DIRECTORY).placeholder_key()
        return Redactor(load_definition(overlay), key=key)
    except (TocsinError, OSError):
        return Redactor(load_definition(None), key=key)
