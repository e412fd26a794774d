"""The words of what is refused beside the gate's rules: proposing, playing, Slack."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.domain import errors
from tests.domain.refusal_form import (
    is_move,
    rows,
    says_what_did_not_happen,
    says_why_and_what_to_do,
)
from tests.gate.refusals import GOLDEN, table
from tests.gate.refusing_elsewhere import ELSEWHERE

ROOT = Path(__file__).parents[2]
PLACES = ("bot/plans", "bot/gate", "bot/acting", "bot/aws/mint.py", "bot/aws/door.py")
_REFUSALS = {
    name
    for name, one in vars(errors).items()
    if isinstance(one, type) and issubclass(one, errors.Refusal | errors.Unreachable)
}
KEPT = yaml.safe_load(GOLDEN.read_text())


def test_every_refusal_reads_word_for_word_as_it_was_kept(tmp_path: Path) -> None:
    assert table(tmp_path) == KEPT


def test_a_refusal_says_what_why_and_what_to_do() -> None:
    for place, row in rows(KEPT["elsewhere"]):
        assert says_what_did_not_happen(row["what"]), place
        assert says_why_and_what_to_do(row), place


def test_slack_says_what_why_and_what_to_do_in_one_breath() -> None:
    for said in KEPT["slack itself"].values():
        what, _, rest = said.partition(": ")
        sentences = re.split(r"(?<=[.!]) ", rest)
        assert says_what_did_not_happen(what), said
        assert len(sentences) >= 2, said
        assert is_move(sentences[-1]), said


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
