"""What all AWS actions share: their role, their one resource, and how AWS is asked."""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.action import DataAction
from bot.acting.reading import Texts
from bot.aws.calls import look, write
from bot.aws.mint import Grant
from bot.domain.plan import Draft
from bot.ports.action import StepResult


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

    def grant(self, draft: Draft) -> Grant:
        """Return what the plan's session must be able to do, and nothing more."""
        facts = {one.id: one.value for one in draft.preconditions}
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
