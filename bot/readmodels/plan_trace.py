"""A plan's stream as a trace that AgentAck checks: was what ran what was approved?

One trace is one plan. Each of its calls is an action that was proposed, shown, decided
and then run or left undone; each carries the plan's digest as the event at hand has it,
so a digest that differs anywhere is another action. AgentAck asks for approval of
``deploy:*`` by itself, so that is what our calls are called.

Source: AgentAck 0.6, trace schema 2 (MIT).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bot.domain.action import ActionState, fold
from bot.domain.action_effects import StepBegan
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCleared,
    ActionDenied,
    ActionDrafted,
    ActionEvent,
    ActionPublished,
)
from bot.domain.action_table import Stage
from bot.domain.codec import decode_action
from bot.domain.plan import Step
from bot.ports import Entry

_SCHEMA = 2
_OPEN = frozenset({Stage.DRAFT, Stage.PENDING, Stage.APPROVED, Stage.APPLYING})
Line = dict[str, Any]


def trace(entries: Sequence[Entry]) -> tuple[Line, ...]:
    """Return the trace of one plan, in the order of the log; empty without a plan.

    Whoever reads it needs no secret: it holds calls and their parameters as people
    saw them, ids of people and no words.
    """
    events = [decode_action(one.kind, one.body, one.words) for one in entries]
    state = fold(events)
    return tuple(_Trace(state, events).lines()) if state.exists else ()


class _Trace:
    """Tells one plan's events in AgentAck's words."""

    def __init__(self, state: ActionState, events: Sequence[ActionEvent]) -> None:
        self._plan = state.plan
        self._stage = state.stage
        self._events = events
        self._digest = state.digest
        self._is_decided = False
        self._ran: set[str] = set()

    def lines(self) -> Iterator[Line]:
        """Return the trace, with an end where nothing more can happen."""
        for event in self._events:
            yield from self._told(event)
        if self._stage not in _OPEN:
            at = self._events[-1].at
            yield from self._left_undone(at)
            yield self._line("session_end", at, reason=self._stage.value)

    def _told(self, event: ActionEvent) -> Iterator[Line]:
        match event:
            case ActionDrafted(digest=digest):
                yield from self._each("action_proposed", event.at, digest=digest)
            case ActionPublished():
                yield from self._each(
                    "approval_requested", event.at, digest=self._digest
                )
            case ActionApproved(digest=digest) | ActionBrokeGlass(digest=digest):
                self._digest = digest
            case ActionCleared(apply_by=apply_by):
                yield from self._decided(event.at, "allow", expires_at=apply_by)
            case ActionDenied():
                yield from self._decided(event.at, "deny")
            case StepBegan(step=name):
                (step,) = (one for one in self._plan.draft.steps if one.id == name)
                self._ran.add(name)
                action = self._action(step, self._digest)
                yield self._of(step, "action_executed", event.at, action=action)
            case _:
                return

    def _each(self, kind: str, at: datetime, *, digest: str) -> Iterator[Line]:
        for step in self._plan.draft.steps:
            yield self._of(step, kind, at, action=self._action(step, digest))

    def _decided(
        self, at: datetime, decision: str, *, expires_at: datetime | None = None
    ) -> Iterator[Line]:
        self._is_decided = True
        until = {} if expires_at is None else {"expires_at": expires_at.isoformat()}
        for step in self._plan.draft.steps:
            line = self._of(step, "approval_decision", at, decision=decision)
            yield {**line, **until}

    def _left_undone(self, at: datetime) -> Iterator[Line]:
        """Tell the calls that were not made; who did not agree has refused them."""
        left = [one for one in self._plan.draft.steps if one.id not in self._ran]
        if left and not self._is_decided:
            yield from self._decided(at, "deny")
        for step in left:
            yield self._of(step, "action_blocked", at, reason=self._stage.value)

    def _action(self, step: Step, digest: str) -> Line:
        return {
            "tool": "deploy",
            "operation": step.call,
            "resource": self._plan.draft.target,
            "parameters": {**dict(step.params), "plan_digest": digest},
        }

    def _of(self, step: Step, kind: str, at: datetime, **more: Any) -> Line:
        named = f"{self._plan.id}/{step.id}"
        about = {"action_id": named, "intent_id": self._plan.id}
        if kind != "action_proposed":
            about["approval_id"] = named
        return self._line(kind, at, **about, **more)

    def _line(self, kind: str, at: datetime, **more: Any) -> Line:
        return {
            "schema_version": _SCHEMA,
            "type": kind,
            "timestamp": at.isoformat(),
            "session_id": self._plan.id,
            **more,
        }
