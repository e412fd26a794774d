"""The runbooks we ship are ready: they parse, lint clean and can be found."""

from datetime import date
from pathlib import Path

import pytest

from bot.assistant.library import index_of, load_runbooks, read_runbook, runbook_paths
from bot.domain.runbook import MANUAL, Runbook
from bot.domain.runbook_lint import CATEGORIES, problems

SHELF = Path(__file__).parents[2] / "runbooks"
WRITTEN_ON = date(2026, 11, 21)
ACTIONS = frozenset(
    {"aws.iam.deactivate_access_key", "aws.lambda.set_reserved_concurrency"}
)
RUNBOOKS = load_runbooks(SHELF)


def _id(runbook: Runbook) -> str:
    return runbook.id


def test_the_five_first_scenarios_are_covered() -> None:
    assert [runbook.id for runbook in RUNBOOKS][:5] == [
        "RB-01",
        "RB-02",
        "RB-03",
        "RB-04",
        "RB-05",
    ]


def test_ids_are_unique() -> None:
    assert len({runbook.id for runbook in RUNBOOKS}) == len(RUNBOOKS)


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=_id)
def test_a_shipped_runbook_lints_clean(runbook: Runbook) -> None:
    assert problems(runbook, today=WRITTEN_ON, actions=ACTIONS) == ()


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=_id)
def test_every_action_is_registered_or_done_by_hand(runbook: Runbook) -> None:
    named = {step.action for step in runbook.steps if step.is_gated}
    assert named <= ACTIONS | {MANUAL}


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=_id)
def test_a_step_fits_on_a_card(runbook: Runbook) -> None:
    assert [step.id for step in runbook.steps if len(step.text) > 200] == []


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=_id)
def test_the_evidence_warning_of_the_ai_act_is_in_every_notify_section(
    runbook: Runbook,
) -> None:
    regimes = " ".join(duty.regime for duty in runbook.notify)
    if "AI Act" in regimes:
        assert "73(6)" in runbook.section("Notify")


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=_id)
def test_verify_names_a_figure_and_a_window(runbook: Runbook) -> None:
    vague = [
        step.id
        for step in runbook.steps
        if step.is_gated
        and not (any(map(str.isdigit, step.verify)) and " min" in step.verify)
        and "cap" not in step.verify
    ]
    assert vague == []


@pytest.mark.parametrize("runbook", RUNBOOKS, ids=_id)
def test_a_runbook_finds_itself_by_each_of_its_signals(runbook: Runbook) -> None:
    index = index_of(RUNBOOKS)
    firsts = {
        signal: (index.search(signal, 1, floor=0) or (None,))[0]
        for signal in runbook.signals
    }
    assert {s for s, hit in firsts.items() if hit is None or hit.id != runbook.id} == (
        set()
    )


def test_the_template_is_not_a_runbook_but_can_be_read() -> None:
    assert SHELF / "TEMPLATE.md" not in runbook_paths(SHELF)
    assert read_runbook(SHELF / "TEMPLATE.md").id == "RB-00"


def test_the_categories_are_the_twenty_of_the_taxonomy() -> None:
    assert len(CATEGORIES) == 20


def test_there_is_no_program_among_the_runbooks() -> None:
    assert list(SHELF.rglob("*.py")) == []
