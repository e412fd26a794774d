"""The words of every refusal, and that each says what, why and what to do."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain import errors
from bot.domain.action_guards import CHECKS, GUARDS, first_no
from bot.domain.action_table import Stage
from bot.domain.errors import Refusal
from tests.domain.action_spec import a_plan
from tests.gate import refusal_table
from tests.gate.plans_at import HISTORIES
from tests.gate.refusal_table import GOLDEN
from tests.gate.refusing import COUNTING, SCENES, TWISTS, twisted
from tests.gate.refusing_elsewhere import ELSEWHERE

ROOT = Path(__file__).parents[2]
# Where plans are refused beside the guards.
PLACES = ("bot/plans", "bot/gate", "bot/acting", "bot/aws/mint.py", "bot/aws/door.py")
# How a next move begins: with what to do.
MOVES = {
    *("Ask", "Change", "Choose", "Draft", "Get", "Go", "Have", "Join", "Leave", "Look"),
    *(
        "Make",
        "Move",
        "Name",
        "Open",
        "Press",
        "Propose",
        "Reject",
        "Run",
        "Say",
        "See",
    ),
    *("Set", "Split", "Stop", "Take", "Tell", "Try", "Type", "Use", "Wait", "Do"),
}
_REFUSALS = {
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, errors.Refusal | errors.Unreachable)
}
# A fact begins small, but for names.
NAMES = ("<@", "AWS ", "Slack ", "T1 ", "T2 ")
_NOT = re.compile(r"\b(not|Nothing|No|left as it is)\b")
KEPT = yaml.safe_load(GOLDEN.read_text())


def rows(found: Any, place: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Return every refusal of the table, with where it stands."""
    if isinstance(found, dict) and "because" in found:
        yield place, found
    elif isinstance(found, dict):
        for name, one in found.items():
            yield from rows(one, f"{place}/{name}")
    elif isinstance(found, list):
        for one in found:
            yield from rows(one, place)


ROWS = list(rows(KEPT))


def test_every_refusal_reads_word_for_word_as_it_was_kept(tmp_path: Path) -> None:
    assert refusal_table.table(tmp_path) == KEPT


@pytest.mark.parametrize("guard", GUARDS)
def test_every_guard_is_provoked(guard: str) -> None:
    assert guard in {*TWISTS, *COUNTING}, "say in refusing.py what makes it say no"
    assert (guard in COUNTING) is all(guard not in names for names in CHECKS.values())


@pytest.mark.parametrize("kind", CHECKS, ids=lambda kind: kind.__name__)
def test_each_guard_before_a_command_speaks_first_where_it_alone_is_broken(
    kind: type[Any],
) -> None:
    assert first_no(SCENES[kind](a_plan()).asked) is None
    for guard in CHECKS[kind]:
        asked = twisted(kind, guard).asked
        own, first = GUARDS[guard](asked), first_no(asked)
        assert own is not None, guard
        is_said = isinstance(own, Refusal)
        assert (str(own) if is_said else own) == (str(first) if is_said else first)


def test_a_press_is_answered_at_every_stage() -> None:
    assert set(HISTORIES) == set(Stage)
    for stage, row in KEPT["a press at a plan that stands at"].items():
        assert row["because"], stage


def test_a_refusal_says_why_and_what_to_do() -> None:
    for place, row in ROWS:
        because, move = row["because"], row["next"]
        assert because == because.strip(" .!"), place
        assert because.startswith(NAMES) or because[:1].islower(), place
        assert move.endswith("."), place
        assert move.split()[0].strip(":,") in MOVES, place


def test_a_refusal_says_what_did_not_happen() -> None:
    said = list(KEPT["what did not happen"].values())
    said += [row["what"] for row in KEPT["elsewhere"].values()]
    for what in said:
        assert _NOT.search(what), what
        assert not what.endswith("."), what


def test_slack_says_what_why_and_what_to_do_in_one_breath() -> None:
    for said in KEPT["slack itself"].values():
        what, _, rest = said.partition(": ")
        sentences = re.split(r"(?<=[.!]) ", rest)
        assert _NOT.search(what), said
        assert len(sentences) >= 2, said
        assert sentences[-1].split()[0] in MOVES, said


def made(path: Path) -> Iterator[str]:
    """Return the functions of a file that make a refusal."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            names = {
                one.func.id
                for one in ast.walk(node)
                if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)
            }
            if names & _REFUSALS:
                yield f"{path.relative_to(ROOT)} {node.name}"


def test_every_place_that_refuses_is_provoked() -> None:
    files = [
        one
        for place in PLACES
        for one in (
            [ROOT / place] if place.endswith(".py") else (ROOT / place).glob("*.py")
        )
    ]
    found = {name for path in files for name in made(path)}
    known = {name.partition(",")[0] for name in ELSEWHERE}
    missing = found - known
    assert not missing, "say in refusing_elsewhere.py what provokes it"
