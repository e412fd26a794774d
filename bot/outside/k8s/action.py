"""What all Kubernetes actions share: their account, and how the API is asked."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from bot.acting.action import DataAction
from bot.acting.filling import not_done
from bot.acting.reading import ANOTHER_SHAPE, Texts, understood
from bot.domain.errors import TocsinError
from bot.domain.plan import Step
from bot.outside.k8s.calls import CALLS
from bot.ports.action import StepResult

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

    def facts(self, params: Texts, session: Any) -> Texts:
        """Return every fact that the plan rests on, by id.

        Raises:
            TocsinError: It could not be read.
        """
        with understood(self.FACTS[0].call):
            return self.read(params, session)

    def read(self, params: Texts, session: Any) -> Texts:
        """Return the facts, by the readings; an action may read them otherwise."""
        return super().facts(params, session)
