"""What really happened in the model, remembered beside the gate and not by it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.domain.action import ActionState
from bot.domain.action_commands import (
    BreakGlass,
)
from bot.domain.action_effects import (
    ActionClaimed,
    ActionIndeterminate,
    ActionStopAsked,
    Outcome,
    StepBegan,
    StepEnded,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionCleared,
    ActionDenied,
    ActionEvent,
    ActionReviewDue,
    ActionReviewed,
    ActionSuperseded,
)
from bot.domain.plan import Level
from tests.domain.action_spec import LEAD
from tests.domain.gate_twists import MOMENTS, Move
from tests.domain.gate_world import Play
from tests.spec import DANA, OLU, SAM

OTHERS = {SAM.id, DANA.id, LEAD.id}
# What is wrong with a question and yet does not matter for this plan.
HARMLESS: Mapping[Level, frozenset[str]] = {
    Level.T1: frozenset({"own off"}),
    Level.T2: frozenset({"own off", "reason", "overdue", "commander"}),
    Level.T3: frozenset({"reason", "overdue", "typed", "evidence", "commander"}),
}


@dataclass(frozen=True)
class Truth:
    """What really happened so far; ticks are indexes of `MOMENTS`."""

    yes: frozenset[str] = frozenset()
    cleared: int | None = None
    glass: str = ""
    owed: bool = False
    reviewed: bool = False
    over: bool = False
    claims: int = 0
    heard: int = 0
    stop: bool = False
    begun: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    doubt: bool = False


@dataclass(frozen=True)
class Seen:
    """One event with everything needed to judge it."""

    play: Play
    tick: int
    move: Move
    before: ActionState
    truth: Truth

    @property
    def wrong(self) -> str:
        """What is wrong with the question, where it matters."""
        harmless = HARMLESS[self.play.plan.level]
        glass = bool(self.truth.glass) or isinstance(self.move.command, BreakGlass)
        waived = {"commander", "lost: group", "lost: engineering"} if glass else set()
        waived |= set() if self.play.plan.groups else {"lost: engineering"}
        wrong = self.move.wrong
        is_glass = isinstance(self.move.command, BreakGlass)
        if is_glass and wrong in ("typed", "reason"):
            return wrong
        if wrong == "own off" and self.move.who is OLU:
            return wrong
        return "" if wrong in harmless | waived | {"own off"} else wrong

    @property
    def in_window(self) -> bool:
        """Tell whether what was cleared may still start."""
        cleared = self.truth.cleared
        if cleared is None:
            return False
        return MOMENTS[self.tick] < MOMENTS[cleared] + timedelta(minutes=5)

    @property
    def leased(self) -> bool:
        """Tell whether the worker was heard recently enough."""
        seconds = max(60, 2 * self.play.plan.draft.est_seconds)
        heard = MOMENTS[self.truth.heard]
        return MOMENTS[self.tick] < heard + timedelta(seconds=seconds)

    @property
    def may_agree(self) -> bool:
        """Tell whether this person's yes counts for this plan."""
        own = self.play.plan.level is Level.T3 and self.play.human_initiated
        who = self.move.who.id
        return who in OTHERS or (own and who == OLU.id)

    @property
    def approve_open(self) -> bool:
        minutes = 10 if self.play.plan.level is Level.T1 else 15
        return MOMENTS[self.tick] < MOMENTS[0] + timedelta(minutes=minutes)


def remember(  # noqa: C901 - one case per event
    truth: Truth, seen: Seen, event: ActionEvent
) -> Truth:
    """Return what is true after an event."""
    who = seen.move.who.id
    match event:
        case ActionApproved():
            return replace(truth, yes=truth.yes | {who})
        case ActionBrokeGlass():
            return replace(truth, glass=who)
        case ActionReviewDue():
            return replace(truth, owed=True)
        case ActionReviewed():
            return replace(truth, reviewed=True)
        case ActionCleared():
            return replace(truth, cleared=seen.tick)
        case ActionDenied() | ActionCancelled() | ActionSuperseded():
            return replace(truth, over=True)
        case ActionClaimed():
            return replace(truth, claims=truth.claims + 1, heard=seen.tick)
        case StepBegan(step=step):
            return replace(truth, begun=(*truth.begun, step), heard=seen.tick)
        case StepEnded(step=step, outcome=outcome):
            made = (*truth.made, step) if outcome is Outcome.OK else truth.made
            ended = (*truth.ended, step)
            return replace(truth, ended=ended, made=made, heard=seen.tick)
        case ActionStopAsked():
            return replace(truth, stop=True)
        case ActionIndeterminate():
            return replace(truth, doubt=True)
        case _:
            return truth
