"""Opens a link from this process, as `tocsin unseal` does."""

import io
from collections.abc import Callable

from bot.cli.share_client import open_into


def open_link(url: str) -> tuple[bytes, Callable[[], None]]:
    """Return what a link holds, and how to say that it was opened."""
    plain = io.BytesIO()
    acknowledge = open_into(url, plain)
    return plain.getvalue(), acknowledge
