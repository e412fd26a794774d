"""Whether the world stands still: what must be so before, and what is on its way after.

Some systems take a call and go on for minutes. While they do, nothing new is planned on
them, and looking tells neither that it worked nor that it did not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.acting.reading import Texts
from bot.domain.action_effects import Verdict
from bot.domain.errors import BadRequest
from bot.ports.action import Verified


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


def refuse_needless(
    name: str, place: str, facts: Texts, wanted: Texts, *, as_gone: str = ""
) -> None:
    """Refuse what is so already.

    Args:
        name: Of the action.
        place: What people call its world.
        as_gone: What is meant by that where the thing is not there, such as for a name
            with a slip in it; "" where it is another state of it.

    Raises:
        BadRequest: Every wanted fact has its value.
    """
    if any(facts[key] != value for key, value in wanted.items()):
        return
    because = f"{place} is already as it would make it"
    raise BadRequest(
        f"{name} was not planned",
        because=f"{because}: {as_gone}" if as_gone else because,
        next_move="If you expected it to be there, compare its name and the region "
        "with the alert."
        if as_gone
        else "Leave it as it is, or choose another target.",
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


def is_moving(states: Iterable[State], facts: Texts) -> bool:
    """Tell whether a change that was made still goes on."""
    return any(facts.get(one.fact, "") in one.moving for one in states)


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
