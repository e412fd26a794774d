"""Guards about when: stage, windows, clocks, switches and mode."""

from collections.abc import Mapping

from bot.domain.action_asked import Asked, No, stands
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BeginStep,
    BreakGlass,
    Cancel,
    Claim,
    Deny,
    EndStep,
    Measure,
    Publish,
    Reconcile,
    Show,
    Supersede,
    Verify,
)
from bot.domain.action_effects import (
    ActionClaimed,
    ActionMeasured,
    ActionReconciled,
    ActionVerified,
    StepBegan,
    StepEnded,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionDenied,
    ActionPublished,
    ActionShown,
    ActionSuperseded,
)
from bot.domain.action_table import TRANSITIONS, Kind, Stage
from bot.domain.errors import BadRequest, Frozen, NotFound, OutOfTurn, TooLate
from bot.domain.freeze import LIFT
from bot.domain.gate_rules import CLOCK_SLACK, Mode
from bot.domain.plan import Level

_AGAIN = "Propose it again if it is still needed."


def _stages(kind: Kind) -> frozenset[Stage]:
    return frozenset(stage for stage, leads in TRANSITIONS if leads is kind)


# In which stages a command has its turn: where its event stands in the table.
TURNS: Mapping[type[ActionCommand], frozenset[Stage]] = {
    Publish: _stages(ActionPublished),
    Show: _stages(ActionShown),
    Approve: _stages(ActionApproved),
    # A late no takes an approved plan back.
    Deny: _stages(ActionDenied) | {Stage.APPROVED},
    Cancel: _stages(ActionCancelled),
    Supersede: _stages(ActionSuperseded),
    BreakGlass: _stages(ActionBrokeGlass),
    Claim: _stages(ActionClaimed),
    BeginStep: _stages(StepBegan),
    EndStep: _stages(StepEnded),
    Reconcile: _stages(ActionReconciled),
    Verify: _stages(ActionVerified),
    Measure: _stages(ActionMeasured),
}


def exists(asked: Asked) -> No | None:
    """There is such a plan."""
    if asked.state.exists:
        return None
    return NotFound(
        "Nothing was done",
        because="there is no such plan",
        next_move="See the open ones with `/incident plans`.",
    )


def absent(asked: Asked) -> No | None:
    """A plan is drafted once."""
    if not asked.state.exists:
        return None
    return asked.no(BadRequest, "there is a plan of this id", "Make a new plan.")


def clock(asked: Asked) -> No | None:
    """The clock did not go back behind the newest entry."""
    last_at = asked.state.last_at
    if last_at is None or last_at - asked.clock <= CLOCK_SLACK:
        return None
    late_s = (last_at - asked.clock).total_seconds()
    return asked.no(
        OutOfTurn,
        f"the clock went back by {late_s:.0f} seconds",
        "Have the clock of the bot's machine set right; `tocsin doctor` shows it.",
    )


def fresh(asked: Asked) -> No | None:
    """What is known about people and the world was read just now."""
    if asked.now - asked.facts.read_at <= asked.rules.facts_live:
        return None
    return asked.no(
        OutOfTurn,
        "what is known about people and the world is too old",
        "Try again in a moment.",
    )


def stage(asked: Asked) -> No | None:
    """It is the command's turn. A late or second click is told what became of it."""
    state = asked.state
    if state.stage in TURNS[type(asked.command)]:
        return None
    return asked.no(OutOfTurn, stands(state), _next_move(asked))


def _next_move(asked: Asked) -> str:
    state = asked.state
    if state.is_over:
        return _AGAIN
    if state.stage is Stage.APPLYING:
        return "Stop everything with `/incident stop-all` if it must not go on."
    if state.stage is Stage.INDETERMINATE:
        return "Look at the target, then press `Say what happened` on its card."
    return "See where it stands on its card."


def open_window(asked: Asked) -> No | None:
    """The time to approve is not over."""
    approve_by = asked.state.approve_by
    if approve_by is not None and asked.now < approve_by:
        return None
    closed = f" at {approve_by:%H:%M} UTC" if approve_by else ""
    return asked.no(TooLate, f"the time to approve ended{closed}", _AGAIN)


def not_stopped(asked: Asked) -> No | None:
    """The kill switch is off."""
    if not asked.facts.stopped:
        return None
    return asked.no(
        OutOfTurn,
        "everything was stopped",
        "Ask the incident commander; `/incident release` lets actions run again.",
    )


def not_frozen(asked: Asked) -> No | None:
    """No freeze is on that covers it."""
    if not asked.facts.frozen:
        return None
    freeze = asked.facts.freeze
    if freeze is not None:
        return asked.no(Frozen, freeze.says(asked.now), LIFT)
    return asked.no(
        OutOfTurn,
        "a change freeze is on",
        "Wait until it ends, or have it lifted.",
    )


def may_ask(asked: Asked) -> No | None:
    """The mode lets people decide."""
    if asked.rules.mode is not Mode.OBSERVE:
        return None
    return asked.no(
        OutOfTurn,
        "the gate only observes",
        "Set `gate.mode` to `suggest` or `act` to let people approve.",
    )


def may_act(asked: Asked) -> No | None:
    """The mode lets plans run."""
    if asked.rules.mode is Mode.ACT:
        return None
    return asked.no(
        OutOfTurn,
        f"the gate is in mode {asked.rules.mode}",
        "Do it by hand, or set `gate.mode` to `act`.",
    )


def same_play(asked: Asked) -> No | None:
    """A drill's plan stays in the drill, a real one outside of it."""
    if asked.facts.drill is asked.plan.drill:
        return None
    return asked.no(
        OutOfTurn,
        "a drill and the real thing do not mix",
        "Propose it in the incident it belongs to.",
    )


def reviews(asked: Asked) -> No | None:
    """No broken glass waits too long for a review; it blocks T1."""
    if asked.plan.level is not Level.T1 or asked.facts.overdue_reviews == 0:
        return None
    return asked.no(
        OutOfTurn,
        "a broken glass was not reviewed in time, and that blocks T1 plans",
        "Have somebody else look at it with `/incident review PLAN`.",
    )
