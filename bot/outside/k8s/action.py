"""What all Kubernetes actions share: their account, and how the API is asked."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from bot.acting.action import DataAction
from bot.acting.filling import not_done
from bot.acting.reading import Texts
from bot.domain.action_effects import Verdict
from bot.domain.errors import TocsinError
from bot.domain.plan import Draft, Plan, Step
from bot.outside.k8s.calls import CALLS
from bot.outside.k8s.session import misshapen
from bot.ports.action import StepResult, Verified

NAME = {
    "type": "string",
    "pattern": "^[a-z0-9]([a-z0-9.-]{0,198}[a-z0-9])?$",
    "maxLength": 200,
}
"""A parameter that names a thing: small letters, digits, dots and hyphens."""
NAMESPACE = {
    "type": "string",
    "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    "maxLength": 63,
    "description": "the namespace",
}
ANOTHER_SHAPE = (
    *(TypeError, KeyError, ValueError, AttributeError, IndexError),
    RecursionError,
)
_TYPED: Mapping[type, Callable[[str], Any]] = {
    int: int,
    bool: lambda text: text == "true",
}


class KubernetesAction(DataAction):
    """An action in the cluster; its token is that of its family's account."""

    PLACE = "Kubernetes"
    ROLE: ClassVar[str]
    """The account that writes, e.g. ``tocsin-act-scale``."""

    def looked(self, session: Any, call: str, texts: Texts) -> Mapping[str, Any]:
        """Return the answer of a reading call.

        Raises:
            BadRequest: It lies outside of what the settings allow.
            NotFound: There is no such thing.
            Unreachable: It was refused, or there was no answer.
        """
        answer: Mapping[str, Any] = session.look(call, texts)
        return answer

    def written(
        self, session: Any, call: str, texts: Texts, *, idempotency_key: str
    ) -> StepResult:
        """Make the call once, for the state that was read last. Never raises."""
        del idempotency_key  # the API has no place for one; the version stands for it
        try:
            body = self.body(session, call, texts)
        except (TocsinError, *ANOTHER_SHAPE) as error:
            reason = error.because if isinstance(error, TocsinError) else "its form"
            step = Step(id="", call=call, params=())
            return not_done(step, f"what it needs could not be read ({reason})")
        made: StepResult = session.write(call, texts, body)
        return made

    def body(self, session: Any, call: str, texts: Texts) -> Any:
        """Return what is sent; by default a merge patch of the fields in the texts.

        Raises:
            TocsinError: What it needs could not be read; nothing was written.
        """
        del session
        made: dict[str, Any] = {}
        for path, kind in (CALLS[call].typed or {}).items():
            section, _, name = path.partition(".")
            made.setdefault(section, {})[name] = _TYPED[kind](texts[path])
        return made

    # What answers may be anything: an answer of another shape is none.

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Read the world and say exactly what would run.

        Raises:
            TocsinError: As every plan of data; also for answers of another shape.
        """
        with self._well_shaped():
            return super().plan(params, reader=reader)

    def facts(self, params: Texts, session: Any) -> Texts:
        """Return every fact that the plan rests on, by id.

        Raises:
            TocsinError: It could not be read.
        """
        with self._well_shaped():
            return self.read(params, session)

    def read(self, params: Texts, session: Any) -> Texts:
        """Return the facts, by the readings; an action may read them otherwise."""
        return super().facts(params, session)

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        """Say whether it worked, by reading the facts again."""
        try:
            return super().verify(plan, reader=reader)
        except ANOTHER_SHAPE:
            says = "It could not be checked: what came is no answer of Kubernetes."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        """Return the evidence: what is kept of each read, by call.

        Raises:
            TocsinError: The world could not be read.
        """
        with self._well_shaped():
            return super().snapshot(draft, reader=reader)

    @contextlib.contextmanager
    def _well_shaped(self) -> Iterator[None]:
        try:
            yield
        except ANOTHER_SHAPE:
            raise misshapen(self.FACTS[0].call) from None
