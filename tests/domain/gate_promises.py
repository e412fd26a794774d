"""What must never happen: every event is judged by what really was so.

`judge` names the promise that an event breaks. It takes nothing from the gate but the
event itself and the stage it was written in.
"""

from collections.abc import Callable, Mapping
from itertools import permutations

from bot.domain.action_commands import (
    BeginStep,
    BreakGlass,
    Deny,
    DraftPlan,
    EndStep,
    Measure,
    Mirror,
    Reconcile,
    Supersede,
    Verify,
)
from bot.domain.action_effects import (
    ActionApplied,
    ActionClaimed,
    ActionFailed,
    ActionIndeterminate,
    ActionMeasured,
    ActionReconciled,
    ActionRolledBack,
    ActionVerified,
    StepBegan,
    StepEnded,
    Verdict,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionCleared,
    ActionDenied,
    ActionDrafted,
    ActionEvent,
    ActionExpired,
    ActionPublished,
    ActionReviewed,
    ActionRevoked,
    ActionStale,
    ActionSuperseded,
)
from bot.domain.action_table import TERMINAL, TRANSITIONS
from bot.domain.gate_rules import QUORUM
from bot.domain.plan import Plan
from tests.domain.action_spec import EXTERNAL, GUEST
from tests.domain.gate_truth import Seen
from tests.domain.gate_world import IN_GROUPS
from tests.spec import DANA, OLU

STRANGERS = {GUEST.id, EXTERNAL.id}


def judge(seen: Seen, event: ActionEvent) -> str:
    """Name the promise that an event breaks; "" if it breaks none."""
    key = (seen.before.stage, type(event))
    if key not in TRANSITIONS:
        return "every event has its place in the table"
    if seen.before.stage in TERMINAL and TRANSITIONS[key] is not seen.before.stage:
        return "terminal stays terminal"
    if seen.move.wrong in ("clock", "old facts") and seen.wrong:
        return f"nothing rests on {seen.move.wrong}"
    rule = PROMISES.get(type(event))
    return rule(seen, event) if rule else ""


def _drafted(seen: Seen, _: ActionEvent) -> str:
    command = seen.move.command
    is_right = isinstance(command, DraftPlan) and seen.move.who.id not in STRANGERS
    return "" if is_right and not seen.wrong else "a draft rests on what is known"


def _published(seen: Seen, _: ActionEvent) -> str:
    return f"nothing is put forward despite {seen.wrong}" if seen.wrong else ""


def _approved(seen: Seen, _: ActionEvent) -> str:
    if not seen.may_agree:
        return "only eligible others agree; the requester only to T3"
    if seen.wrong:
        return f"an approval covers what was shown and allowed, not {seen.wrong}"
    if not seen.approve_open:
        return "what has expired is never approved"
    if seen.truth.over:
        return "one no is enough"
    return "one yes a person" if seen.move.who.id in seen.truth.yes else ""


def _cleared(seen: Seen, _: ActionEvent) -> str:
    if isinstance(seen.move.command, BreakGlass):
        return "" if seen.truth.owed else "broken glass owes a review"
    plan, yes = seen.play.plan, seen.truth.yes
    if len(yes) < plan.quorum:
        return "nothing is cleared without a quorum of distinct others"
    if plan.groups and not _spoken_for(plan, yes):
        return "every group has a yes of its own, and none from who asked"
    is_led = not plan.needs_commander or DANA.id in yes
    return "" if is_led else "T1 is cleared with the commander"


def _spoken_for(plan: Plan, yes: frozenset[str]) -> bool:
    """Try everybody for every group."""
    others = sorted(yes - {plan.requester})
    level = [who for who in yes if "approvers" in IN_GROUPS[who]]
    return len(level) >= QUORUM[plan.level] and any(
        all(
            name in IN_GROUPS[who] for name, who in zip(plan.groups, order, strict=True)
        )
        for order in permutations(others, len(plan.groups))
    )


def _glass(seen: Seen, _: ActionEvent) -> str:
    is_right = seen.approve_open and not seen.truth.over
    if seen.move.who.id in STRANGERS or not is_right or seen.wrong:
        return f"broken glass waives nothing but the quorum, not {seen.wrong}"
    return ""


def _claimed(seen: Seen, _: ActionEvent) -> str:
    if seen.truth.cleared is None:
        return "no effect without a quorum"
    if not seen.in_window:
        return "nothing starts after its window"
    if seen.truth.over:
        return "one no is enough"
    if seen.truth.claims:
        return "a plan is taken once"
    return f"nothing starts despite {seen.wrong}" if seen.wrong else ""


def _began(seen: Seen, event: ActionEvent) -> str:
    truth = seen.truth
    if not isinstance(event, StepBegan) or not isinstance(seen.move.command, BeginStep):
        return "a step begins by its worker"
    if truth.doubt or event.step in truth.begun:
        return "what may have happened is never done again"
    if truth.claims != 1 or seen.wrong or truth.stop:
        return f"no step despite {seen.wrong or 'a stop'}"
    if not seen.in_window or not seen.leased:
        return "no step starts after its window or lease"
    if len(truth.begun) != len(truth.ended):
        return "one call at a time"
    steps = [step.id for step in seen.play.plan.draft.steps]
    is_next = steps[len(truth.begun)] == event.step
    return "" if is_next else "steps run in order"


def _ended(seen: Seen, event: ActionEvent) -> str:
    on_its_way = set(seen.truth.begun) - set(seen.truth.ended)
    is_answer = isinstance(event, StepEnded) and event.step in on_its_way
    return "" if is_answer and not seen.wrong else "an answer belongs to its call"


def _applied(seen: Seen, _: ActionEvent) -> str:
    command = seen.move.command
    if isinstance(command, Reconcile):
        return "" if command.committed else "a person's word is taken as it is"
    every = {step.id for step in seen.play.plan.draft.steps}
    return "" if set(seen.truth.made) == every else "applied means every step"


def _failed(seen: Seen, event: ActionEvent) -> str:
    is_honest = isinstance(event, ActionFailed) and event.done == seen.truth.made
    on_its_way = set(seen.truth.begun) - set(seen.truth.ended)
    if on_its_way and not isinstance(seen.move.command, Reconcile):
        return "nothing ends while a call is on its way"
    return "" if is_honest else "a failure names exactly what was done"


def _doubt(seen: Seen, _: ActionEvent) -> str:
    if isinstance(seen.move.command, EndStep):
        return ""
    is_lost = seen.move.wrong == "worker gone" or not seen.leased
    return "" if is_lost else "a worker within its lease is left alone"


def _reconciled(seen: Seen, _: ActionEvent) -> str:
    who = seen.move.who.id
    is_allowed = bool(who) and who not in STRANGERS and not seen.wrong
    is_allowed = is_allowed or seen.wrong == "policies changed"
    return "" if is_allowed else "only those who may say what happened"


def _verified(seen: Seen, _: ActionEvent) -> str:
    command = seen.move.command
    is_pass = isinstance(command, Verify) and command.verdict is Verdict.PASS
    fence = 2 if seen.truth.doubt else 1
    is_fresh = isinstance(command, Verify) and command.fence == fence
    return "" if is_pass and is_fresh else "verified means seen since"


def _measured(seen: Seen, _: ActionEvent) -> str:
    command = seen.move.command
    fence = 2 if seen.truth.doubt else 1
    is_fresh = isinstance(command, Measure) and command.fence == fence
    return "" if is_fresh else "a figure is read since the newest turn of events"


def _denied(seen: Seen, _: ActionEvent) -> str:
    who = seen.move.who.id
    if _is_stranger(seen) or seen.wrong == "reason":
        return "strangers decide nothing, and a no has a reason"
    no_right = seen.wrong == "policy" and who not in (OLU.id, DANA.id)
    return "who could not agree cannot refuse" if no_right else ""


def _cancelled(seen: Seen, event: ActionEvent) -> str:
    if not isinstance(event, ActionCancelled) or seen.wrong == "admin":
        return ""
    if event.because == "stop_all":
        return "strangers stop nothing" if _is_stranger(seen) else ""
    is_late_no = isinstance(seen.move.command, Deny) and event.because == "late_no"
    may = seen.move.who.id in (OLU.id, DANA.id) or is_late_no
    if not may or _is_stranger(seen):
        return "only those take back who may"
    return _denied(seen, event)


def _is_stranger(seen: Seen) -> bool:
    pretends = ("somebody else", "team", "guest now")
    return seen.move.who.id in STRANGERS or seen.wrong in pretends


def _superseded(seen: Seen, event: ActionEvent) -> str:
    is_right = seen.move.who.id in (OLU.id, DANA.id) and not seen.wrong
    is_other = isinstance(seen.move.command, Supersede) and seen.wrong != "same"
    return "" if is_right and is_other else "only those edit who may, into another"


def _reviewed(seen: Seen, event: ActionEvent) -> str:
    who, truth = seen.move.who.id, seen.truth
    is_owed = truth.owed and not truth.reviewed
    is_other = who != truth.glass and who not in STRANGERS
    is_said = isinstance(event, ActionReviewed) and bool(event.finding)
    is_right = is_owed and is_other and is_said
    allowed = seen.wrong in ("", "policies changed")
    return "" if is_right and allowed else "broken glass is reviewed once, by others"


def _stale(seen: Seen, _: ActionEvent) -> str:
    return "" if seen.wrong == "drift" else "stale means the world was seen to differ"


def _revoked(seen: Seen, _: ActionEvent) -> str:
    lost = seen.wrong.startswith("lost") or seen.wrong in (
        "policies changed",
        "commander",
    )
    return "" if lost else "revoked means that a right was lost"


def _expired(seen: Seen, _: ActionEvent) -> str:
    is_open = seen.approve_open if seen.truth.cleared is None else seen.in_window
    return "what is open does not expire" if is_open else ""


def _back(seen: Seen, event: ActionEvent) -> str:
    command, child = seen.move.command, seen.before.rollback
    is_own = isinstance(command, Mirror) and command.child == child
    return "" if is_own and not seen.wrong else "a rollback is the plan's own"


PROMISES: Mapping[type[ActionEvent], Callable[[Seen, ActionEvent], str]] = {
    ActionDrafted: _drafted,
    ActionPublished: _published,
    ActionApproved: _approved,
    ActionCleared: _cleared,
    ActionBrokeGlass: _glass,
    ActionClaimed: _claimed,
    StepBegan: _began,
    StepEnded: _ended,
    ActionApplied: _applied,
    ActionFailed: _failed,
    ActionIndeterminate: _doubt,
    ActionReconciled: _reconciled,
    ActionVerified: _verified,
    ActionMeasured: _measured,
    ActionDenied: _denied,
    ActionCancelled: _cancelled,
    ActionSuperseded: _superseded,
    ActionReviewed: _reviewed,
    ActionStale: _stale,
    ActionRevoked: _revoked,
    ActionExpired: _expired,
    ActionRolledBack: _back,
}
