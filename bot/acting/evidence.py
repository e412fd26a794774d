"""What is kept of the answers that a plan rests on: for people, and as evidence."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.acting.filling import as_json
from bot.acting.reading import Reading, Texts, filled, understood
from bot.domain.errors import NotFound

Look = Callable[[Any, str, Texts], Mapping[str, Any]]
"""Returns the answer of a call: session, call, arguments."""


def kept(
    look: Look, readings: Iterable[Reading], known: Texts, session: Any
) -> dict[str, Any]:
    """Return what is kept of each read, by call, as JSON has it.

    Args:
        known: Parameters and facts that fill the arguments.

    Raises:
        NotFound: The thing is gone.
        Unreachable: The world could not be read.
    """
    return {
        one.call: as_json(_one_kept(look, one, known, session))
        for one in readings
        if one.keep
    }


def _one_kept(look: Look, one: Reading, known: Texts, session: Any) -> Any:
    """Return what is kept of an answer, None where there is no such thing."""
    try:
        answer = look(session, one.call, filled(one, known))
    except NotFound:
        if one.missing:
            return None
        raise
    with understood(one.call):
        return one.keep(answer) if one.keep else None
