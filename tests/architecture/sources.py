"""The project's own Python files, for the architecture tests.

A file is read and parsed when a test first asks, since every worker of the suite
imports this list and few look into every file. What the rules are stands in the test
files beside this one.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One Python file of ours.

    Attributes:
        path: Relative to the repository, ``bot/domain/errors.py``.
        module: Dotted name, ``bot.domain.errors``.
    """

    path: Path
    module: str

    @cached_property
    def text(self) -> str:
        """The whole file."""
        return (ROOT / self.path).read_text("utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        """The same, parsed."""
        return ast.parse(self.text)

    def is_in(self, *rooms: str) -> bool:
        """Return whether this file belongs to one of the rooms, given dotted."""
        return any(f"{self.module}.".startswith(f"{room}.") for room in rooms)

    def imports(self) -> Iterator[str]:
        """Yield each imported dotted name: ``from a import b`` gives a and a.b."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Import(names=names):
                    yield from (name.name for name in names)
                case ast.ImportFrom(module=str(module), names=names):
                    yield module
                    yield from (f"{module}.{name.name}" for name in names)
                case _:
                    pass

    def attributes(self) -> Iterator[str]:
        """Yield each ``name.attribute`` that the code mentions, ``os.environ``."""
        for node in ast.walk(self.tree):
            match node:
                case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                    yield f"{name}.{attribute}"
                case _:
                    pass


def read(*folders: str) -> tuple[Source, ...]:
    """Return every Python file under the folders, sorted by path."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return tuple(_named(file) for file in sorted(files))


def _named(file: Path) -> Source:
    path = file.relative_to(ROOT)
    parts = path.with_suffix("").parts
    named = parts[:-1] if parts[-1] == "__init__" else parts
    return Source(path=path, module=".".join(named))


SHIPPED = read("bot", "integrations")
"""What is installed on a machine."""

OURS = SHIPPED + read("tests", "scripts")
"""Everything a person of this project wrote in Python."""
