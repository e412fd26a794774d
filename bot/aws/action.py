"""What all AWS actions share: their role, their one resource, and how AWS is asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from bot.acting.action import DataAction
from bot.acting.filling import facts_of
from bot.acting.params import check_params
from bot.acting.reading import Texts, understood, was
from bot.acting.states import is_moving
from bot.aws.calls import look, write
from bot.aws.measure import CALL, Metric, measured, promise
from bot.aws.mint import Grant, is_too_wide
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.domain.plan import Afterwards, Draft, Plan, Step
from bot.ports.action import StepResult, Verified


class AwsAction(DataAction):
    """An action in AWS; its session is cut to the one resource by `mint.py`."""

    PLACE = "AWS"
    ROLE: ClassVar[str]
    """The role that writes, e.g. ``tocsin-act-iam``."""
    RESOURCE: ClassVar[str]
    """The fact that is the ARN of the one thing touched; "" where it has none."""
    BESIDE: ClassVar[tuple[str, ...]] = ()
    """Facts that are ARNs of what AWS judges beside it, such as a task definition."""

    IMPLIED: ClassVar[Texts] = {}
    """Calls that AWS judges within the write, and the fact that is the ARN of what
    they touch; "" for none: ``iam.PassRole`` → the role that is handed on."""
    SHOWN_LATE: ClassVar[bool] = True
    """Whether AWS may still show what was before when it has taken a change."""
    METRIC: ClassVar[Metric | None] = None
    """The figure that it should change; None where AWS keeps none of it."""

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Read the world and say exactly what would run, if it can be run and undone.

        Raises:
            BadRequest: As always; or the way back could not name what is now, or no
                session could be cut to it.
            NotFound: There is no such thing.
            Unreachable: The world could not be read.
        """
        draft = super().plan(params, reader=reader)
        self._refuse_one_way(draft)
        if is_too_wide(self.grant(draft)):
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because="it touches more things than one session of AWS can name",
                next_move="Change it in AWS by hand, and write a note here.",
            )
        return draft

    def rests(self, step: Step, session: Any) -> bool:
        """Tell whether what the step before did is shown; `apply` tells all else."""
        try:
            facts = self.facts(self.identity(step), session)
        except Exception:  # noqa: BLE001 - nothing was written, and nothing is here
            return True
        shown = all(facts.get(one.id) == one.value for one in step.compare)
        return shown and not is_moving(self.STATES, facts)

    def unlike(self, draft: Draft, facts: Texts, wrong: Sequence[str]) -> Verified:
        """Say that it cannot be told yet where AWS shows what was before.

        Several services show a change only seconds after they took it. What is still
        the same at the third look counts as failed; that is the gate's to say.

        Source: IAM User Guide, "Troubleshoot IAM", changes are not always immediately
        visible; EC2 Developer Guide, "Eventual consistency".
        """
        same = all(facts[one] == was(draft, one) for one in wrong)
        if self.SHOWN_LATE and same:
            says = f"Too early to tell: {', '.join(wrong)} is still as before."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
        return super().unlike(draft, facts, wrong)

    def _refuse_one_way(self, draft: Draft) -> None:
        """Refuse what this action itself undoes and could not be told to.

        Raises:
            BadRequest: The value from before is none that a plan can name.
        """
        name = self.MANIFEST.name
        if self.MANIFEST.rollback != name:
            return
        try:
            check_params(name, self.MANIFEST.params, self.rollback(draft) or {})
        except BadRequest as refused:
            raise BadRequest(
                f"{name} was not planned",
                because=f"the way back could not set what is now: {refused.because}",
                next_move="Change it in AWS by hand, and write a note here.",
            ) from None

    def metric(self, params: Texts) -> Metric | None:
        """Return the figure that it should change with these parameters."""
        del params
        return self.METRIC

    def afterwards(self, params: Texts) -> Afterwards | None:
        """Return what is promised of the figure, as people read it."""
        metric = self.metric(params)
        if metric is None:
            return None
        return Afterwards(says=promise(metric, params), after_s=metric.window_s)

    def measure(
        self, plan: Plan, *, since: datetime, until: datetime, reader: Any
    ) -> Verified:
        """Say what the figure was in a time after the plan was verified.

        Raises:
            Unreachable: CloudWatch could not be read.
        """
        params = dict(plan.draft.params)
        metric = self.metric(params)
        if metric is None:
            says = "There is no figure to read."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
        with understood(CALL):
            return measured(metric, params, since=since, until=until, session=reader)

    def grant(self, draft: Draft) -> Grant:
        """Return what the plan's session must be able to do, and nothing more."""
        facts = facts_of(draft.preconditions)
        writes = tuple(step.call for step in draft.steps)
        reads = tuple(one.call for one in self.FACTS)
        implied = {call: of for call, of in self.IMPLIED.items() if facts[of]}
        of = (self.RESOURCE, *self.BESIDE, *implied.values())
        return Grant(
            role=self.ROLE,
            calls=(*writes, *reads, *implied),
            resources=tuple(facts[one] for one in of if one),
        )

    def looked(self, session: Any, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return the answer of a reading call, as `bot/aws/calls.py` makes it.

        Raises:
            NotFound: AWS says that the thing does not exist.
            Unreachable: It was refused or there was no answer.
        """
        return look(session, call, texts)

    def written(
        self, session: Any, call: str, texts: Texts, *, idempotency_key: str
    ) -> StepResult:
        """Make the call once. Never raises."""
        return write(session, call, texts, idempotency_key=idempotency_key)
