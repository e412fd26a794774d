"""AgentAck, which is not ours, passes what the gate did and catches every forgery."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from agentack.engine import evaluate_events
from agentack.models import EvaluationReport
from agentack.parser import read_jsonl

from bot.domain.plan_view import PlanView
from bot.domain.untrusted import Untrusted
from bot.readmodels.plan_trace import trace
from tests.gate.stage import GateStage

Lines = list[dict[str, Any]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[GateStage]:
    made = GateStage(tmp_path / "stage")
    yield made
    made.core.close()


def _shown(stage: GateStage) -> PlanView:
    view = stage.propose()
    stage.shown(view)
    return view


def _traced(stage: GateStage, view: PlanView) -> Lines:
    name = f"action/{view.plan.id}"
    return list(stage.core.store.read(lambda tx: trace(tx.log.load(name))))


def _checked(folder: Path, lines: Lines) -> EvaluationReport:
    path = folder / "trace.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return evaluate_events(read_jsonl(path))


def _ran(stage: GateStage) -> PlanView:
    view = _shown(stage)
    stage.approve(view)
    stage.executor.step()
    return view


def _rejected(stage: GateStage) -> PlanView:
    view = _shown(stage)
    asker = stage.people.asker("U0SECOND", view.plan.channel)
    stage.gate.deny(
        view.plan.id, by=asker, reason=Untrusted("wrong key"), click=stage.click()
    )
    return view


def _too_slow(stage: GateStage) -> PlanView:
    view = _shown(stage)
    stage.approve(view)
    stage.wait(minutes=6)
    stage.executor.step()
    return view


def _overtaken(stage: GateStage) -> PlanView:
    view = _shown(stage)
    stage.approve(view)
    stage.world.on["s1"] = False
    stage.executor.step()
    return view


@pytest.mark.parametrize("happens", [_ran, _rejected, _too_slow, _overtaken])
def test_what_the_gate_did_passes(
    stage: GateStage, tmp_path: Path, happens: Callable[[GateStage], PlanView]
) -> None:
    lines = _traced(stage, happens(stage))
    found = _checked(tmp_path, lines)
    assert (found.status, found.findings) == ("PASS", ())
    assert lines[-1]["type"] == "session_end"


def test_what_was_rejected_never_ran(
    stage: GateStage,
) -> None:
    kinds = [one["type"] for one in _traced(stage, _ran(stage))]
    assert kinds == [
        "action_proposed",
        "approval_requested",
        "approval_decision",
        "action_executed",
        "session_end",
    ]
    undone = [one["type"] for one in _traced(stage, _rejected(stage))]
    assert "action_executed" not in undone


def test_a_plan_that_is_not_over_is_no_complete_trace(
    stage: GateStage, tmp_path: Path
) -> None:
    found = _checked(tmp_path, _traced(stage, _shown(stage)))
    assert found.status == "INCOMPLETE"


def _another_call(lines: Lines) -> Lines:
    lines[3]["action"]["parameters"]["switch"] = "s2"
    return lines


def _another_digest(lines: Lines) -> Lines:
    lines[1]["action"]["parameters"]["plan_digest"] = "0" * 64
    return lines


def _nobody_agreed(lines: Lines) -> Lines:
    return [lines[0], lines[1], lines[3], lines[4]]


def _a_no(lines: Lines) -> Lines:
    lines[2]["decision"] = "deny"
    return lines


def _run_twice(lines: Lines) -> Lines:
    return [*lines[:4], lines[3], lines[4]]


def _too_late(lines: Lines) -> Lines:
    lines[2]["expires_at"] = lines[0]["timestamp"]
    lines[3]["timestamp"] = "2099-01-01T00:00:00+00:00"
    return lines


def _run_first(lines: Lines) -> Lines:
    return [lines[0], lines[3], lines[1], lines[2], lines[4]]


@pytest.mark.parametrize(
    ("forge", "rule"),
    [
        (_another_call, "ACK003"),
        (_another_digest, "ACK003"),
        (_nobody_agreed, "ACK009"),
        (_a_no, "ACK002"),
        (_run_twice, "ACK004"),
        (_too_late, "ACK005"),
        (_run_first, "ACK006"),
    ],
)
def test_a_doctored_trace_is_caught(
    stage: GateStage, tmp_path: Path, forge: Callable[[Lines], Lines], rule: str
) -> None:
    found = _checked(tmp_path, forge(_traced(stage, _ran(stage))))
    assert found.status != "PASS"
    assert rule in found.rule_counts


def test_a_trace_holds_no_words(stage: GateStage) -> None:
    told = json.dumps(_traced(stage, _ran(stage)))
    assert "it leaks" not in told
    assert "agreed" not in told
