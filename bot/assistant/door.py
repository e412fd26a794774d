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
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bot.assistant.assembling import Letter, NotChecked, letter_of
from bot.assistant.backends import Backend, Clients
from bot.assistant.breaker import Breaker
from bot.assistant.budget import Budget
from bot.assistant.failures import Failed, Failure, failure_of
from bot.assistant.prompts import Prompt
from bot.assistant.shapes import schema_of
from bot.assistant.within import Deadline, Late
from bot.config.model import ModelSection
from bot.config.tracing import without_tracing
from bot.ports.clock import Clock
from bot.ports.model import (
    Answered,
    Call,
    Ledger,
    NoAnswer,
    Question,
    Usage,
    Why,
)
from bot.redact import Redactor

A = TypeVar("A", bound=BaseModel)
_AT_ONCE = 4
_LONGEST_ANSWER = 64_000
_MOST_TOKENS = 10**9  # a server may say anything
# How the providers say why an answer ended.
_ENDS = ("finish_reason", "stop_reason", "stopReason")
_DECLINED = frozenset({"content_filter", "refusal", "guardrail_intervened", "safety"})
_CUT = frozenset({"length", "max_tokens"})
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
class _Asking:
    """One question on its way.

    Attributes:
        used: So far.
        is_over: Nobody waits for it any more; no further model is asked.
    """

    letter: Letter
    incident: str
    used: Usage = field(default_factory=Usage)
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
        self.__deadline = Deadline[tuple[str, Any]](most=_AT_ONCE)

    def ask(self, question: Question[A]) -> Answered[A] | NoAnswer:
        """Ask, and wait for the answer; never raises for what a model does."""
        needs, schema = self.__needs, schema_of(question.answer)
        prompt = needs.prompts.get(question.prompt)
        if prompt is None:
            raise ValueError(f"there is no prompt {question.prompt}")
        try:
            letter = letter_of(
                prompt, question, redactor=needs.redactor, new_fence=needs.new_fence
            )
        except NotChecked:
            return _no_answer(_NOT_CHECKED, Usage())
        asking = _Asking(letter=letter, incident=question.incident)
        try:
            label, raw = self.__deadline.run(
                lambda: self.__chain(schema, asking), within_s=needs.settings.within_s
            )
            return self.__answered(question, asking, label, raw)
        except Late:
            asking.is_over = True
            self.__hang_up()
            return _no_answer(_LATE, asking.used)
        except Exception as error:  # noqa: BLE001 - the outermost door to foreign code
            return _no_answer(failure_of(error), asking.used)

    def __answered(
        self, question: Question[A], asking: _Asking, label: str, raw: Any
    ) -> Answered[A]:
        """Return what came, masked, in the shape that was asked for."""
        scope = question.incident
        clean, findings = self.__needs.redactor.redact_value(raw, scope=scope)
        try:
            value = question.answer.model_validate(clean)
        except ValidationError:
            raise Failed(_GARBAGE) from None
        return Answered(
            value=value,
            model=label,
            asked=asking.letter.asked,
            usage=asking.used,
            masked=dict(Counter(one.kind for one in findings)),
            left_out=asking.letter.left_out,
        )

    def __chain(self, schema: dict[str, Any], asking: _Asking) -> tuple[str, Any]:
        """Ask one model after another until one gives an answer."""
        without_tracing()
        from langchain_core.messages import HumanMessage, SystemMessage
        from langchain_core.runnables import RunnableLambda
        from langsmith import tracing_context

        def leg(backend: Backend) -> Any:
            return RunnableLambda(
                lambda sent: self.__one(backend, schema, asking, sent)
            )

        first, *others = (leg(one) for one in self.__needs.backends)
        chain = first.with_fallbacks(others, exceptions_to_handle=(Failed,))
        letter = asking.letter
        messages = [SystemMessage(letter.system), HumanMessage(letter.human)]
        with tracing_context(enabled=False):
            found: tuple[str, Any] = chain.invoke(messages)
        return found

    def __one(
        self, backend: Backend, schema: dict[str, Any], asking: _Asking, sent: Any
    ) -> tuple[str, Any]:
        """Ask one model; what is not an answer goes on to the next one."""
        breaker, clock = self.__breakers[backend.label], self.__needs.clock
        if asking.is_over:
            raise Failed(_LATE)
        if not breaker.lets_through(clock.now()):
            raise Failed(_RESTING)
        number = self.__held(backend, asking)
        used, outcome = _most(backend, asking.letter, self.__needs.settings), "answered"
        try:
            found = self.__model(backend, schema).invoke(sent)
            used = _used(backend, found["raw"]) or used
            breaker.worked()
            return backend.label, _read(found)
        except Exception as error:  # noqa: BLE001 - whatever foreign code raises
            failure = failure_of(error)
            outcome = failure.why.value
            if failure.counts:
                breaker.failed(clock.now())
            _log.info("%s gave no answer: %s", backend.label, failure.says)
            raise Failed(failure) from None
        finally:
            asking.used += used
            self.__needs.ledger.settle(number, used, outcome=outcome)

    def __held(self, backend: Backend, asking: _Asking) -> int:
        letter = asking.letter
        call = Call(
            at=self.__needs.clock.now(),
            incident=asking.incident,
            model=backend.label,
            prompt=letter.asked.prompt,
            digest=letter.asked.digest,
            most=_most(backend, letter, self.__needs.settings),
        )
        number = self.__needs.ledger.hold(call, fits=self.__budget.fits)
        if number is None:
            raise Failed(_OVER_BUDGET)
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

    def __hang_up(self) -> None:
        """Close every line: nobody waits for what still comes, however slowly."""
        with self.__making:
            lines, self.__lines, self.__models = self.__lines, {}, {}
        for line in lines.values():
            line.close()


def _read(found: Mapping[str, Any]) -> Any:
    """Return what a model answered, as JSON values, not yet masked.

    Raises:
        Failed: It declined, or it is no answer.
    """
    raw = found["raw"]
    told = raw.response_metadata
    end = next((str(told[key]) for key in _ENDS if told.get(key)), "").casefold()
    if end in _DECLINED or raw.additional_kwargs.get("refusal"):
        raise Failed(_REFUSED)
    if end in _CUT:
        raise Failed(_TOO_LONG)
    parsed = found["parsed"]
    if found["parsing_error"] is not None or not isinstance(parsed, dict):
        raise Failed(_GARBAGE)
    if len(str(parsed)) > _LONGEST_ANSWER:
        raise Failed(_GARBAGE)
    return parsed


def _used(backend: Backend, raw: Any) -> Usage | None:
    """Return what a server says it used; None where it says nothing sensible."""
    told = raw.usage_metadata or {}
    read, written = told.get("input_tokens", 0), told.get("output_tokens", 0)
    if not 0 < read < _MOST_TOKENS or not 0 <= written < _MOST_TOKENS:
        return None
    return Usage(
        calls=1,
        tokens=read + written,
        cost_micros=backend.cost_micros(read, written),
    )


def _most(backend: Backend, letter: Letter, settings: ModelSection) -> Usage:
    """Return what one call may use at most; it is charged where nothing was told."""
    read, written = letter.most_tokens, settings.answer_tokens
    return Usage(
        calls=1,
        tokens=read + written,
        cost_micros=backend.cost_micros(read, written),
    )


def _no_answer(failure: Failure, used: Usage) -> NoAnswer:
    return NoAnswer(
        why=failure.why, says=failure.says, next_move=failure.next_move, usage=used
    )


_GARBAGE = Failure(why=Why.GARBAGE, says="its answer is not of the shape asked for")
_TOO_LONG = Failure(
    why=Why.GARBAGE,
    says="its answer was cut off",
    next_move="Raise model.answer_tokens.",
)
_REFUSED = Failure(why=Why.REFUSED, says="the model declined")
_OVER_BUDGET = Failure(
    why=Why.OVER_BUDGET,
    says="the budget of the model is used up",
    next_move="Wait, or raise the limits in [model]; `tocsin doctor model` shows them.",
)
_RESTING = Failure(why=Why.RESTING, says="it failed several times and is left alone")
_NOT_CHECKED = Failure(why=Why.WITHHELD, says="a text could not be checked")
_LATE = Failure(why=Why.TIMED_OUT, says="there was no answer in time")
