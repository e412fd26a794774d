"""A gate without a world: it keeps plans in memory and moves them in small steps.

The real rules are those of `bot/domain`; here a test says what a call answers. It
remembers each call with everything it was given.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.action_facts import Click
from bot.domain.action_table import TERMINAL, Stage
from bot.domain.freeze import Freeze
from bot.domain.plan_view import Offer, PlanView
from bot.domain.untrusted import Untrusted
from bot.ports.gate import Asker, Standstill, Stopped

Call = tuple[str, dict[str, Any]]
FREEZE = Freeze(
    id="FZ-0001",
    until=datetime(2025, 11, 20, 14, tzinfo=UTC),
    by="U0LEAD",
    reason=Untrusted("the year is being closed"),
)
_MAC = ".mac"


class FakeFreezing:
    """Keeps `bot.ports.gate.Freezing`; one freeze at most is on."""

    def __init__(self, called: Callable[..., None]) -> None:
        self._called = called
        self.now: tuple[Freeze, ...] = ()
        self.stop: Stopped | None = None

    def on(self) -> tuple[Freeze, ...]:
        """Return what is on."""
        return self.now

    def still(self) -> Standstill:
        """Return what is frozen, and whether everything is stopped."""
        return Standstill(frozen=self.now, stopped=self.stop)

    def may_thaw(self, *, by: Asker) -> bool:
        """Tell whether somebody may lift; who is in a group may."""
        return bool(by.groups)

    def freeze(
        self, *, by: Asker, lasts: timedelta, reason: Untrusted, item: str = ""
    ) -> Freeze:
        """Freeze."""
        self._called("freeze", by=by, lasts=lasts, reason=reason, item=item)
        self.now = (FREEZE,)
        return FREEZE

    def thaw(self, *, by: Asker, reason: Untrusted | None) -> tuple[Freeze, ...]:
        """Lift what is on."""
        self._called("thaw", by=by, reason=reason)
        found, self.now = self.now, ()
        return found


class FakeGate:
    """Keeps `bot.ports.gate.Gate`.

    Attributes:
        calls: Name and arguments of each call that changes something, in order.
        refuses: What the next such calls raise; the first one first.
        before: Called before a call is answered, to let time pass.
    """

    def __init__(self, *views: PlanView, offers: tuple[Offer, ...] = ()) -> None:
        self.plans = {view.plan.id: view for view in views}
        self.offered = offers
        self.calls: list[Call] = []
        self.refuses: list[Exception] = []
        self.messages: list[tuple[str, str]] = []
        self.turned: list[tuple[str, str, str, str]] = []
        self.before: Callable[[], object] = lambda: None
        self.reached = 2
        self.freezing = FakeFreezing(self._called)

    def named(self, name: str) -> list[dict[str, Any]]:
        """Return the arguments of each call of that name."""
        return [given for called, given in self.calls if called == name]

    def put(self, view: PlanView) -> None:
        """Let a plan stand as it is given."""
        self.plans[view.plan.id] = view

    def _called(self, name: str, **given: Any) -> None:
        self.before()
        self.calls.append((name, given))
        if self.refuses:
            raise self.refuses.pop(0)

    def _move(self, plan: str, stage: Stage, by: Asker) -> PlanView:
        view = replace(self.plans[plan], stage=stage, moved_by=(by.person.id,))
        self.put(view)
        return view

    def offers(self, incident: str) -> tuple[Offer, ...]:
        """Return what can be proposed."""
        self.before()
        return self.offered if incident else ()

    def propose(
        self,
        incident: str,
        action: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str = "",
        parent: str = "",
    ) -> PlanView:
        """Return the first plan as if it had just been made."""
        given = {"incident": incident, "action": action, "params": dict(params)}
        also = {"by": by, "reason": reason, "item": item, "parent": parent}
        self._called("propose", **given, **also)
        return next(iter(self.plans.values()))

    def edit(
        self,
        plan: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str = "",
    ) -> PlanView:
        """End the plan and return the first one as if it were its edit."""
        given = {"plan": plan, "params": dict(params), "by": by}
        self._called("edit", **given, reason=reason, item=item)
        self._move(plan, Stage.SUPERSEDED, by)
        return next(iter(self.plans.values()))

    def review(self, plan: str, *, by: Asker, finding: Untrusted) -> PlanView:
        """Take a review of a broken glass."""
        self._called("review", plan=plan, by=by, finding=finding)
        view = replace(self.plans[plan], review_due_at=None, reviewed_by=by.person.id)
        self.put(view)
        return view

    def turned_away(self, token: str, *, by: str, asked: str, code: str) -> None:
        """Remember who did not get what they asked."""
        self.turned.append((token, by, asked, code))

    def view(self, plan: str) -> PlanView | None:
        """Return what stands on a plan's card."""
        self.before()
        return self.plans.get(plan)

    def token(self, plan: str) -> str:
        """Return what the plan's buttons carry."""
        return plan + _MAC

    def opened(self, token: str) -> str:
        """Return the plan of a token that `token` made."""
        plan = token.removesuffix(_MAC)
        return plan if token.endswith(_MAC) and plan in self.plans else ""

    def approve(
        self,
        plan: str,
        *,
        by: Asker,
        digest: str,
        typed: str,
        reason: Untrusted | None,
        click: Click,
    ) -> PlanView:
        """Count a yes."""
        given = {"plan": plan, "by": by, "digest": digest, "typed": typed}
        self._called("approve", **given, reason=reason, click=click)
        view = self.plans[plan]
        view = replace(view, agreed=(*view.agreed, by.person.id))
        self.put(view)
        enough = len(view.agreed) >= view.plan.quorum
        return self._move(plan, Stage.APPROVED, by) if enough else view

    def deny(
        self, plan: str, *, by: Asker, reason: Untrusted, click: Click
    ) -> PlanView:
        """Take a no, also a late one."""
        late = self.plans[plan].stage is Stage.APPROVED
        self._called("deny", plan=plan, by=by, reason=reason, click=click)
        return self._move(plan, Stage.CANCELLED if late else Stage.DENIED, by)

    def cancel(self, plan: str, *, by: Asker, reason: Untrusted | None) -> PlanView:
        """Take a plan back."""
        self._called("cancel", plan=plan, by=by, reason=reason)
        return self._move(plan, Stage.CANCELLED, by)

    def break_glass(
        self,
        plan: str,
        *,
        by: Asker,
        digest: str,
        typed: str,
        reason: Untrusted,
        click: Click,
    ) -> PlanView:
        """Go on without the others."""
        given = {"plan": plan, "by": by, "digest": digest, "typed": typed}
        self._called("break_glass", **given, reason=reason, click=click)
        return self._move(plan, Stage.APPROVED, by)

    def reconcile(
        self, plan: str, *, by: Asker, committed: bool, reason: Untrusted
    ) -> PlanView:
        """Take a person's word for what happened."""
        self._called("reconcile", plan=plan, by=by, committed=committed, reason=reason)
        return self._move(plan, Stage.APPLIED if committed else Stage.FAILED, by)

    def stop_all(self, *, by: Asker) -> int:
        """Stop everything."""
        self._called("stop_all", by=by)
        return self.reached

    def release(self, *, by: Asker) -> bool:
        """Take a stop back."""
        self._called("release", by=by)
        return bool(self.named("stop_all"))

    def open_plans(self, incident: str = "") -> tuple[PlanView, ...]:
        """Return the plans that are not over."""
        return tuple(
            view
            for view in self.plans.values()
            if view.stage not in TERMINAL and incident in ("", view.plan.incident)
        )

    def shown(self, plan: str, message: str) -> None:
        """Remember which message is the plan's card."""
        if self.refuses:
            raise self.refuses.pop(0)
        self.messages.append((plan, message))
