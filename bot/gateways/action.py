"""What actions over HTTP share: their requests, and how they are asked and made."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from bot.acting.action import DataAction
from bot.acting.reading import Texts, filled
from bot.domain.plan import Draft, Step
from bot.gateways.outcomes import DONE, made, read_json
from bot.ports.action import StepResult
from bot.ports.send import Request


class GatewayAction(DataAction):
    """An action over HTTP; a plan's session is cut to its requests by `door.py`."""

    DONE: ClassVar[Collection[int]] = DONE
    """Statuses that say that a request was carried out."""

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
