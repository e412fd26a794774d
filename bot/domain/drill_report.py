"""What came of a run: times, expectations, objectives. Pure, and blameless.

The machine counts what the record shows and proposes a letter per objective; people
say what it means. Nobody gets a score.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.drill import Inject, Objective, Scenario
from bot.domain.drill_expect import Moment, Seen
from bot.domain.drill_state import DrillState

TIMES: Mapping[str, str] = {
    "opened": "open_incident",
    "acknowledged": "ack",
    "role_taken": "commander_named",
    "step_taken": "step_taken",
    "proposed": "plan_proposed",
    "approved": "approval_by_second_person",
    "verified": "plan_verified",
    "resolved": "resolved",
}
"""Times of a report and the moments they are of; ``injected`` comes before them."""

LESSONS = (
    "What went well, and what made it go well?",
    "What took longer than it should, and what were people waiting for?",
    "Who knew what when, and where did that have to be asked for?",
    "Which expectation was missed, and would it have mattered on a real day?",
    "What will be different next time: who does it, until when?",
)
"""Questions for the talk afterwards."""

_HALF = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """One of the report's times.

    Attributes:
        after_s: Scenario seconds after the first inject.
        by: Slack id, ``tocsin`` or ``source:<name>``.
    """

    at: datetime
    after_s: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What became of an expectation: ``met``, ``missed``, ``open`` or ``by_people``.

    Attributes:
        after_s: Scenario seconds from the inject to what met it.
    """

    text: str
    outcome: str
    after_s: int | None = None
    within_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectLine:
    """One inject: ``told``, ``not_needed`` or ``not_played``, and its rating.

    Attributes:
        told_s: Scenario seconds from the start; None where it was not told.
        rating: ``met``, ``partly``, ``missed``, ``by_people`` or ``not_played``.
    """

    inject: Inject
    state: str
    told_s: int | None
    incident: str
    expected: tuple[Expected, ...]
    rating: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """An objective with the letter the machine proposes; "" where it cannot tell.

    P performed, S with some challenges, M with major challenges, U unable.
    """

    objective: Objective
    proposed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything a report says.

    Attributes:
        times: By name as in `TIMES`; None for what did not happen.
        not_seen: What nobody did, in words.
    """

    times: Mapping[str, Stamp | None]
    injects: tuple[InjectLine, ...]
    objectives: tuple[Rated, ...]
    not_seen: tuple[str, ...]

    def count(self, outcome: str) -> int:
        """Return how many expectations had an outcome."""
        return sum(
            one.outcome == outcome for line in self.injects for one in line.expected
        )


def report(state: DrillState, scenario: Scenario, seen: Seen) -> Report:
    """Return what came of a run, also of one that still goes on."""
    injects = tuple(_line(state, seen, one) for one in scenario.injects)
    times = _times(state, seen)
    return Report(
        times=times,
        injects=injects,
        objectives=tuple(_rated(one, injects) for one in scenario.objectives),
        not_seen=tuple(_NOT_SEEN[name] for name, at in times.items() if at is None),
    )


_NOT_SEEN = {
    "injected": "nothing was told",
    "opened": "no incident was opened",
    "acknowledged": "nobody acknowledged",
    "role_taken": "nobody took command",
    "step_taken": "nobody took a runbook step",
    "proposed": "nobody proposed an action",
    "approved": "no second person agreed to an action",
    "verified": "no action ran and was verified",
    "resolved": "nobody resolved it",
}


def _times(state: DrillState, seen: Seen) -> dict[str, Stamp | None]:
    told = sorted(one.at for one in state.told.values())
    if not told:
        return dict.fromkeys(("injected", *TIMES))
    start_s = state.clock_s(told[0])
    found: dict[str, Stamp | None] = {
        "injected": Stamp(at=told[0], after_s=0, by="tocsin")
    }
    for name, what in TIMES.items():
        first = next((one for one in seen.moments if _is_it(one, what, seen)), None)
        found[name] = None if first is None else _stamp(state, first, start_s)
    return found


def _is_it(moment: Moment, what: str, seen: Seen) -> bool:
    """Tell whether a moment counts: the end is that of the first incident."""
    return moment.what == what and (what != "resolved" or moment.incident == seen.first)


def _stamp(state: DrillState, moment: Moment, start_s: int) -> Stamp:
    after_s = max(state.clock_s(moment.at) - start_s, 0)
    return Stamp(at=moment.at, after_s=after_s, by=moment.by)


def _line(state: DrillState, seen: Seen, inject: Inject) -> InjectLine:
    told = state.told.get(inject.n)
    stands = "not_needed" if inject.n in state.passed_over else "not_played"
    if told is not None:
        stands = "told"
    expected = tuple(
        _expected(state, inject, number) if told else _unplayed(inject, number)
        for number in range(len(inject.expects))
    )
    return InjectLine(
        inject=inject,
        state=stands,
        told_s=None if told is None else state.clock_s(told.at),
        incident=seen.incident_of.get(inject.n, ""),
        expected=expected,
        rating=_rating(expected) if told else "not_played",
    )


def _expected(state: DrillState, inject: Inject, number: int) -> Expected:
    wanted = inject.expects[number]
    judged = state.judged.get((inject.n, number))
    outcome, after_s = "open" if wanted.moment else "by_people", None
    if judged is not None:
        outcome = "missed" if judged.after_s is None else "met"
        after_s = judged.after_s
    return Expected(
        text=wanted.text, outcome=outcome, after_s=after_s, within_s=wanted.within_s
    )


def _unplayed(inject: Inject, number: int) -> Expected:
    wanted = inject.expects[number]
    return Expected(text=wanted.text, outcome="not_played", within_s=wanted.within_s)


def _rating(expected: tuple[Expected, ...]) -> str:
    judged = [one.outcome for one in expected if one.outcome in ("met", "missed")]
    if not judged:
        return "by_people"
    if "missed" not in judged:
        return "met"
    return "partly" if "met" in judged else "missed"


def _rated(objective: Objective, injects: tuple[InjectLine, ...]) -> Rated:
    outcomes = [
        one.outcome
        for line in injects
        if objective.id in line.inject.objectives
        for one in line.expected
        if one.outcome != "by_people"
    ]
    return Rated(objective=objective, proposed=_letter(outcomes))


def _letter(outcomes: list[str]) -> str:
    """Return the letter; "" where nothing was judged, or not yet everything."""
    if not outcomes or not {"met", "missed"}.issuperset(outcomes):
        return ""
    share = outcomes.count("met") / len(outcomes)
    if share == 1:
        return "P"
    if share >= _HALF:
        return "S"
    return "M" if share else "U"
