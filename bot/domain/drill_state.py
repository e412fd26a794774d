"""One run of a drill, folded from its events, and its clock.

The drill's clock stands still in a pause and otherwise runs `speed` times as fast
as the real one. It is computed from the record, so a restart changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import assert_never

from bot.domain.drill_events import (
    DrillEnded,
    DrillEvent,
    DrillPaused,
    DrillRefused,
    DrillResumed,
    DrillStarted,
    DrillStopped,
    ExpectationMet,
    ExpectationMissed,
    InjectPassedOver,
    InjectSent,
)
from bot.domain.untrusted import Untrusted

MINUTE_S = 60


class Run(StrEnum):
    """Where a run stands. STOPPED has nothing more to tell but is not put away."""

    NONE = "none"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An inject that was told: the alert it became, and when."""

    alert: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of an expectation; `after_s` is None where it was missed."""

    after_s: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillState:
    """One run as it is now.

    Attributes:
        text: The scenario as JSON; None where it was erased.
        pauses: From when to when the clock stood; None while it stands.
        told: Number of an inject → when it was told.
        passed_over: Contingencies that were not needed.
        judged: (inject, place of the expectation) → what became of it.
    """

    run: Run = Run.NONE
    scenario: str = ""
    digest: str = ""
    text: Untrusted | None = None
    speed: int = 1
    channel: str = ""
    by: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    because: str = ""
    paused_by: str = ""
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()
    told: Mapping[str, Told] = field(default_factory=dict)
    passed_over: frozenset[str] = frozenset()
    judged: Mapping[tuple[str, int], Judged] = field(default_factory=dict)

    @property
    def exists(self) -> bool:
        """Tell whether anybody started it."""
        return self.run is not Run.NONE

    @property
    def is_open(self) -> bool:
        """Tell whether it is not yet put away."""
        return self.exists and self.run is not Run.ENDED

    def clock_s(self, at: datetime) -> int:
        """Return how many scenario seconds had passed at a moment, at least 0."""
        if self.started_at is None:
            return 0
        lived = at - self.started_at - self._rested(at)
        return max(int(lived.total_seconds() * self.speed), 0)

    def due_at(self, scenario_s: int) -> datetime:
        """Return when the clock shows this, if it stands still no more.

        Raises:
            ValueError: It was never started.
        """
        if self.started_at is None:
            raise ValueError("the drill was not started")
        rested = sum((_length(one) for one in self.pauses), timedelta())
        return self.started_at + rested + timedelta(seconds=scenario_s / self.speed)

    def _rested(self, at: datetime) -> timedelta:
        spans = ((since, min(until or at, at)) for since, until in self.pauses)
        return sum((max(b - a, timedelta()) for a, b in spans), timedelta())


def evolve_drill(  # noqa: C901 - one case per event, so that mypy finds a gap
    state: DrillState, event: DrillEvent
) -> DrillState:
    """Return the run as it is after `event`. Never refuses: it happened."""
    match event:
        case DrillStarted():
            return _started(event)
        case DrillPaused(by=by, at=at):
            spans = (*state.pauses, (at, None))
            return replace(state, run=Run.PAUSED, paused_by=by, pauses=spans)
        case DrillResumed(at=at):
            return replace(state, run=Run.RUNNING, paused_by="", pauses=_on(state, at))
        case InjectSent(inject=n, alert=alert, at=at):
            return replace(state, told={**state.told, n: Told(alert=alert, at=at)})
        case InjectPassedOver(inject=n):
            return replace(state, passed_over=state.passed_over | {n})
        case ExpectationMet(inject=n, number=k, after_s=after_s, at=at):
            return _judged(state, (n, k), Judged(after_s=after_s, at=at))
        case ExpectationMissed(inject=n, number=k, at=at):
            return _judged(state, (n, k), Judged(after_s=None, at=at))
        case DrillStopped(at=at):
            return replace(state, run=Run.STOPPED, pauses=_on(state, at))
        case DrillEnded(because=because, at=at):
            return replace(
                state,
                run=Run.ENDED,
                because=because,
                ended_at=at,
                pauses=_on(state, at),
            )
        case DrillRefused():
            return state
        case _:
            assert_never(event)


def fold_drill(events: Iterable[DrillEvent]) -> DrillState:
    """Rebuild a run from its events."""
    return reduce(evolve_drill, events, DrillState())


def _started(event: DrillStarted) -> DrillState:
    return DrillState(
        run=Run.RUNNING,
        scenario=event.scenario,
        digest=event.digest,
        text=event.text,
        speed=event.speed,
        channel=event.channel,
        by=event.by,
        started_at=event.at,
    )


def _judged(state: DrillState, key: tuple[str, int], judged: Judged) -> DrillState:
    return replace(state, judged={**state.judged, key: judged})


def _on(
    state: DrillState, at: datetime
) -> tuple[tuple[datetime, datetime | None], ...]:
    """Return the pauses with the one that is open ended."""
    return tuple((since, until or at) for since, until in state.pauses)


def _length(span: tuple[datetime, datetime | None]) -> timedelta:
    since, until = span
    return timedelta() if until is None else until - since
