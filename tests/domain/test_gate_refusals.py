"""The words of every rule's refusal, and that each says what, why and what to do."""

from typing import Any

import pytest
import yaml

from bot.domain.action_guards import CHECKS, GUARDS, first_no
from bot.domain.action_table import Stage
from bot.domain.errors import Refusal
from tests.domain.action_spec import a_plan
from tests.domain.gate_refusals import GOLDEN, table
from tests.domain.gate_refusing import COUNTING, SCENES, TWISTS, twisted
from tests.domain.gate_stages import HISTORIES
from tests.domain.refusal_form import (
    rows,
    says_what_did_not_happen,
    says_why_and_what_to_do,
)

KEPT = yaml.safe_load(GOLDEN.read_text())


def test_every_refusal_reads_word_for_word_as_it_was_kept() -> None:
    assert table() == KEPT


def test_every_guard_is_provoked() -> None:
    missing = GUARDS.keys() - TWISTS.keys() - COUNTING
    assert not missing, "say in gate_refusing.py what makes it say no"
    assert not {name for names in CHECKS.values() for name in names} & COUNTING


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
    late = set(KEPT["a press at a plan that stands at"])
    assert late == set(Stage) - {Stage.PENDING}


def test_a_refusal_says_why_and_what_to_do() -> None:
    bad = [place for place, row in rows(KEPT) if not says_why_and_what_to_do(row)]
    assert bad == []


def test_a_refusal_says_what_did_not_happen() -> None:
    said = KEPT["what did not happen"].values()
    assert [what for what in said if not says_what_did_not_happen(what)] == []
