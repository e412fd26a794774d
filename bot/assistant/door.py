"""The one door to a model: whatever is sent passes here, and whatever comes back.

Only this file knows langchain and its friends, and what it holds of them is given to
nobody. Each text is masked and fenced before it is sent (`assembling.py`), each string
of an answer is masked before anybody sees it. What a server says about a failure is
told to nobody (`failures.py`). Nothing here can act: a model is given no tools.
"""

import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from pydantic import ValidationError

from bot.assistant.assembling import Letter, NotChecked, letter_of
from bot.assistant.backends import Backend, Clients
from bot.assistant.breaker import Breaker
from bot.assistant.budget import Budget
from bot.assistant.failures import (
    GARBAGE,
    LATE,
    NOT_CHECKED,
    OVER_BUDGET,
    RESTING,
    Failed,
    Failure,
    failure_of,
)
from bot.assistant.prompts import Prompt
from bot.assistant.replies import answer_in, most_of, used_by
from bot.assistant.shapes import schema_of
from bot.assistant.within import Deadline, Late
from bot.config.model import ModelSection
from bot.config.tracing import without_tracing
from bot.ports.clock import Clock
from bot.ports.model import (
    A,
    Answered,
    Call,
    Ledger,
    NoAnswer,
    Question,
    Usage,
)
from bot.redact import Redactor

_AT_ONCE = 4
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorNeeds:
    """What the door is given.

    Attributes:
        backends: In the order in which they are asked; judged by `residency.py`.
        clients: Of Bedrock; called when one is needed, and may fail then.
    """

    settings: ModelSection
    backends: tuple[Backend, ...]
    prompts: Mapping[str, Prompt]
    redactor: Redactor
    ledger: Ledger
    clock: Clock
    clients: Clients
    new_fence: Callable[[], str] = lambda: secrets.token_hex(12)


@dataclass(slots=True, kw_only=True)
class _Asking(Generic[A]):
    """One question on its way.

    Attributes:
        used: So far.
        at: Label of the model that is asked just now.
        is_over: Nobody waits for it any more; no further model is asked.
    """

    question: Question[A]
    letter: Letter
    used: Usage = field(default_factory=Usage)
    at: str = ""
    is_over: bool = False


class ModelDoor:
    """Keeps `bot.ports.model.Model`. Safe for threads."""

    __slots__ = (
        "__breakers",
        "__budget",
        "__deadline",
        "__lines",
        "__making",
        "__models",
        "__needs",
    )

    def __init__(self, needs: DoorNeeds) -> None:
        self.__needs = needs
        self.__budget = Budget.of(needs.settings)
        self.__breakers = {one.label: Breaker() for one in needs.backends}
        self.__models: dict[str, Any] = {}
        self.__lines: dict[str, Any] = {}
        self.__making = threading.Lock()
        self.__deadline = Deadline(most=_AT_ONCE)

    def ask(self, question: Question[A]) -> Answered[A] | NoAnswer:
        """Ask, and wait for the answer; never raises for what a model does."""
        needs = self.__needs
        schema_of(question.answer)
        prompt = needs.prompts.get(question.prompt)
        if prompt is None:
            raise ValueError(f"there is no prompt {question.prompt}")
        try:
            letter = letter_of(
                prompt, question, redactor=needs.redactor, new_fence=needs.new_fence
            )
        except NotChecked:
            return _no_answer(NOT_CHECKED, Usage())
        asking = _Asking(question=question, letter=letter)
        try:
            return self.__deadline.run(
                lambda: self.__chain(asking), within_s=needs.settings.within_s
            )
        except Late:
            asking.is_over = True
            self.__hang_up(asking.at)
            return _no_answer(LATE, asking.used)
        except Exception as error:  # noqa: BLE001 - the outermost door to foreign code
            return _no_answer(failure_of(error), asking.used)

    def close(self) -> None:
        """Close every line; the next question opens new ones.

        Whoever waits is told that there was no answer in time: a line that is closed
        does not wake who reads from it.
        """
        self.__deadline.let_go()
        for label in tuple(self.__lines):
            self.__hang_up(label)

    def __hang_up(self, label: str) -> None:
        """Close the line to one model: nobody waits for what still drips out of it."""
        with self.__making:
            line = self.__lines.pop(label, None)
            self.__models.pop(label, None)
        if line is not None:
            line.close()

    def __masked(self, asking: _Asking[A], raw: Any) -> tuple[A, dict[str, int]]:
        """Return what came in the shape that was asked for, and what was masked.

        Raises:
            Failed: It has another shape. What the shape's own error says is quoted
                nowhere: it repeats the answer.
        """
        question = asking.question
        clean, findings = self.__needs.redactor.redact_value(
            raw, scope=question.incident
        )
        try:
            value = question.answer.model_validate(clean)
        except ValidationError:
            raise Failed(GARBAGE) from None
        return value, dict(Counter(one.kind for one in findings))

    def __chain(self, asking: _Asking[A]) -> Answered[A]:
        """Ask one model after another until one gives an answer."""
        without_tracing()
        from langchain_core.messages import HumanMessage, SystemMessage
        from langchain_core.runnables import RunnableLambda
        from langsmith import tracing_context

        def leg(backend: Backend) -> Any:
            return RunnableLambda(lambda sent: self.__one(backend, asking, sent))

        first, *others = (leg(one) for one in self.__needs.backends)
        chain = first.with_fallbacks(others, exceptions_to_handle=(Failed,))
        letter = asking.letter
        messages = [SystemMessage(letter.system), HumanMessage(letter.human)]
        with tracing_context(enabled=False):
            found: Answered[A] = chain.invoke(messages)
        return found

    def __one(self, backend: Backend, asking: _Asking[A], sent: Any) -> Answered[A]:
        """Ask one model; what is not an answer goes on to the next one."""
        breaker = self.__breakers[backend.label]
        if asking.is_over:
            raise Failed(LATE)
        if not breaker.lets_through(self.__needs.clock.now()):
            raise Failed(RESTING)
        number, asking.at = self.__held(backend, asking), backend.label
        used = most_of(backend, asking.letter, self.__needs.settings)
        outcome = "answered"
        try:
            schema = schema_of(asking.question.answer)
            found = self.__model(backend, schema).invoke(sent)
            used = used_by(backend, found["raw"]) or used
            value, masked = self.__masked(asking, answer_in(found))
            breaker.worked()
        except Exception as error:  # noqa: BLE001 - whatever foreign code raises
            failure = self.__noted(backend, error)
            outcome, used = failure.why.value, failure.costs(used)
            raise Failed(failure) from None
        finally:
            asking.used += used
            self.__needs.ledger.settle(number, used, outcome=outcome)
        return Answered(
            value=value,
            model=backend.label,
            asked=asking.letter.asked,
            usage=asking.used,
            masked=masked,
            left_out=asking.letter.left_out,
        )

    def __noted(self, backend: Backend, error: Exception) -> Failure:
        """Return what an error means, told to the breaker and to the log."""
        failure, breaker = failure_of(error), self.__breakers[backend.label]
        if failure.counts:
            breaker.failed(self.__needs.clock.now())
        else:
            breaker.worked()
        _log.info("%s gave no answer: %s", backend.label, failure.says)
        return failure

    def __held(self, backend: Backend, asking: _Asking[A]) -> int:
        letter = asking.letter
        call = Call(
            at=self.__needs.clock.now(),
            incident=asking.question.incident,
            model=backend.label,
            prompt=letter.asked.prompt,
            digest=letter.asked.digest,
            most=most_of(backend, letter, self.__needs.settings),
        )
        number = self.__needs.ledger.hold(call, fits=self.__budget.fits)
        if number is None:
            raise Failed(OVER_BUDGET)
        return number

    def __model(self, backend: Backend, schema: dict[str, Any]) -> Any:
        """Return a model that was told the shape of the answer."""
        with self.__making:
            if backend.label not in self.__models:
                self.__models[backend.label] = self.__made(backend)
            model = self.__models[backend.label]
        form = {} if backend.provider == "bedrock" else {"method": backend.form}
        return model.with_structured_output(schema, include_raw=True, **form)

    def __made(self, backend: Backend) -> Any:
        """Make a model at the first question; a failure is not remembered."""
        from langchain.chat_models import init_chat_model

        settings = self.__needs.settings
        told = backend.arguments(settings, self.__needs.clients)
        if backend.provider == "bedrock":
            return init_chat_model(
                backend.name, model_provider=backend.spoken_by, **told
            )
        from bot.assistant.line import line_to

        line = line_to(backend.host, timeout_s=settings.timeout_s)
        self.__lines[backend.label] = line
        if backend.provider == "openai":
            told["http_client"] = line
        made = init_chat_model(backend.name, model_provider=backend.spoken_by, **told)
        if backend.provider == "anthropic":
            # It takes no client of ours, so the one that it made is replaced.
            known = made._client  # noqa: SLF001 - there is no other way
            made.__dict__["_client"] = known.with_options(http_client=line)
        return made


def _no_answer(failure: Failure, used: Usage) -> NoAnswer:
    return NoAnswer(
        why=failure.why, says=failure.says, next_move=failure.next_move, usage=used
    )
