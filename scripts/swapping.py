"""The wrong code in place of the right one: in a function that is loaded, or afresh.

What is wrong with it is `mutations.py`'s business; who notices is `mutants.py`'s.
"""

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from scripts.mutations import Mutation

ROOT = Path(__file__).resolve().parent.parent
_CACHE = type(functools.cache(len))


@dataclass(frozen=True)
class Mutant:
    """One mutation of one file.

    Attributes:
        file: From the root of the repository, e.g. ``bot/domain/groups.py``.
    """

    file: str
    mutation: Mutation

    @property
    def short(self) -> str:
        """Return the file as people call it, e.g. ``domain/groups``."""
        return self.file.removeprefix("bot/").removesuffix(".py")

    @property
    def module(self) -> str:
        """Return the name by which it is imported."""
        return self.file.removesuffix(".py").replace("/", ".")

    @property
    def name(self) -> str:
        """Return what it is called in the list of those that change nothing."""
        return f"{self.short} {self.mutation.name}"

    @property
    def place(self) -> str:
        """Return the function it is in: its neighbours are killed by the same."""
        return f"{self.short} {self.mutation.where}"

    @property
    def code(self) -> CodeType:
        """Return the whole module, compiled with the one change."""
        return compile(self.mutation.tree, str(ROOT / self.file), "exec")


def in_place(mutant: Mutant) -> None:
    """Change a function that is loaded already, wherever it is known."""
    code, found = mutant.code, _Known(vars(sys.modules[mutant.module]))
    for part in mutant.mutation.where.split("."):
        code = next(
            one
            for one in code.co_consts
            if isinstance(one, CodeType) and one.co_name == part
        )
        found = found.part(part)
        if found.function is not None:  # what is within it comes with it
            found.function.__code__ = code
            return
    raise TypeError(f"{mutant.place} is no function")


def forget_answers(mutant: Mutant) -> None:
    """Empty the caches wherever its module is known: they hold what was right."""
    for name in _knowing(mutant.module):
        for held in list(vars(sys.modules[name]).values()):
            if isinstance(held, _CACHE):
                held.cache_clear()


def _knowing(changed: str) -> set[str]:
    """Return the module and all of ours that use it, at whatever remove."""
    ours = {name: vars(one) for name, one in sys.modules.items() if _is_ours(name)}
    uses = {name: {_home(one) for one in held.values()} for name, held in ours.items()}
    found, size = {changed}, 0
    while len(found) > size:
        size = len(found)
        found |= {name for name, homes in uses.items() if not found.isdisjoint(homes)}
    return found


def _home(value: Any) -> str:
    """Return the module that something comes from; "" where nobody can tell."""
    if isinstance(value, ModuleType):
        return value.__name__
    found = getattr(value, "__module__", "")
    return found if isinstance(found, str) else ""


def afresh(mutant: Mutant) -> None:
    """Forget our code and its tests; they are loaded again, one from the mutant."""
    for name in [one for one in sys.modules if _is_ours(one)]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Wrong(mutant))


def runs_at_load(mutant: Mutant) -> bool:
    """Tell whether its lines run while its module is loaded afresh."""
    first, last = mutant.mutation.lines
    path, lines = str(ROOT / mutant.file), set[int]()

    def traced(frame: FrameType, *_: Any) -> Any:
        if frame.f_code.co_filename != path:
            return None
        lines.add(frame.f_lineno)
        return traced

    afresh(mutant)
    sys.settrace(traced)
    try:
        importlib.import_module(mutant.module)
    except Exception:  # noqa: BLE001 - whatever it is, the tests will meet it too
        return True
    finally:
        sys.settrace(None)
    return not lines.isdisjoint(range(first, last + 1))


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in ("bot", "tests", "integrations")


class _Known:
    """Something by its name, and the function that it is, if it is one."""

    def __init__(self, names: Any, function: FunctionType | None = None) -> None:
        self.names, self.function = names, function

    def part(self, name: str) -> "_Known":
        found = self.names[name]
        if isinstance(found, type):
            return _Known(found.__dict__)
        return _Known({}, next(_plain(found)))


def _plain(found: Any) -> Iterator[FunctionType]:
    """Yield the function behind a property, a class method or a cache."""
    if isinstance(found, FunctionType) and not hasattr(found, "__wrapped__"):
        yield found
        return
    for name in ("__wrapped__", "__func__", "fget", "func"):
        if (inside := getattr(found, name, None)) is not None:
            yield from _plain(inside)


class _Wrong(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        if name != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self.mutant.code, module.__dict__)  # noqa: S102 - our own source
