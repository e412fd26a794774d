"""What people may ask of a drill, and what follows from the clock. Pure.

Whoever stops a drill is always heard: pausing and stopping are safe, so every
member may. Going on is for the one who started it, who paused it, or who commands.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.domain.commands import Person, PersonKind
from bot.domain.drill import FASTEST, SLOWEST, Inject, Scenario
from bot.domain.drill_events import (
    DrillEnded,
    DrillEvent,
    DrillPaused,
    DrillResumed,
    DrillStopped,
    ExpectationMet,
    ExpectationMissed,
    InjectPassedOver,
)
from bot.domain.drill_expect import Expectation, Seen, met_at
from bot.domain.drill_state import MINUTE_S, DrillState, Run
from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn

ADMIN = "admin"
"""Who asks with the admin token of the command line; no Slack id looks like it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the clock says is to be done now.

    Attributes:
        tell: Injects to tell, in their order.
        events: What follows without an effect: judgements and the end.
        again_at: When to look again; None once it is over.
    """

    tell: tuple[Inject, ...]
    events: tuple[DrillEvent, ...]
    again_at: datetime | None

    @property
    def ends(self) -> bool:
        """Tell whether the drill is over now."""
        return any(isinstance(event, DrillEnded) for event in self.events)


def may_start(by: Person, speed: int, *, running: str) -> None:
    """Refuse who may not start a drill, or now.

    Args:
        running: The drill that is not over yet, "" for none.

    Raises:
        NotAllowed: The asker is no member of the workspace.
        BadRequest: The speed cannot be used.
        OutOfTurn: Another drill is running.
    """
    _member(by, "The drill was not started")
    if not SLOWEST <= speed <= FASTEST:
        raise BadRequest(
            "The drill was not started",
            because=f"the speed must be between {SLOWEST} and {FASTEST}",
            next_move="Give the scenario minutes that one real minute holds.",
        )
    if running:
        raise OutOfTurn(
            "The drill was not started",
            because=f"the drill {running} is not over, and one at a time is played",
            next_move="Wait for its end, or end it with `/incident drill stop`.",
        )


def pause(state: DrillState, by: Person, *, now: datetime) -> tuple[DrillEvent, ...]:
    """Stand the clock still; nothing where it stands already.

    Raises:
        Refusal: Not a member, or there is nothing to pause.
    """
    _member(by, "The drill was not paused")
    _open(state, "The drill was not paused")
    if state.run is Run.PAUSED:
        return ()
    return (DrillPaused(by=by.id, at=now),)


def resume(
    state: DrillState, by: Person, *, commanders: Collection[str], now: datetime
) -> tuple[DrillEvent, ...]:
    """Let the clock go on.

    Args:
        commanders: Who commands an incident of the drill.

    Raises:
        Refusal: Somebody else must say so, or it is not paused.
    """
    _member(by, "The drill does not go on")
    _open(state, "The drill does not go on")
    if state.run is not Run.PAUSED:
        return ()
    if by.id not in {ADMIN, state.by, state.paused_by, *commanders}:
        raise NotAllowed(
            "The drill does not go on",
            because="only who started it, who paused it or who commands may say so",
            next_move=f"Ask {_name(state.paused_by)} or {_name(state.by)}.",
        )
    return (DrillResumed(by=by.id, at=now),)


def stop(state: DrillState, by: Person, *, now: datetime) -> tuple[DrillEvent, ...]:
    """Tell nothing more.

    Raises:
        Refusal: Not a member, or nothing runs.
    """
    _member(by, "The drill was not stopped")
    _open(state, "The drill was not stopped")
    return (DrillStopped(by=by.id, at=now),)


def due(state: DrillState, scenario: Scenario, seen: Seen, *, now: datetime) -> Due:
    """Return what the clock says.

    Args:
        seen: What the record says about the drill's incidents and plans.
    """
    if state.run is Run.PAUSED or not state.is_open:
        return Due(tell=(), events=(), again_at=None)
    if state.run is Run.STOPPED:
        return Due(
            tell=(), events=_over(state, scenario, seen, "stopped", now), again_at=None
        )
    clock_s = state.clock_s(now)
    if clock_s >= scenario.duration_min * MINUTE_S:
        return Due(
            tell=(), events=_over(state, scenario, seen, "time", now), again_at=None
        )
    waiting = [one for one in scenario.injects if _waits(state, one)]
    ripe = [one for one in waiting if clock_s >= _due_s(one)]
    tell = tuple(one for one in ripe if not _spared(one, seen, state))
    spared = (one for one in ripe if one not in tell)
    passed = tuple(InjectPassedOver(inject=one.n, at=now) for one in spared)
    judged = _judgements(state, scenario, seen, now=now)
    if not waiting and _is_done(state, scenario, seen, judged):
        events = (*judged, DrillEnded(because="done", at=now))
        return Due(tell=(), events=events, again_at=None)
    return Due(
        tell=tell,
        events=(*passed, *judged),
        again_at=_next(state, scenario, clock_s),
    )


def _member(by: Person, what: str) -> None:
    if by.kind is PersonKind.MEMBER or by.id == ADMIN:
        return
    raise NotAllowed(
        what,
        because="only members of this workspace steer a drill",
        next_move="Ask a colleague who is one; say in the channel what is real.",
    )


def _open(state: DrillState, what: str) -> None:
    if state.run in (Run.RUNNING, Run.PAUSED):
        return
    raise OutOfTurn(
        what,
        because="no drill is running",
        next_move="Start one with `/incident drill start first-hour`.",
    )


def _name(person: str) -> str:
    return "the command line" if person in (ADMIN, "") else f"<@{person}>"


def _waits(state: DrillState, inject: Inject) -> bool:
    is_settled = inject.n in state.told or inject.n in state.passed_over
    return not is_settled and not inject.by_hand


def _due_s(inject: Inject) -> int:
    at_min = inject.unless.by_min if inject.unless else inject.at_min
    return at_min * MINUTE_S


def _spared(inject: Inject, seen: Seen, state: DrillState) -> bool:
    """Tell whether a contingency is not needed."""
    unless = inject.unless
    if unless is None:
        return False
    by = unless.by_min * MINUTE_S
    return any(
        one.what == unless.moment and state.clock_s(one.at) <= by
        for one in seen.moments
    )


def _judgements(
    state: DrillState, scenario: Scenario, seen: Seen, *, now: datetime
) -> tuple[ExpectationMet | ExpectationMissed, ...]:
    """Return what can be said now about expectations nobody has judged yet."""
    found: list[ExpectationMet | ExpectationMissed] = []
    for n in state.told:
        for number, wanted in enumerate(scenario.inject(n).expects):
            if wanted.moment and (n, number) not in state.judged:
                found += _judgement(state, seen, (n, number, wanted), now=now)
    return tuple(found)


def _judgement(
    state: DrillState,
    seen: Seen,
    asked: tuple[str, int, Expectation],
    *,
    now: datetime,
) -> tuple[ExpectationMet | ExpectationMissed, ...]:
    n, number, wanted = asked
    told_at = state.told[n].at
    at = met_at(wanted, seen, inject=n, told_at=told_at)
    start_s = state.clock_s(told_at)
    after_s = None if at is None else max(state.clock_s(at) - start_s, 0)
    limit = wanted.within_s
    if after_s is not None and (limit is None or after_s <= limit):
        return (ExpectationMet(inject=n, number=number, after_s=after_s, at=now),)
    if limit is not None and state.clock_s(now) - start_s > limit:
        return (ExpectationMissed(inject=n, number=number, at=now),)
    return ()


def _over(
    state: DrillState, scenario: Scenario, seen: Seen, because: str, now: datetime
) -> tuple[DrillEvent, ...]:
    """Return the last judgements and the end.

    What was not met when the time is up is missed. Where somebody stopped the drill,
    people may have lacked the time, so what was still possible stays undecided.
    """
    judged = _judgements(state, scenario, seen, now=now)
    ended = DrillEnded(because=because, at=now)
    if because == "stopped":
        return (*judged, ended)
    said = {(e.inject, e.number) for e in judged} | state.judged.keys()
    missed = tuple(
        ExpectationMissed(inject=n, number=number, at=now)
        for n in state.told
        for number, wanted in enumerate(scenario.inject(n).expects)
        if wanted.moment and (n, number) not in said
    )
    return (*judged, *missed, ended)


def _is_done(
    state: DrillState,
    scenario: Scenario,
    seen: Seen,
    judged: tuple[DrillEvent, ...],
) -> bool:
    """Tell whether nothing more can come: all judged, all resolved."""
    if seen.open or not seen.incident_of:
        return False
    wanted = sum(
        bool(one.moment) for n in state.told for one in scenario.inject(n).expects
    )
    return len(state.judged) + len(judged) >= wanted


def _next(state: DrillState, scenario: Scenario, clock_s: int) -> datetime:
    """Return when something is due; judgements in between are looked for anyway."""
    ahead = [scenario.duration_min * MINUTE_S]
    ahead += [_due_s(one) for one in scenario.injects if _waits(state, one)]
    return state.due_at(min(each for each in ahead if each > clock_s))
