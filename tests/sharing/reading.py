"""A bundle as whoever opened it has it."""

from collections.abc import Mapping
from typing import Any

from bot.sharing.archive import read_archive


class Opened:
    """Manifest and files of a bundle.

    Attributes:
        told: What the manifest says of each file, by its name.
        missing: Why something is not there, by integration.
        all: Everything as one text, to look for what must not be in it.
    """

    def __init__(self, content: bytes) -> None:
        self.manifest, self.files = read_archive(content)
        self.told: Mapping[str, Any] = {
            one["name"]: one for one in self.manifest["files"]
        }
        self.missing = {one["by"]: one["why"] for one in self.manifest["missing"]}
        self.all = content.decode("utf-8", "replace")

    def text(self, name: str) -> str:
        return self.files[name].decode()

    def says(self, name: str) -> str:
        return str(self.told[name]["says"])
