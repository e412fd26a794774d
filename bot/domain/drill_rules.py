"""What must hold between the parts of a scenario before it is played.

Each rule yields problems with their place. What a single value may be is in
`drill_reading.py`.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from bot.domain.drill import FASTEST, Inject, InjectKind, Scenario
from bot.domain.drill_fields import Place, Problem


def broken_rules(scenario: Scenario, *, stem: str) -> tuple[Problem, ...]:
    """Return what is wrong with a scenario; empty when it can be played.

    Args:
        stem: Name of its file without the ending; "" where it is in none.
    """
    found = [problem for rule in _RULES for problem in rule(scenario)]
    if stem and scenario.id != stem:
        found += [
            Problem(
                place=("id",),
                because=f"the id is not {stem!a}, the name of its file",
                next_move="People type the name of the file; better rename one.",
                is_warning=True,
            )
        ]
    return tuple(found)


def _numbers(scenario: Scenario) -> Iterator[Problem]:
    counted = Counter(one.n for one in scenario.injects)
    for i, inject in enumerate(scenario.injects):
        if counted[inject.n] > 1:
            said = f"the number {inject.n} is used twice"
            yield _problem(_place(scenario, i, "n"), said, "Number injects once.")


def _in_time(scenario: Scenario) -> Iterator[Problem]:
    before = 0
    for i, inject in enumerate(_told(scenario)):
        place: Place = ("msel", i, "t")
        if inject.at_min < before:
            yield _problem(place, "it comes before the one above", "Sort by t.")
        if inject.at_min >= scenario.duration_min:
            yield _problem(place, "it comes after the end", "Raise duration_min.")
        before = inject.at_min


def _objectives_known(scenario: Scenario) -> Iterator[Problem]:
    known = {one.id for one in scenario.objectives}
    for i, inject in enumerate(scenario.injects):
        for each in inject.objectives:
            if each not in known:
                said = f"there is no objective {each[:20]!a}"
                yield _problem(_place(scenario, i, "obj"), said, "Name one above.")


def _objectives_served(scenario: Scenario) -> Iterator[Problem]:
    for i, inject in enumerate(_told(scenario)):
        if not inject.objectives:
            said = "the inject serves no objective"
            yield _problem(("msel", i), said, "Name one with `obj: [O1]`.")
    served = {each for one in scenario.injects for each in one.objectives}
    for i, objective in enumerate(scenario.objectives):
        if objective.id not in served:
            said = f"no inject serves {objective.id}"
            yield _problem(("objectives", i), said, "Add an inject, or drop it.")


def _something_to_do(scenario: Scenario) -> Iterator[Problem]:
    if not any(one.kind is InjectKind.ALERT for one in _told(scenario)):
        yield _problem(("msel",), "there is no alert", "Begin with one alert.")
    if not scenario.objectives:
        yield _problem(("objectives",), "there is none", "Say what it is to show.")


def _speed(scenario: Scenario) -> Iterator[Problem]:
    if scenario.speed > FASTEST:
        said = f"time_scale is over {FASTEST}"
        yield _problem(("time_scale",), said, "People must be able to follow.")


def _told(scenario: Scenario) -> list[Inject]:
    return [one for one in scenario.injects if not one.unless and not one.by_hand]


def _place(scenario: Scenario, i: int, key: str) -> Place:
    """Return where the i-th inject stands: contingencies come after the rest."""
    told = len(_told(scenario))
    return ("msel", i, key) if i < told else ("contingency", i - told, key)


def _problem(place: Place, because: str, next_move: str) -> Problem:
    return Problem(place=place, because=because, next_move=next_move)


_RULES: tuple[Callable[[Scenario], Iterator[Problem]], ...] = (
    _numbers,
    _in_time,
    _objectives_known,
    _objectives_served,
    _something_to_do,
    _speed,
)
