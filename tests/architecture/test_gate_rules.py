"""What could hold a rule of the gate is changed by `make mutants`, or spared.

What it is spared for stands beside it, in `scripts/gate_rules.yaml`.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
LISTED: dict[str, Any] = yaml.safe_load(
    (ROOT / "scripts" / "gate_rules.yaml").read_text()
)
ASKED = [*LISTED["rules"], *LISTED["owed"]]
NAMED = [file for rules in ASKED for file in rules["files"]]
# Where rules of the gate stand; others may be named beside these.
PLACES = (
    *("bot/domain/action*.py", "bot/domain/freez*.py", "bot/domain/gate_*.py"),
    *("bot/domain/plan*.py", "bot/domain/runbook_*gated.py", "bot/domain/groups.py"),
    *("bot/gate/*.py", "bot/plans/*.py"),
)


def test_every_file_is_either_changed_or_spared_with_a_reason() -> None:
    there = {str(one.relative_to(ROOT)) for place in PLACES for one in ROOT.glob(place)}
    there = {one for one in there if not one.endswith("__init__.py")}
    assert there - {*NAMED, *LISTED["spared"]} == set()
    assert set(LISTED["spared"]) <= there
    assert all(LISTED["spared"].values())


def test_no_file_is_named_twice_and_none_that_is_not_there() -> None:
    assert len(NAMED) == len(set(NAMED))
    assert not set(NAMED) & set(LISTED["spared"])
    assert all((ROOT / one).is_file() for one in NAMED)


@pytest.mark.parametrize("rules", ASKED, ids=lambda rules: rules["files"][0])
def test_the_tests_that_speak_for_a_rule_are_there(rules: dict[str, list[str]]) -> None:
    assert all(any(ROOT.glob(one)) for one in rules["tests"])


def test_an_excuse_names_a_file_that_is_changed() -> None:
    excuses = yaml.safe_load((ROOT / "scripts" / "mutants.yaml").read_text())
    files = {one.removeprefix("bot/").removesuffix(".py") for one in NAMED}
    assert {name.split(" ")[0] for name in excuses} <= files
    assert all(excuses.values())
