"""One plan view for each state a plan's card can be in.

`python -m tests.slack.plan_states` writes the drawn cards and forms to
`tests/slack/plans`, where a reviewer can paste them into Block Kit Builder. Do it
on purpose and look at the difference.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.action_table import Stage
from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.plan import (
    Afterwards,
    Blast,
    Change,
    Draft,
    Level,
    Plan,
    Probe,
    Step,
    Waived,
)
from bot.domain.plan_view import Offer, PlanView
from bot.domain.untrusted import Untrusted
from bot.slack import plan_card, plan_modals
from bot.slack.plan_forms import About

GOLDEN = Path(__file__).parent / "plans"
TOKEN = "pl_01HX0000000000000000000001.mac"  # noqa: S105 - what a button carries
STATUS = Probe(id="iam.access_key.status", value="Active")
DRAFT = Draft(
    action="aws.iam.deactivate_access_key",
    action_version=1,
    params=(("user_name", "ci-bot"),),
    target="ci-bot",
    changes=(Change(what="key 1 of ci-bot", before="Active", after="Inactive"),),
    steps=(
        Step(
            id="s1",
            call="iam.UpdateAccessKey",
            params=(("KeyNumber", "1"), ("Status", "Inactive"), ("UserName", "ci-bot")),
            compare=(STATUS,),
        ),
    ),
    preconditions=(STATUS,),
    blast=Blast(systems=1, principals=1, says="support-bot-v7 signs in with it"),
    verify="the key's status reads Inactive",
    rollback="aws.iam.activate_access_key",
)
PLAN = Plan(
    id="pl_01HX0000000000000000000001",
    incident="INC-0001",
    channel="C0INCIDENTS",
    requester="U0ONCALL",
    reason="the key leaked",
    draft=DRAFT,
    level=Level.T2,
    quorum=1,
    needs_commander=False,
    policy_hash="f" * 64,
)


def view_of(plan: Plan, **more: Any) -> PlanView:
    """Return a plan that waits, in mode act."""
    waits: dict[str, Any] = {
        "digest": plan.digest(),
        "stage": Stage.PENDING,
        "reason": Untrusted(plan.reason),
        "approve_by": datetime(2026, 5, 4, 12, 15, tzinfo=UTC),
        "log_size": 1234,
        "log_root": "9f3ac04d11aa",
        "mode": "act",
    }
    return PlanView(plan=plan, **(waits | more))


LEGAL = (
    "Altering the system may spoil evidence that an authority is owed "
    "(AI Act, Art. 73(6)). A snapshot is taken first."
)
T1_PLAN = replace(
    PLAN,
    level=Level.T1,
    quorum=2,
    needs_commander=True,
    draft=replace(DRAFT, rollback="", irreversible_because="a deleted key is gone"),
)
T1 = view_of(T1_PLAN, legal=LEGAL, agreed=("U0SECOND",))
T2 = view_of(PLAN, legal=LEGAL)
T3 = view_of(replace(PLAN, level=Level.T3))
APPROVED = replace(
    T2,
    stage=Stage.APPROVED,
    agreed=("U0SECOND",),
    moved_by=("U0SECOND",),
    apply_by=datetime(2026, 5, 4, 12, 7, tzinfo=UTC),
)
DONE = replace(APPROVED, apply_by=None, moved_by=())
MEASURED_PLAN = replace(
    PLAN,
    draft=replace(
        DRAFT, afterwards=Afterwards(says="no calls of ci-bot since.", after_s=300)
    ),
)
BIG = replace(
    PLAN,
    draft=replace(
        DRAFT,
        steps=tuple(
            Step(
                id=f"s{n}",
                call="iam.UpdateAccessKey",
                params=(("UserName", "x" * 900),),
            )
            for n in range(12)
        ),
    ),
)
BROKEN = replace(
    DONE,
    stage=Stage.VERIFIED,
    agreed=(),
    moved_by=("U0ONCALL",),
    glass_by="U0ONCALL",
    review_due_at=datetime(2026, 5, 5, 12, 7, tzinfo=UTC),
)
FREEZE = Freeze(
    id="FZ-0001",
    until=datetime(2026, 5, 4, 14, tzinfo=UTC),
    by="U0LEAD",
    reason=Untrusted("<!here> the *year* is being closed"),
)
FULL = UsedUp(
    what="`aws.iam.deactivate_access_key` ran 3 times since 11:10 UTC, "
    "and 3 an hour is the limit of an action",
    next_at=datetime(2026, 5, 4, 12, 4, tzinfo=UTC),
    setting="gate.action_per_hour",
)
VIEWS: Mapping[str, PlanView] = {
    "pending-t1": T1,
    "pending-t2": T2,
    "pending-t3": T3,
    "frozen": replace(T2, held=FREEZE),
    "approved": APPROVED,
    "waits-for-a-place": replace(APPROVED, held=FULL),
    "no-place-in-time": replace(
        APPROVED, held=replace(FULL, next_at=datetime(2026, 5, 4, 12, 30, tzinfo=UTC))
    ),
    "applying": replace(DONE, stage=Stage.APPLYING),
    "applied": replace(DONE, stage=Stage.APPLIED, outcome="1 of 1 steps done."),
    "verified": replace(
        DONE,
        stage=Stage.VERIFIED,
        outcome="The key's status reads Inactive.",
        rollback="aws.iam.activate_access_key",
    ),
    "measured": replace(
        DONE,
        plan=MEASURED_PLAN,
        digest=MEASURED_PLAN.digest(),
        stage=Stage.VERIFIED,
        outcome="It ran and the world is as the plan promised.",
        seen=Untrusted("Read again: Inactive."),
        measured="fail",
        measured_says=Untrusted(
            "7 calls of ci-bot in 4 minutes, 41 in as many before."
        ),
        rollback="aws.iam.activate_access_key",
    ),
    "verify-failed": replace(
        DONE,
        stage=Stage.VERIFY_FAILED,
        outcome="The key's status reads Active.",
        rollback="aws.iam.activate_access_key",
    ),
    "rolling-back": replace(
        DONE,
        stage=Stage.ROLLING_BACK,
        rollback_plan="pl_01HX0000000000000000000002",
        rollback_stage=Stage.APPLYING,
    ),
    "undone": replace(
        DONE,
        stage=Stage.VERIFIED,
        outcome="The key's status reads Inactive.",
        rollback_plan="pl_01HX0000000000000000000002",
        rollback_stage=Stage.VERIFIED,
    ),
    "glass-broken": BROKEN,
    "glass-reviewed": replace(BROKEN, review_due_at=None, reviewed_by="U0LEAD"),
    "denied": replace(
        T2,
        stage=Stage.DENIED,
        moved_by=("U0SECOND",),
        outcome="It was rejected, so it did not run.",
        said=Untrusted("The bot would *stop* serving <!here>."),
    ),
    "cancelled": replace(T2, stage=Stage.CANCELLED, moved_by=("U0ONCALL",)),
    "expired": replace(T2, stage=Stage.EXPIRED, moved_by=()),
    "stale": replace(
        DONE, stage=Stage.STALE, outcome="iam.access_key.status is Inactive by now."
    ),
    "revoked": replace(
        DONE, stage=Stage.REVOKED, outcome="U0SECOND is no approver any more."
    ),
    "failed": replace(DONE, stage=Stage.FAILED, outcome="Done: none. AWS refused s1."),
    "indeterminate": replace(
        DONE, stage=Stage.INDETERMINATE, outcome="The worker was lost during s1."
    ),
    "pending-groups": replace(
        view_of(
            replace(
                PLAN,
                quorum=2,
                groups=("engineering", "privacy"),
                region="us-east-1",
                waivers=(
                    Waived(
                        id="wv-move",
                        rule="data-leaves-region",
                        owner="U0LEAD",
                        until="2026-06-01T00:00:00+00:00",
                    ),
                ),
            )
        ),
        agreed=("U0SECOND",),
        needs=("privacy",),
        lifted=("wv-move",),
    ),
    "waived": replace(APPROVED, lifted=("wv-move",)),
    "observe": replace(T2, mode="observe"),
    "suggest": replace(T2, mode="suggest"),
    "drill": view_of(replace(PLAN, drill=True)),
    "undoes-another": view_of(replace(PLAN, parent="pl_01HX0000000000000000000000")),
    "does-not-fit": view_of(BIG),
}
OFFER = Offer(
    action="aws.iam.deactivate_access_key",
    title="Deactivate an IAM access key",
    params={"user_name": "Name of the user", "key_number": "Which of the keys"},
    known={"user_name": "ci-bot"},
)
OTHER_OFFER = Offer(
    action="aws.lambda.stop", title="Stop a function", params={}, known={}
)


def about(view: PlanView, person: str = "U0SECOND") -> About:
    """Return what a form that was opened from a plan's card is about."""
    return About(
        token=TOKEN,
        digest=view.digest,
        channel=view.plan.channel,
        message="1.1",
        person=person,
    )


_PROPOSES = About(incident="INC-0001", channel="C0INCIDENTS")
FORMS: Mapping[str, dict[str, Any]] = {
    "form-choose": plan_modals.choose([OFFER, OTHER_OFFER], _PROPOSES),
    "form-propose": plan_modals.propose(OFFER, replace(_PROPOSES, action=OFFER.action)),
    "form-review-t1": plan_modals.review(T1, about(T1)),
    "form-review-t2": plan_modals.review(T2, about(T2)),
    "form-review-t3": plan_modals.review(T3, about(T3)),
    "form-review-own": plan_modals.review(T2, about(T2, "U0ONCALL")),
    "form-reject": plan_modals.reject(T2, about(T2)),
    "form-break-glass": plan_modals.break_glass(T1, about(T1)),
    "form-reconcile": plan_modals.reconcile(VIEWS["indeterminate"], about(T2)),
    "form-lift": plan_modals.lift((FREEZE,), About(channel="C0INCIDENTS")),
    "form-lift-nothing": plan_modals.lift((), About(channel="C0INCIDENTS")),
    "form-rollback": plan_modals.rollback(VIEWS["verified"], about(T2)),
    "form-edit": plan_modals.edit(T2, OFFER, about(T2)),
    "form-look-back": plan_modals.look_back(BROKEN, about(T2)),
    "form-recorded": plan_modals.recorded(),
}


def storable(text: str) -> str:
    """Return text as a plan can hold it: a lone surrogate makes no digest."""
    return text.encode("utf-8", "replace").decode()


def drawn(view: PlanView) -> dict[str, Any]:
    """Return a card as it is compared."""
    post = plan_card.card(view, token=TOKEN)
    return {"text": post.text, "blocks": list(post.blocks)}


def main() -> None:
    """Write every card and form."""
    GOLDEN.mkdir(exist_ok=True)
    for name, shown in {**{n: drawn(v) for n, v in VIEWS.items()}, **FORMS}.items():
        text = json.dumps(shown, indent=1, ensure_ascii=False, sort_keys=True)
        (GOLDEN / f"{name}.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
