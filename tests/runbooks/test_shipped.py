"""The runbooks we ship are ready: they parse, lint clean and can be found."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assistant.library import index_of, load_runbooks, read_runbook, runbook_paths
from bot.assistant.suggest import suggest
from bot.cli.runbooks_linted import linted
from bot.domain.plan import Level as GateLevel
from bot.domain.runbook import Runbook
from bot.domain.runbook_lint import CATEGORIES
from bot.gate.catalogue import load_actions

SHELF = Path(__file__).parents[2] / "runbooks"
WRITTEN_ON = datetime(2026, 11, 28, tzinfo=UTC)
RUNBOOKS = load_runbooks(SHELF)
INDEX = index_of(RUNBOOKS)
ACTIONS = load_actions()
NO_INCIDENT = frozenset({"not_ai", "unclassified"})

# Which runbook answers each way in which a model is attacked.
THREATS = {
    "exfiltration": ("AML.T0086", "RB-06"),
    "model inversion": ("AML.T0024.001", "RB-07"),
    "membership inference": ("AML.T0024.000", "RB-07"),
    "poisoning": ("AML.T0020", "RB-10"),
    "evasion": ("AML.T0015", "RB-26"),
    "extraction": ("AML.T0024.002", "RB-12"),
    "misused accounts": ("AML.T0012", "RB-22"),
}

# What each of the scenarios that the first shelf was planned for says of itself.
SCENARIOS = {
    "leaked model key": ("credential_exposure", "API key in a public repo", "RB-01"),
    "injection that takes data out": (
        "prompt_injection",
        "indirect injection made the agent exfiltrate documents to a foreign host",
        "RB-06",
    ),
    "jailbreak": ("prompt_injection", "Jailbreak detected, action NONE", "RB-02"),
    "PII in completions": ("data_disclosure", "PII in model output", "RB-07"),
    "drift": ("drift_bias", "PSI of feature age above 0.25", "RB-04"),
    "hallucination": ("misinformation", "Groundedness below target", "RB-08"),
    "token cost": ("cost_consumption", "Budget crossed by one key", "RB-03"),
    "provider outage": ("availability", "ThrottlingException, HTTP 429", "RB-05"),
    "GPU failure": ("availability", "XID 79, GPU fell off the bus", "RB-09"),
    "poisoned knowledge": ("poisoning", "Poisoned document in the index", "RB-10"),
    "compromised artifact": ("supply_chain", "Unsafe pickle in a model", "RB-11"),
    "extraction": ("model_theft", "Distillation by one account", "RB-12"),
    "shadow AI": ("access_anomaly", "Unsanctioned generative AI app in use", "RB-13"),
    "agent runaway": ("excessive_agency", "Agent loops through its tools", "RB-14"),
    "vector database outage": ("availability", "Qdrant collection is red", "RB-15"),
    "inference latency": ("availability", "TTFT p95 above the SLO", "RB-16"),
}


def _id(runbook: Runbook) -> str:
    return runbook.id


def test_there_are_two_dozen_numbered_without_a_gap() -> None:
    numbers = [int(runbook.id.removeprefix("RB-")) for runbook in RUNBOOKS]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 24


def test_every_kind_of_incident_has_a_runbook_of_its_own() -> None:
    firsts = {runbook.categories[0] for runbook in RUNBOOKS}
    assert firsts == CATEGORIES - NO_INCIDENT


@pytest.mark.parametrize(("category", "text", "expected"), SCENARIOS.values())
def test_the_runbook_of_each_planned_scenario_comes_first(
    category: str, text: str, expected: str
) -> None:
    found = suggest(INDEX, RUNBOOKS, category=category, entities=(), text=text)
    assert found[0].runbook_id == expected


@pytest.mark.parametrize(("threat", "expected"), THREATS.values(), ids=THREATS)
def test_each_way_of_attacking_a_model_has_its_runbook(
    threat: str, expected: str
) -> None:
    assert expected in {book.id for book in RUNBOOKS if threat in book.atlas}


def test_a_runbook_only_sends_people_to_runbooks_that_exist() -> None:
    ids = {book.id for book in RUNBOOKS}
    for path in runbook_paths(SHELF):
        assert set(re.findall(r"RB-[0-9]+", path.read_text("utf-8"))) <= ids, path.name


@pytest.mark.parametrize("category", sorted(CATEGORIES - NO_INCIDENT))
def test_a_category_alone_leads_to_a_runbook_that_is_written_for_it(
    category: str,
) -> None:
    (first, *_) = suggest(INDEX, RUNBOOKS, category=category, entities=(), text="")
    book = next(one for one in RUNBOOKS if one.id == first.runbook_id)
    assert book.categories[0] == category


def test_the_shipped_runbooks_lint_clean() -> None:
    assert list(linted(runbook_paths(SHELF), WRITTEN_ON)) == []


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
    firsts = {
        signal: (INDEX.search(signal, 1, floor=0) or (None,))[0]
        for signal in runbook.signals
    }
    assert {s for s, hit in firsts.items() if hit is None or hit.id != runbook.id} == (
        set()
    )


def test_a_step_asks_for_no_more_people_than_the_gate_will_for_its_action() -> None:
    """Nobody reads "two people" in a runbook where the gate then asks one."""
    asked = {
        (runbook.id, step.id, way.action): (step.level, level_of(way.action))
        for runbook in RUNBOOKS
        for step in runbook.steps
        for way in step.ways
    }
    assert len(asked) > 150
    assert not {
        what: levels
        for what, levels in asked.items()
        if levels[0] is None or levels[0].value < levels[1].value
    }


def level_of(action: str) -> GateLevel:
    """Return the level that the gate asks in production."""
    manifest = ACTIONS[action].MANIFEST
    if manifest.irreversible_because:
        return GateLevel.T1
    return manifest.level.get("production", manifest.level[""])


def test_a_thing_that_goes_wrong_in_a_running_system_can_be_stopped_by_a_press() -> (
    None
):
    """A runbook without any action of ours leaves people alone with their consoles."""
    by_hand = [one.id for one in RUNBOOKS if not any(s.ways for s in one.steps)]
    assert by_hand == []


def test_the_template_is_not_a_runbook_but_can_be_read() -> None:
    assert SHELF / "TEMPLATE.md" not in runbook_paths(SHELF)
    assert read_runbook(SHELF / "TEMPLATE.md").id == "RB-00"


def test_the_categories_are_the_twenty_of_the_taxonomy() -> None:
    assert len(CATEGORIES) == 20


def test_there_is_no_program_among_the_runbooks() -> None:
    assert list(SHELF.rglob("*.py")) == []
