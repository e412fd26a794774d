"""What actions over HTTP share: their requests, and how they are asked and made."""

import contextlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

from bot.acting.action import DataAction
from bot.acting.reading import Texts, filled
from bot.domain.errors import Unreachable
from bot.domain.plan import Draft, Plan, Probe, Step
from bot.gateways.outcomes import DONE, made, read_json
from bot.ports.action import StepResult, Verified
from bot.ports.send import Request

_ANOTHER_SHAPE = (
    *(TypeError, ValueError, KeyError, IndexError, AttributeError),
    *(ArithmeticError, RecursionError),
)


class GatewayAction(DataAction):
    """An action over HTTP; a plan's session is cut to its requests by `door.py`."""

    DONE: ClassVar[Collection[int]] = DONE
    """Statuses that say that a request was carried out."""

    # What another side answers may have any shape at all; a plan or a look that meets
    # one it does not know says so, and nothing is planned or believed.

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Say exactly what would run.

        Raises:
            BadRequest, NotFound, Unreachable: As every action.
        """
        with _shaped(self.PLACE):
            return super().plan(params, reader=reader)

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        """Read the preconditions again.

        Raises:
            NotFound, Unreachable: As every action.
        """
        with _shaped(self.PLACE):
            return super().probe(draft, reader=reader)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        """Say whether it worked.

        Raises:
            Unreachable: An answer has another shape than the service promises.
        """
        with _shaped(self.PLACE):
            return super().verify(plan, reader=reader)

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        """Return the evidence.

        Raises:
            NotFound, Unreachable: As every action.
        """
        with _shaped(self.PLACE):
            return super().snapshot(draft, reader=reader)

    def request(self, base: str, call: str, texts: Texts) -> Request:
        """Return the one request that a call makes.

        Args:
            base: Address of the service.

        Raises:
            BadRequest: The texts do not make one.
        """
        raise NotImplementedError

    def reads(self, base: str, step: Step) -> tuple[Request, ...]:
        """Return the requests with which the world is compared before a step."""
        known = {
            **self.identity(step),
            **{one.id: one.value for one in step.compare},
        }
        return tuple(
            self.request(base, one.call, filled(one, known)) for one in self.FACTS
        )

    def writes(self, base: str, draft: Draft) -> tuple[Request, ...]:
        """Return the requests of a plan that change something.

        Raises:
            BadRequest: A step is none that this action would plan.
        """
        return tuple(
            self.request(base, step.call, dict(step.params)) for step in draft.steps
        )

    def looked(self, session: Any, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return what a read is answered.

        Raises:
            NotFound: There is no such thing.
            Unreachable: It was refused or there was no answer.
            Refusal: The session may not read it.
        """
        request = self.request(session.base, call, texts)
        answer = session.get(request, call, action=self.MANIFEST.name)
        return read_json(answer, call, self.PLACE)

    def written(
        self, session: Any, call: str, texts: Texts, *, idempotency_key: str
    ) -> StepResult:
        """Make the request once. Never raises."""
        return made(
            call,
            self.PLACE,
            lambda: session.make(
                self.request(session.base, call, texts),
                call,
                idempotency_key=idempotency_key,
            ),
            done=self.DONE,
        )


@contextlib.contextmanager
def _shaped(place: str) -> Iterator[None]:
    """Say of an answer that is not built like the service's that it is not.

    Raises:
        Unreachable: It is not.
    """
    try:
        yield
    except _ANOTHER_SHAPE:
        raise Unreachable(
            f"{place} was not read",
            because="it answered another shape than it promises",
            next_move="Compare its version with what the action expects.",
        ) from None
