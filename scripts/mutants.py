"""Does any test notice? Changes the gate's rules one by one and runs their tests.

    python scripts/mutants.py [--only WORD] [--bodies | --tables] [--jobs N] [--list]

A mutant that no test notices is a survivor: the exit status is 1 and its name is
printed. Those that cannot be noticed, because they change nothing that anybody could
see, stand in `mutants.yaml` with a reason.

Why not a tool of others: mutmut and cosmic-ray start the tests anew for each mutant,
which takes seconds where a test takes a millisecond, and know neither our layout of
imports nor which test runs which line. Here everything is loaded once, each mutant is
a fork, and only the tests that run its line are run, the shortest first.
"""

import argparse
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import click
import pytest
import yaml
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.forks import forked  # noqa: E402 - the path comes first
from scripts.mutations import Mutation, mutations  # noqa: E402 - as above

DOMAIN = ROOT / "bot" / "domain"
RULES = (
    *("action", "action_asked", "action_decisions", "action_guards", "action_parts"),
    "action_table",
    *("approving", "claiming", "drafting", "verifying"),
    *sorted(one.stem for one in DOMAIN.glob("gate_*.py")),
)
TESTS = (
    "tests/domain/test_gate_refusals.py",
    "tests/domain/test_action_*.py",
    "tests/domain/test_gate_limits.py",
    "tests/domain/test_groups.py",
)
_EQUIVALENT = ROOT / "scripts" / "mutants.yaml"
_PYTEST = ("-q", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider")
# No test counts as run by pytest: the loop is ours.
_JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
_LOADED = ("bot.domain", "tests.")


@dataclass(frozen=True)
class Mutant:
    """One mutation of one module."""

    module: str
    mutation: Mutation

    @property
    def name(self) -> str:
        """Return what it is called in the list of those that change nothing."""
        return f"{self.module} {self.mutation.name}"

    @property
    def place(self) -> str:
        """Return the function it is in: its neighbours are killed by the same."""
        return f"{self.module} {self.mutation.where}"

    @property
    def code(self) -> CodeType:
        """Return the whole module, compiled with the one change."""
        path = str(DOMAIN / f"{self.module}.py")
        return compile(self.mutation.tree, path, "exec")


# --- the wrong code in place of the right one ---


def in_place(mutant: Mutant) -> None:
    """Change a function that is loaded already, wherever it is known."""
    code, parts = mutant.code, mutant.mutation.where.split(".")
    found: Any = sys.modules[f"bot.domain.{mutant.module}"]
    for part in parts:
        code = next(
            one
            for one in code.co_consts
            if isinstance(one, CodeType) and one.co_name == part
        )
        found = found.__dict__[part]
    function = found.fget if isinstance(found, property) else found
    if not isinstance(function, FunctionType):
        raise TypeError(f"{mutant.place} is no function")
    function.__code__ = code


class _Wrong(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a mutant."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(self, name: str, *_: Any) -> importlib.machinery.ModuleSpec | None:
        if name != f"bot.domain.{self.mutant.module}":
            return None
        return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module: ModuleType) -> None:
        exec(self.mutant.code, module.__dict__)  # noqa: S102 - our own source


def afresh(mutant: Mutant) -> None:
    """Forget the domain and its tests; they are loaded again, one from the mutant."""
    for name in [one for one in sys.modules if one.startswith(_LOADED)]:
        del sys.modules[name]
    sys.meta_path.insert(0, _Wrong(mutant))


# --- which tests run which lines ---


@dataclass
class Lines:
    """Which tests run which line of the rules, and how long each test takes."""

    tests: dict[tuple[str, int], set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )
    took_s: list[float] = field(default_factory=list)
    killers: dict[str, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def watch(self, number: int) -> None:
        """Note from now on which lines a test runs."""
        files = {str(DOMAIN / f"{one}.py"): one for one in RULES}

        def traced(frame: FrameType, event: str, _: Any) -> Any:
            module = files.get(frame.f_code.co_filename)
            if module is None:
                return None
            if event == "line":
                self.tests[module, frame.f_lineno].add(number)
            return traced

        sys.settrace(traced)

    def of(self, mutant: Mutant) -> list[int]:
        """Return the tests that run a mutant's lines.

        First those that killed its neighbours, then those that run little else.
        """
        start, end = mutant.mutation.lines
        found = set().union(
            *(self.tests.get((mutant.module, n), set()) for n in range(start, end + 1))
        )
        known = self.killers[mutant.place]
        return sorted(found, key=lambda number: (-known[number], self.took_s[number]))

    def killed(self, mutant: Mutant, number: int) -> None:
        """Remember which test killed a mutant."""
        self.killers[mutant.place][number] += 1


class Judge:
    """Takes the place of pytest's own loop: every mutant, each in a fork."""

    def __init__(self, mutants: Sequence[Mutant], jobs: int) -> None:
        self.mutants, self.jobs = mutants, jobs
        self.lines = Lines()
        self.survivors: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test once as it is, then judge every mutant."""
        self.items = session.items
        for number, item in enumerate(self.items):
            self.lines.watch(number)
            began = time.perf_counter()
            good = _passes(item)
            self.lines.took_s.append(time.perf_counter() - began)
            sys.settrace(None)
            if not good:
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant")
        forked(self.mutants, self.killer, self.judged, jobs=self.jobs)
        return True

    def killer(self, mutant: Mutant) -> int:
        """Return the number of a test that fails, -1 if none does; in a fork."""
        tests = self.lines.of(mutant) if mutant.mutation.in_function else []
        if not tests:  # also what a function does while its module is loaded
            afresh(mutant)
            told = pytest.main([*_PYTEST, "-x", *_files(TESTS)])
            return -1 if told == pytest.ExitCode.OK else 0
        in_place(mutant)
        return next((one for one in tests if not _passes(self.items[one])), -1)

    def judged(self, mutant: Mutant, killer: int) -> None:
        """Take what a fork said."""
        if killer < 0:
            self.survivors.append(mutant)
            click.echo(f"survived: {mutant.name}")
        else:
            self.lines.killed(mutant, killer)


def _passes(item: pytest.Item) -> bool:
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, log=False, nextitem=None)
    return all(report.passed for report in reports)


def _files(patterns: Sequence[str]) -> list[str]:
    return [str(one) for each in patterns for one in sorted(ROOT.glob(each))]


def every_mutant(only: str = "") -> list[Mutant]:
    """Return the mutants of all rules."""
    made = (
        Mutant(module, one)
        for module in RULES
        for one in mutations((DOMAIN / f"{module}.py").read_text())
    )
    return [one for one in made if only in one.name]


def excused() -> dict[str, str]:
    """Return the mutants that change nothing, and why."""
    found = yaml.safe_load(_EQUIVALENT.read_text()) or {}
    return {name: str(why) for name, why in found.items()}


def main() -> int:
    """Judge the mutants that were asked for; return the exit status."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="mutants whose name holds this")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--bodies", action="store_true", help="of functions only")
    asked.add_argument("--tables", action="store_true", help="of all else only")
    asked.add_argument("--list", action="store_true", help="name them, run nothing")
    given = asked.parse_args()
    mutants, equivalent = every_mutant(given.only), excused()
    if given.bodies or given.tables:
        mutants = [one for one in mutants if one.mutation.in_function is given.bodies]
    if given.list:
        click.echo("\n".join(one.name for one in mutants))
        return 0
    began = time.monotonic()
    judge = Judge([one for one in mutants if one.name not in equivalent], given.jobs)
    if pytest.main([*_PYTEST, *_files(TESTS)], plugins=[judge]) not in _JUDGED:
        click.echo("nothing was judged: the tests fail without any mutant")
        return 2
    stale = sorted(equivalent.keys() - {one.name for one in mutants})
    for name in stale if not given.only else ():
        click.echo(f"there is no such mutant any more: {name}")
    killed = len(judge.mutants) - len(judge.survivors)
    click.echo(
        f"mutants {len(mutants)}, killed {killed}, equivalent "
        f"{len(mutants) - len(judge.mutants)}, survived {len(judge.survivors)}, "
        f"{time.monotonic() - began:.0f} s"
    )
    click.echo(dict(Counter(one.module for one in judge.survivors)))
    return 1 if judge.survivors or (stale and not given.only) else 0


if __name__ == "__main__":
    sys.exit(main())
