"""What `tocsin doctor` says of the process that reads payloads: whether it starts."""

from collections.abc import Iterator

from bot.cli.checks import OK, Check
from bot.config import Settings
from bot.reading.apart import Apart
from bot.rulings import read_rulings

# Nothing is read here, so that no placeholder is ever made with it.
_NO_KEY = bytes(32)


def look(settings: Settings) -> Iterator[Check]:
    """Start it as the bot does, and end it again.

    Raises:
        Unreachable: It does not start.
    """
    reader = Apart(read_rulings(settings, key=_NO_KEY).texts)
    try:
        reader.wait()
    finally:
        reader.close()
    yield Check(name="reader", state=OK, says="payloads are read in their own process")
