"""What is refused about plans beside the gate's rules, word for word, as one table.

`python -m tests.gate.refusals` provokes each refusal and writes `refusals.yaml`. Do it
on purpose and look at the difference. The rules' own words are in
`tests/domain/gate_refusals.py`.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.domain.action_table import Stage
from bot.domain.commands import PersonKind
from bot.domain.plan import Plan
from bot.domain.plan_view import PlanView
from bot.slack import plan_words
from tests.domain.action_spec import a_plan
from tests.domain.gate_refusals import Rows, written
from tests.gate.refusing_elsewhere import ELSEWHERE, refused
from tests.gate.stage import GateStage

GOLDEN = Path(__file__).with_name("refusals.yaml")


def table(folder: Path) -> Rows:
    """Return every refusal: by the place that makes it, and those of Slack's room."""
    return {"elsewhere": dict(_elsewhere(folder)), "slack itself": dict(_slack())}


def _elsewhere(folder: Path) -> Iterator[tuple[str, Any]]:
    stage = GateStage(folder)
    try:
        for name, deed in ELSEWHERE.items():
            no = refused(stage, deed)
            yield (
                name,
                {
                    "what": no.what,
                    "code": no.code,
                    "because": no.because,
                    "next": no.next_move,
                },
            )
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        GOLDEN.write_text(written(table(Path(home))))
