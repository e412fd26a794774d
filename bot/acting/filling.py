"""Templates and facts of an action, filled in and put into their forms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.acting.reading import Texts
from bot.domain.action_effects import Outcome
from bot.domain.plan import Change, Probe, Step
from bot.ports.action import StepResult


def from_templates(templates: Texts, params: Texts) -> Texts:
    """Return both sides filled in: also which fact it is may depend on a parameter."""
    return {
        name.format_map(params): text.format_map(params)
        for name, text in templates.items()
    }


def probes_of(facts: Texts) -> tuple[Probe, ...]:
    """Return facts as the preconditions of a plan, sorted by id."""
    return tuple(Probe(id=key, value=value) for key, value in sorted(facts.items()))


def facts_of(probes: Iterable[Probe]) -> Texts:
    """Return preconditions as the facts that they were made of."""
    return {one.id: one.value for one in probes}


def changed(words: Texts, facts: Texts, wanted: Texts) -> tuple[Change, ...]:
    """Return what changes, as people read it; what is so already is left out."""
    return tuple(
        Change(what=words[key], before=facts[key], after=value)
        for key, value in wanted.items()
        if facts[key] != value
    )


def step_of(name: str, call: str, params: Texts, compare: Texts) -> Step:
    """Return a step, its parameters and what it compares sorted by name."""
    ordered = tuple(sorted(params.items()))
    return Step(id=name, call=call, params=ordered, compare=probes_of(compare))


def not_done(step: Step, because: str) -> StepResult:
    """Return that a step did not happen, and why."""
    says = f"{step.call} did not happen: {because}."
    return StepResult(outcome=Outcome.FAILED, says=says)


def as_json(value: Any) -> Any:
    """Return a value as JSON has it: times as ISO 8601, maps and lists as such."""
    match value:
        case None | bool() | int() | str():
            return value
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): as_json(one) for key, one in value.items()}
        case list() | tuple():
            return [as_json(one) for one in value]
        case _:
            return str(value)
