"""Every guard by its name, and which of them stand before which command.

Both are data: the documentation lists them, and the model check takes each guard
out by name and shows that something would then go wrong.
"""

from collections.abc import Mapping
from types import MappingProxyType

from bot.domain import (
    gate_claim,
    gate_click,
    gate_people,
    gate_plan,
    gate_quorum,
    gate_steps,
    gate_timing,
)
from bot.domain.action_asked import Asked, Guard, No
from bot.domain.action_commands import (
    ActionCommand,
    Approve,
    BeginStep,
    BreakGlass,
    Cancel,
    Claim,
    Deny,
    DraftPlan,
    EndStep,
    Expire,
    Measure,
    Mirror,
    Publish,
    Reconcile,
    Recover,
    Review,
    Show,
    Stop,
    Supersede,
    Verify,
)

_ALL: tuple[Guard, ...] = (
    gate_timing.exists,
    gate_timing.absent,
    gate_timing.clock,
    gate_timing.fresh,
    gate_timing.stage,
    gate_timing.open_window,
    gate_timing.not_stopped,
    gate_timing.not_frozen,
    gate_timing.may_ask,
    gate_timing.may_act,
    gate_timing.same_play,
    gate_timing.reviews,
    gate_people.in_slack,
    gate_people.known,
    gate_people.member,
    gate_people.member_or_admin,
    gate_people.drafter,
    gate_people.team,
    gate_people.in_channel,
    gate_people.group,
    gate_people.policy,
    gate_people.pinned,
    gate_people.not_requester,
    gate_people.not_author,
    gate_people.own_draft,
    gate_people.may_deny,
    gate_people.may_cancel,
    gate_people.may_edit,
    gate_people.may_reconcile,
    gate_people.other_eyes,
    gate_click.token,
    gate_click.shown,
    gate_click.body,
    gate_click.channel,
    gate_click.unshared,
    gate_click.card,
    gate_click.typed_target,
    gate_click.typed_phrase,
    gate_click.t1_reason,
    gate_click.reason,
    gate_click.glass_phrase,
    gate_click.glass_reason,
    gate_click.glass_limit,
    gate_plan.catalogued,
    gate_plan.derived,
    gate_plan.demanded,
    gate_plan.sound,
    gate_plan.fits,
    gate_plan.other_plan,
    gate_plan.lineage,
    gate_quorum.once,
    gate_quorum.quorum,
    gate_quorum.groups,
    gate_quorum.commander,
    gate_quorum.review_owed,
    gate_claim.apply_window,
    gate_claim.stop_cancels,
    gate_claim.same_policies,
    gate_claim.rights,
    gate_claim.still_grouped,
    gate_claim.same_commander,
    gate_claim.runs,
    gate_claim.looked,
    gate_claim.drift,
    gate_claim.limits,
    gate_claim.proposals,
    gate_claim.proof,
    gate_claim.evidence,
    gate_steps.owner,
    gate_steps.fence,
    gate_steps.idle,
    gate_steps.leased,
    gate_steps.step_window,
    gate_steps.stop_fails,
    gate_steps.once_begun,
    gate_steps.in_order,
    gate_steps.on_its_way,
    gate_steps.given_up,
)
GUARDS: Mapping[str, Guard] = MappingProxyType(
    {guard.__name__: guard for guard in _ALL}
)

_TURN = ("exists", "clock", "stage")
_ASKED = ("exists", "clock", "fresh", "stage", "known")
_AGREES = (
    *("exists", "clock", "fresh", "stage", "open_window"),
    *("in_slack", "known", "member", "team", "in_channel"),
    *("channel", "unshared", "token", "shown", "body"),
    *("may_ask", "not_stopped", "not_frozen", "same_play", "reviews"),
)
# In this order; the first no is the answer.
CHECKS: Mapping[type[ActionCommand], tuple[str, ...]] = MappingProxyType(
    {
        DraftPlan: (
            *("absent", "fresh", "known", "drafter", "policy", "pinned"),
            *("own_draft", "catalogued", "derived", "demanded", "sound", "same_play"),
            "proposals",
        ),
        Publish: (*_TURN, "fresh", "body", "fits", "not_stopped"),
        Show: _TURN,
        Approve: (
            *(*_AGREES, "card", "not_requester", "not_author", "group", "policy"),
            *("pinned", "typed_target", "typed_phrase", "t1_reason"),
        ),
        BreakGlass: (
            *(*_AGREES, "policy", "pinned"),
            *("glass_limit", "glass_phrase", "glass_reason"),
        ),
        Deny: (*_ASKED, "member_or_admin", "team", "may_deny", "reason"),
        Cancel: (*_ASKED, "member_or_admin", "team", "may_cancel"),
        Supersede: (*_ASKED, "member", "team", "may_edit", "other_plan"),
        Expire: ("clock",),
        Claim: (
            *(*_TURN, "fresh", "apply_window", "stop_cancels", "body"),
            *("same_policies", "rights", "still_grouped", "same_commander"),
            *("catalogued", "derived", "demanded"),
            *("same_play", "may_act", "not_frozen", "reviews", "runs"),
            *("looked", "drift", "limits", "proof", "evidence"),
        ),
        BeginStep: (
            *(*_TURN, "fresh", "owner", "idle", "leased", "step_window"),
            *("stop_fails", "body", "once_begun", "in_order"),
        ),
        # An answer and a stop are taken also while the clock is wrong.
        EndStep: ("exists", "stage", "owner", "on_its_way"),
        Recover: ("clock", "given_up"),
        Stop: ("exists", "fresh", "known", "member_or_admin", "team"),
        Reconcile: (*_ASKED, "member_or_admin", "team", "may_reconcile"),
        Verify: (*_TURN, "fence"),
        Measure: (*_TURN, "fence"),
        Mirror: ("exists", "clock", "lineage"),
        Review: (
            *("exists", "clock", "fresh", "review_owed", "known", "member", "team"),
            *("other_eyes", "policy", "reason"),
        ),
    }
)


def first_no(asked: Asked) -> No | None:
    """Return the first no of the guards before a command; None if all hold."""
    for name in CHECKS[type(asked.command)]:
        no = GUARDS[name](asked)
        if no is not None:
            return no
    return None


def holds(name: str, asked: Asked) -> bool:
    """Tell whether one guard holds, where an answer depends on it."""
    return GUARDS[name](asked) is None
