"""A drill's report as JSON values and as text for a terminal or a page."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.drill import Scenario
from bot.domain.drill_report import LESSONS, InjectLine, Report, Stamp
from bot.domain.drill_state import DrillState

JSON_VERSION = 1
_COUNTED = ("met", "missed", "open", "by_people", "not_played")
_WORDS = {
    "met": "met",
    "missed": "missed",
    "open": "not decided",
    "by_people": "for people to judge",
    "not_played": "not played",
}
_UNTOLD = "the record does not tell"
Plain = dict[str, Any]


def as_plain(
    drill: str, state: DrillState, scenario: Scenario, found: Report, *, now: datetime
) -> Plain:
    """Return a report as JSON values.

    Times in minutes and seconds are the scenario's; instants are real, ISO 8601 UTC.
    """
    until = state.ended_at or now
    started = state.started_at or now
    return {
        "version": JSON_VERSION,
        "exercise": True,
        "drill": drill,
        "scenario": scenario.id,
        "title": scenario.title,
        "state": state.run.value,
        "because": state.because,
        "started_by": state.by,
        "started_at": started.isoformat(),
        "ended_at": state.ended_at and state.ended_at.isoformat(),
        "speed": state.speed,
        "real_seconds": round((until - started).total_seconds(), 1),
        "scenario_minutes": round(state.clock_s(until) / 60, 1),
        "incidents": sorted({one.incident for one in found.injects if one.incident}),
        "times": {name: _stamp(one) for name, one in found.times.items()},
        "expectations": {outcome: found.count(outcome) for outcome in _COUNTED},
        "injects": [_inject(one) for one in found.injects],
        "objectives": [
            {
                "id": one.objective.id,
                "capability": one.objective.capability,
                "text": one.objective.text,
                "proposed": one.proposed,
            }
            for one in found.objectives
        ],
        "not_seen": list(found.not_seen),
        "lessons": list(LESSONS),
    }


def text(plain: Mapping[str, Any]) -> str:
    """Return a report as Markdown, short enough to read in a terminal."""
    counted = plain["expectations"]
    because = f" ({plain['because']})" if plain["because"] else ""
    incidents = ", ".join(plain["incidents"]) or "none"
    pace = f"{plain['scenario_minutes']} scenario minutes in {plain['real_seconds']} s"
    rows = [
        f"# EXERCISE: {plain['title']}",
        "",
        " · ".join((plain["drill"], plain["state"] + because, pace, incidents)),
        "",
        "| time | after | by |",
        "|---|---|---|",
        *(_time_row(name, one) for name, one in plain["times"].items()),
        "",
        "Expectations: "
        + ", ".join(f"{counted[k]} {_WORDS[k]}" for k in _COUNTED)
        + ".",
        "",
        *(row for one in plain["injects"] for row in _inject_rows(one)),
        "",
        "Objectives, as the record suggests (P, S, M, U; people decide):",
        *(
            f"- {one['id']} {one['text']}: {one['proposed'] or _UNTOLD}"
            for one in plain["objectives"]
        ),
    ]
    if plain["not_seen"]:
        rows += ["", "Not seen: " + "; ".join(plain["not_seen"]) + "."]
    rows += ["", "To talk about:", *(f"- {one}" for one in plain["lessons"])]
    return "\n".join(rows) + "\n"


def _stamp(stamp: Stamp | None) -> Plain | None:
    if stamp is None:
        return None
    return {
        "at": stamp.at.isoformat(),
        "after_min": round(stamp.after_s / 60, 1),
        "by": stamp.by,
    }


def _inject(line: InjectLine) -> Plain:
    inject = line.inject
    return {
        "n": inject.n,
        "kind": inject.kind.value,
        "from": inject.sender,
        "to": inject.to,
        "due_min": inject.unless.by_min if inject.unless else inject.at_min,
        "told_min": None if line.told_s is None else round(line.told_s / 60, 1),
        "state": line.state,
        "incident": line.incident,
        "rating": line.rating,
        "expected": [
            {
                "text": one.text,
                "outcome": one.outcome,
                "after_min": _minutes(one.after_s),
                "within_min": _minutes(one.within_s),
            }
            for one in line.expected
        ],
    }


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _time_row(name: str, one: Mapping[str, Any] | None) -> str:
    if one is None:
        return f"| {name.replace('_', ' ')} | not seen | |"
    return f"| {name.replace('_', ' ')} | {one['after_min']} min | {one['by']} |"


def _inject_rows(one: Mapping[str, Any]) -> list[str]:
    told = "" if one["told_min"] is None else f" at {one['told_min']} min"
    stands = one["state"].replace("_", " ")
    rows = [f"- {one['n']} {one['kind']} from {one['from']}: {stands}{told}"]
    for each in one["expected"]:
        after = "" if each["after_min"] is None else f" after {each['after_min']} min"
        rows.append(f"  - {each['text']}: {_WORDS[each['outcome']]}{after}")
    return rows
