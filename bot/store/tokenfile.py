"""Tokens that this installation made for itself, one file each.

They are shown to who may read the file: its owner. Keys, which are never shown,
are in `keyfile.py`.
"""

import os
import secrets
import stat
from pathlib import Path

from bot.domain.errors import BadSettings

_TOKEN_BYTES = 32


def token_text(path: Path) -> str:
    """Return the token in a file; made, readable by its owner only, when missing.

    Raises:
        BadSettings: Others may read the file, or it is empty.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    with os.fdopen(made, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(_TOKEN_BYTES))
    return _read(path)


def _read(path: Path) -> str:
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise BadSettings(
            "The token was not used",
            because=f"others can read {path.name}",
            next_move=f"Remove {path}; a new one is made at the next start.",
        )
    text = path.read_text("ascii").strip()
    if not text:
        raise BadSettings(
            "The token was not used",
            because=f"{path.name} is empty",
            next_move=f"Remove {path}; a new one is made at the next start.",
        )
    return text
