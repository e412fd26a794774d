"""What an action would change, from its data alone: for drills. Reads nothing."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from bot.ports.action import Sketch

Texts = Mapping[str, str]


class Described(Protocol):
    """The data of an action that a sketch is made of; see `DataAction`."""

    TARGET: ClassVar[str]
    IDENTITY: ClassVar[Texts]
    WANTED: ClassVar[Texts]
    USUAL: ClassVar[Texts]

    def writing(self, params: Texts) -> tuple[str, Texts]:
        """Return the call to make, and its arguments."""
        ...


def sketched(
    action: Described, wanted: tuple[str, str], params: Texts, *, what: str
) -> Sketch:
    """Return what would change.

    Args:
        wanted: The fact that changes, and its value afterwards.
        params: As proposed, already checked.
        what: What people call the fact.
    """
    fact, after = wanted
    call, arguments = action.writing(params)
    # What is chosen is no part of what it is chosen for.
    chosen = set(action.WANTED.values())
    named = (name for name in sorted(action.IDENTITY) if f"{{{name}}}" not in chosen)
    same = "|".join(params[name] for name in named)
    return Sketch(
        thing=f"{fact}|{same}",
        fact=fact,
        what=what,
        usual=action.USUAL.get(fact, "as it was"),
        after=after,
        target=params[action.TARGET],
        call=call,
        arguments=arguments,
    )
