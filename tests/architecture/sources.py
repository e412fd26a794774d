"""The project's own Python files, for the architecture tests.

A file is read and parsed when a test first asks, since every worker of the suite
imports this list and few look into every file. What the rules are stands in the test
files beside this one.
"""

import ast
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(kw_only=True)
class Facts:
    """What the tests ask of a file's code. Its tree is not kept: it is large.

    Attributes:
        imports: Each imported dotted name: ``from a import b`` gives a and a.b.
        attributes: Each ``name.attribute`` that the code mentions, ``os.environ``.
        functions: Each function's name and its lines, without its docstring.
    """

    imports: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    functions: list[tuple[str, int]] = field(default_factory=list)

    def take(self, node: ast.AST) -> None:
        """Add what one node of the tree says."""
        match node:
            case ast.Import(names=names):
                self.imports |= {name.name for name in names}
            case ast.ImportFrom(module=str(module), names=names):
                self.imports |= {module, *(f"{module}.{name.name}" for name in names)}
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                self.attributes.add(f"{name}.{attribute}")
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self.functions.append((node.name, _lines(node)))
            case _:
                pass


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
    def facts(self) -> Facts:
        """What its code says."""
        found = Facts()
        for node in ast.walk(ast.parse(self.text)):
            found.take(node)
        return found

    def mentions(self, *words: str) -> bool:
        """Return whether one of the words stands anywhere in the file.

        Code cannot use a name without writing it: most files need not be parsed.
        """
        return any(word in self.text for word in words)

    def is_in(self, *rooms: str) -> bool:
        """Return whether this file belongs to one of the rooms, given dotted."""
        return any(f"{self.module}.".startswith(f"{room}.") for room in rooms)


def read(*folders: str) -> tuple[Source, ...]:
    """Return every Python file under the folders, sorted by path."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    return tuple(_named(file) for file in sorted(files))


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how long a function is: saying more in its docstring costs no code."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _named(file: Path) -> Source:
    path = file.relative_to(ROOT)
    parts = path.with_suffix("").parts
    named = parts[:-1] if parts[-1] == "__init__" else parts
    return Source(path=path, module=".".join(named))


SHIPPED = read("bot", "integrations")
"""What is installed on a machine."""

OURS = SHIPPED + read("tests", "scripts")
"""Everything a person of this project wrote in Python."""
