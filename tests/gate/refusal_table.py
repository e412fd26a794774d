"""All refusals about plans, word for word, as one table.

`python -m tests.gate.refusal_table` provokes each and writes `refusals.yaml`, which
people read before it is kept: would somebody at three in the morning know what did not
happen, why, and what to do? Do it on purpose and look at the difference.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.domain.action_commands import ActionCommand, Approve, DraftPlan
from bot.domain.action_guards import CHECKS, GUARDS, first_no
from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.domain.errors import OutOfTurn, Refusal, TocsinError
from bot.domain.plan import Level, Plan
from bot.domain.plan_view import PlanView
from bot.slack import plan_words
from tests.domain.action_spec import a_plan
from tests.gate.plans_at import HISTORIES
from tests.gate.refusing import SCENES, Case, as_kind, planned, twisted
from tests.gate.refusing_elsewhere import ELSEWHERE, refused
from tests.gate.stage import GateStage

GOLDEN = Path(__file__).with_name("refusals.yaml")
Rows = Mapping[str, Any]


def table(folder: Path) -> Rows:
    """Return every refusal: by guard, stage and person, in Slack and elsewhere."""
    return {
        "guards before each command, in this order": {
            kind.__name__: " ".join(names) for kind, names in CHECKS.items()
        },
        "what did not happen": {kind.__name__: _what(kind) for kind in SCENES},
        "guards": {name: _answers(name) for name in GUARDS if _asks(name)},
        "a press at a plan that stands at": dict(_stages()),
        "a press by": dict(_people()),
        "a plan that is not sound": dict(_unsound()),
        "elsewhere": dict(_elsewhere(folder)),
        "slack itself": dict(_slack()),
    }


def _what(kind: type[ActionCommand]) -> str:
    return SCENES[kind](a_plan()).asked.no(OutOfTurn, "", "").what


def _asks(guard: str) -> list[type[ActionCommand]]:
    return [kind for kind, names in CHECKS.items() if guard in names]


def _answers(guard: str) -> Any:
    """Return what a guard says; more than once where commands are told differently."""
    found: dict[str, Any] = {}
    for kind in _asks(guard):
        answer = _answer(twisted(kind, guard))
        found.setdefault(str(answer), answer)
    answers = list(found.values())
    return answers[0] if len(answers) == 1 else answers


def _answer(case: Case) -> Any:
    no = first_no(case.asked)
    if isinstance(no, Refusal):
        return _row(no)
    return [f"{event.name}" for event in no or ()]


def _row(no: TocsinError, *, what: bool = False) -> Rows:
    row = {"code": no.code, "because": no.because, "next": no.next_move}
    return {"what": no.what, **row} if what else row


def _stages() -> Iterator[tuple[str, Any]]:
    case = SCENES[Approve](a_plan())
    for stage in Stage:
        if stage is not Stage.PENDING:
            yield stage.value, _answer(replace(case, history=HISTORIES[stage]))


def _people() -> Iterator[tuple[str, Any]]:
    case = SCENES[Approve](a_plan())
    for kind in PersonKind:
        if kind is not PersonKind.MEMBER:
            yield kind.value, _answer(as_kind(kind)(case))


_DRAFT = a_plan().draft
UNSOUND: Mapping[str, Mapping[str, Any]] = {
    "too few people": {"quorum": 0},
    "T1 without the commander": {
        "level": Level.T1,
        "quorum": 2,
        "needs_commander": False,
    },
    "no steps": {"draft": replace(_DRAFT, steps=())},
    "a step twice": {"draft": replace(_DRAFT, steps=_DRAFT.steps * 2)},
    "no verification": {"draft": replace(_DRAFT, verify="")},
    "no way back": {"draft": replace(_DRAFT, rollback="")},
    "a way back and a reason for none": {
        "draft": replace(_DRAFT, irreversible_because="it is gone")
    },
    "no target": {"draft": replace(_DRAFT, target=" ")},
}


def _unsound() -> Iterator[tuple[str, Any]]:
    for name, changes in UNSOUND.items():
        case = planned(**changes)(SCENES[DraftPlan](a_plan()))
        level = changes.get("level", case.plan.level)
        yield name, _answer(replace(case, facts=replace(case.facts, level=level)))


def _elsewhere(folder: Path) -> Iterator[tuple[str, Any]]:
    stage = GateStage(folder)
    try:
        for name, deed in ELSEWHERE.items():
            yield name, _row(refused(stage, deed), what=True)
    finally:
        stage.core.close()


def _slack() -> Iterator[tuple[str, str]]:
    """Return what the Slack room says by itself when it does nothing."""
    names = ("NOT_OURS", "NO_GATE", "NO_PLAN", "NO_OFFERS", "NOT_READ", "NO_GLASS")
    for name in names:
        yield name, getattr(plan_words, name)
    for kind in PersonKind:
        if kind is not PersonKind.MEMBER:
            yield f"not_a_member {kind.value}", plan_words.not_a_member(kind)
    for stage in (Stage.APPROVED, Stage.CANCELLED, Stage.EXPIRED):
        yield f"over {stage.value}", plan_words.over(_view(a_plan(), stage))


def _view(plan: Plan, stage: Stage) -> PlanView:
    who = {Stage.EXPIRED: (), Stage.CANCELLED: ("U0ONCALL",)}.get(stage, ("U0SECOND",))
    return PlanView(
        plan=plan, digest=plan.digest(), stage=stage, reason=None, moved_by=who
    )


def written(rows: Rows) -> str:
    """Return a table as it is kept."""
    return str(yaml.safe_dump(rows, sort_keys=False, width=88, allow_unicode=True))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        GOLDEN.write_text(written(table(Path(home))))
