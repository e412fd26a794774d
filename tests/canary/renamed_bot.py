"""`tocsin` in a workspace whose people and channels have values for names."""

from typing import Any

from bot.cli import start
from bot.practice import settings, workspace
from tests.canary.canaries import canaries

_shipped = settings.shipped


def _renamed(name: str) -> Any:
    """Return a file that ships; of the cast, with a value in each name."""
    found = _shipped(name)
    if name != "cast.json":
        return found
    values = [one.text for one in canaries() if "\n" not in one.text]
    for group in ("people", "channels"):
        for n, one in enumerate(found[group]):
            for field in {"real_name", "topic"} & one.keys():
                one[field] = f"{one[field]} {values[n]}"
    return found


if __name__ == "__main__":
    setattr(workspace, "shipped", _renamed)  # noqa: B010 - it is not exported
    start()
