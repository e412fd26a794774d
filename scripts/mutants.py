"""Does any test notice? Changes the gate's rules one by one and runs their tests.

    python scripts/mutants.py [--only WORD] [--bodies | --tables] [--owed] [--list]

A mutant that no test notices is a survivor: the exit status is 1 and its name is
printed. Those that cannot be noticed, because they change nothing that anybody could
see, stand in `mutants.yaml` with a reason. Which files hold a rule, which tests speak
for them and why others hold none stands in `gate_rules.yaml`.

Why not a tool of others: mutmut and cosmic-ray start the tests anew for each mutant,
which takes seconds where a test takes a millisecond, and know neither our layout of
imports nor which test runs which line. Here everything is loaded once, each mutant is
a fork, and only the tests that run its line are run, the shortest first.
"""

import argparse
import gc
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest
import yaml
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.forks import forked  # noqa: E402 - the path comes first
from scripts.mutations import mutations  # noqa: E402 - as above
from scripts.swapping import (  # noqa: E402 - as above
    Mutant,
    afresh,
    forget_answers,
    in_place,
    runs_at_load,
)

_EQUIVALENT = ROOT / "scripts" / "mutants.yaml"
_RULES = ROOT / "scripts" / "gate_rules.yaml"
_PYTEST = (
    *("-q", "-p", "no:randomly", "-p", "no:xdist", "-p", "no:cacheprovider"),
    *("-m", "not outside"),
)
# No test counts as run by pytest: the loop is ours.
_JUDGED = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
_SHORTEST_LIMIT_S = 60
# So much longer than all tests of a rule may those take that judge one mutant.
_PATIENCE = 10


@dataclass(frozen=True)
class Rules:
    """Files with rules, and the tests that speak for all of them. Paths are ours."""

    files: tuple[str, ...]
    tests: tuple[str, ...]

    @property
    def mutants(self) -> list[Mutant]:
        """Return every mutant of the files."""
        return [
            Mutant(file, one)
            for file in self.files
            for one in mutations((ROOT / file).read_text())
        ]


def all_rules(*, owed: bool = False) -> list[Rules]:
    """Return what holds a rule of the gate, as `gate_rules.yaml` names it.

    Args:
        owed: Instead those of which not every change is noticed yet.
    """
    found = yaml.safe_load(_RULES.read_text())
    return [
        Rules(files=tuple(one["files"]), tests=tuple(one["tests"]))
        for one in found["owed" if owed else "rules"]
    ]


# --- which tests run which lines ---


@dataclass
class Lines:
    """Which tests run which line of the rules, and how long each test takes."""

    files: Sequence[str]
    tests: dict[tuple[str, int], set[int]] = field(
        default_factory=lambda: defaultdict(set)
    )
    took_s: list[float] = field(default_factory=list)
    killers: dict[str, Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    def watch(self, number: int) -> None:
        """Note from now on which lines a test runs, in whatever thread it does."""
        files = {str(ROOT / one): one for one in self.files}

        def traced(frame: FrameType, event: str, _: Any) -> Any:
            file = files.get(frame.f_code.co_filename)
            if file is None:
                return None
            if event == "line":
                self.tests[file, frame.f_lineno].add(number)
            return traced

        threading.settrace(traced)
        sys.settrace(traced)

    def rest(self) -> None:
        """Note nothing any more."""
        threading.settrace(None)  # type: ignore[arg-type]
        sys.settrace(None)

    def of(self, mutant: Mutant) -> list[int]:
        """Return the tests that run a mutant's lines.

        First those that killed its neighbours, then those that run little else.
        """
        start, end = mutant.mutation.lines
        found = set().union(
            *(self.tests.get((mutant.file, n), set()) for n in range(start, end + 1))
        )
        known = self.killers[mutant.place]
        return sorted(found, key=lambda number: (-known[number], self.took_s[number]))

    def killed(self, mutant: Mutant, number: int) -> None:
        """Remember which test killed a mutant."""
        self.killers[mutant.place][number] += 1


class Judge:
    """Takes the place of pytest's own loop: every mutant, each in a fork."""

    def __init__(self, rules: Rules, mutants: Sequence[Mutant], jobs: int) -> None:
        self.rules, self.mutants, self.jobs = rules, mutants, jobs
        self.lines = Lines(rules.files)
        self.survivors: list[Mutant] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run every test once as it is, then judge every mutant."""
        self.items = session.items
        for number, item in enumerate(self.items):
            self.lines.watch(number)
            began = time.perf_counter()
            good = _passes(item)
            self.lines.took_s.append(time.perf_counter() - began)
            self.lines.rest()
            if not good:
                raise pytest.UsageError(f"{item.nodeid} fails without any mutant")
        gc.collect()  # nothing of these tests is to be ended in a fork
        gc.freeze()
        limit_s = max(_SHORTEST_LIMIT_S, _PATIENCE * sum(self.lines.took_s))
        forked(self.mutants, self.killer, self.judged, jobs=self.jobs, limit_s=limit_s)
        return True

    def killer(self, mutant: Mutant) -> int:
        """Return the number of a test that fails, -1 if none does; in a fork."""
        tests = self.lines.of(mutant) if mutant.mutation.in_function else []
        if not tests:
            if mutant.mutation.in_function and not runs_at_load(mutant):
                return -1
            afresh(mutant)
            told = pytest.main([*_PYTEST, "-x", *_files(self.rules.tests)])
            return -1 if told == pytest.ExitCode.OK else 0
        in_place(mutant)
        forget_answers(mutant)
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


def excused() -> dict[str, str]:
    """Return the mutants that change nothing, and why."""
    found = yaml.safe_load(_EQUIVALENT.read_text()) or {}
    return {name: str(why) for name, why in found.items()}


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="", help="mutants whose name holds this")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--bodies", action="store_true", help="of functions only")
    asked.add_argument("--tables", action="store_true", help="of all else only")
    asked.add_argument("--owed", action="store_true", help="what is not clean yet")
    asked.add_argument("--list", action="store_true", help="name them, run nothing")
    return asked.parse_args()


def _wanted(mutant: Mutant, given: argparse.Namespace) -> bool:
    every = not (given.bodies or given.tables)
    return given.only in mutant.name and (
        every or mutant.mutation.in_function is given.bodies
    )


def main() -> int:
    """Judge the mutants that were asked for; return the exit status."""
    given, equivalent = _asked(), excused()
    found = [
        (rules, [one for one in rules.mutants if _wanted(one, given)])
        for rules in all_rules(owed=given.owed)
    ]
    names = [one.name for _, mutants in found for one in mutants]
    if given.list:
        click.echo("\n".join(names))
        return 0
    began, survivors = time.monotonic(), list[Mutant]()
    for rules, mutants in found:
        left = [one for one in mutants if one.name not in equivalent]
        if not left:
            continue
        judge = Judge(rules, left, given.jobs)
        told = pytest.main([*_PYTEST, *_files(rules.tests)], plugins=[judge])
        if told not in _JUDGED:
            click.echo("nothing was judged: the tests fail without any mutant")
            return 2
        survivors += judge.survivors
    is_all = not (given.only or given.bodies or given.tables or given.owed)
    stale = sorted(equivalent.keys() - set(names)) if is_all else []
    for name in stale:
        click.echo(f"there is no such mutant any more: {name}")
    _tell(names, equivalent, survivors, took_s=time.monotonic() - began)
    return 1 if survivors or stale else 0


def _tell(
    names: Sequence[str],
    equivalent: dict[str, str],
    survivors: Sequence[Mutant],
    *,
    took_s: float,
) -> None:
    idle = sum(name in equivalent for name in names)
    killed = len(names) - idle - len(survivors)
    click.echo(
        f"mutants {len(names)}, killed {killed}, equivalent {idle}, "
        f"survived {len(survivors)}, {took_s:.0f} s"
    )
    click.echo(dict(Counter(one.short for one in survivors)))


if __name__ == "__main__":
    sys.exit(main())
