"""What the gate's rules refuse, word for word, as one table.

`python -m tests.domain.gate_refusals` provokes each refusal and writes
`gate_refusals.yaml`, which people read before it is kept: would somebody at three in
the morning know what did not happen, why, and what to do? Do it on purpose and look at
the difference. What is refused beside the rules is in `tests/gate/refusals.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.domain.action_commands import ActionCommand, Approve, DraftPlan
from bot.domain.action_guards import CHECKS, GUARDS, first_no
from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.domain.errors import OutOfTurn, Refusal
from bot.domain.plan import Level
from tests.domain.action_spec import a_plan
from tests.domain.gate_refusing import SCENES, Case, as_kind, planned, twisted
from tests.domain.gate_stages import HISTORIES

GOLDEN = Path(__file__).with_name("gate_refusals.yaml")
Rows = Mapping[str, Any]


def table() -> Rows:
    """Return every refusal: by guard, stage and person."""
    return {
        "guards before each command, in this order": {
            kind.__name__: " ".join(names) for kind, names in CHECKS.items()
        },
        "what did not happen": {kind.__name__: _what(kind) for kind in SCENES},
        "guards": {name: _answers(name) for name in GUARDS if _asks(name)},
        "a press at a plan that stands at": dict(_stages()),
        "a press by": dict(_people()),
        "a plan that is not sound": dict(_unsound()),
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


def _row(no: Refusal) -> Rows:
    return {"code": no.code, "because": no.because, "next": no.next_move}


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


def written(rows: Rows) -> str:
    """Return a table as it is kept."""
    return str(yaml.safe_dump(rows, sort_keys=False, width=88, allow_unicode=True))


if __name__ == "__main__":
    GOLDEN.write_text(written(table()))
