"""Opens what the commands need: the settings, the store, the keys."""

from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store.keyfile import FileKeys
    from bot.store.sqlite import SqliteStore

STORE_FILE = "tocsin.db"
KEYS_DIRECTORY = "keys"


def open_settings() -> "Settings":
    """Read the settings.

    Raises:
        BadSettings: Every problem found.
    """
    from bot.config import load

    return load()


def open_store(*, read_only: bool = True) -> "tuple[SqliteStore, FileKeys]":
    """Open the store of TOCSIN_HOME and its keys.

    Raises:
        BadSettings: There is no store yet, or it cannot be used.
    """
    from bot.store.keyfile import FileKeys
    from bot.store.sqlite import SqliteStore

    home = open_settings().home
    path = Path(home) / STORE_FILE
    if read_only and not path.exists():
        raise BadSettings(
            "Nothing was read",
            because=f"there is no log in {home}",
            next_move="Start the bot once with `tocsin run`, or set TOCSIN_HOME.",
        )
    return SqliteStore(path, read_only=read_only), FileKeys(home / KEYS_DIRECTORY)
