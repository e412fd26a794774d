"""Whether the world stands still: what must be so before, and what is on its way after.

Some systems take a call and go on for minutes. While they do, nothing new is planned on
them, and looking tells neither that it worked nor that it did not.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.acting.reading import Texts
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.ports.action import Verified

_LOOKS = 10
_BETWEEN_LOOKS_S = 2.0
"""20 s in all; a worker may be silent for 60 s (`GateRules.lease`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a fact must be before something is planned.

    Attributes:
        fact: Its id.
        values: Any of these will do.
        because: Why it is refused otherwise, as part of a sentence.
        next_move: What to do then.
    """

    fact: str
    values: frozenset[str]
    because: str
    next_move: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a fact says about a change that was made.

    Attributes:
        fact: Its id.
        moving: Values while it goes on.
        broken: Values that say it did not work, whatever else is as promised.
    """

    fact: str
    moving: frozenset[str]
    broken: frozenset[str] = frozenset()


def unmet(needs: Iterable[Need], facts: Texts) -> Need | None:
    """Return the first need that the facts do not meet, None where they meet all."""
    return next((one for one in needs if facts.get(one.fact) not in one.values), None)


def refuse_needless(name: str, place: str, facts: Texts, wanted: Texts) -> None:
    """Refuse what is so already.

    Args:
        name: Of the action.
        place: What people call its world.

    Raises:
        BadRequest: Every wanted fact has its value.
    """
    if all(facts[key] == value for key, value in wanted.items()):
        raise BadRequest(
            f"{name} was not planned",
            because=f"{place} is already as it would make it",
            next_move="Nothing needs to be done.",
        )


def refuse_unmet(name: str, needs: Iterable[Need], facts: Texts) -> None:
    """Refuse what cannot begin as the world is.

    Raises:
        BadRequest: A need is not met.
    """
    need = unmet(needs, facts)
    if need is not None:
        raise BadRequest(
            f"{name} was not planned", because=need.because, next_move=need.next_move
        )


def once_settled(read: Callable[[], Texts], states: Iterable[State]) -> Texts:
    """Return facts once what was done before is through, or as they are at last.

    Args:
        read: Reads the facts; may raise.
        states: Say what is on its way.
    """
    facts = read()
    for _ in range(_LOOKS):
        if not any(facts.get(one.fact, "") in one.moving for one in states):
            break
        time.sleep(_BETWEEN_LOOKS_S)
        facts = read()
    return facts


def told_by(states: Iterable[State], facts: Texts) -> Verified | None:
    """Return the verdict that states give by themselves, None where none does."""
    for one in states:
        value = facts.get(one.fact, "")
        if value in one.broken:
            says = f"Read again: {one.fact} is {value}."
            return Verified(verdict=Verdict.FAIL, says=says)
        if value in one.moving:
            says = f"Too early to tell: {one.fact} is {value}."
            return Verified(verdict=Verdict.INCONCLUSIVE, says=says)
    return None
