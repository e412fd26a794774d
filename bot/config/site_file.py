"""Reads a file that the settings name: rules, registry, definition of sensitive data.

What stands in it is the business of its reader.
"""

from pathlib import Path

from bot.domain.errors import BadSettings


def site_text(path: Path | None) -> str:
    """Return the text of a file of the site's own; "" when none is named.

    Raises:
        BadSettings: It is not there, cannot be read, or is not UTF-8.
    """
    if path is None:
        return ""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        because = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        because = "it is not UTF-8"
    raise BadSettings(
        f"{path.name} was not read",
        because=because,
        next_move="Correct the path in the settings, or the file.",
    )


def site_name(path: Path | None) -> str:
    """Return how messages and answers name a file of the site's own."""
    return path.name if path else "no file"
