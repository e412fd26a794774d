"""Where a parameter of a site's action goes: a path, a query, a value of a JSON body.

Parameters are texts that people typed. None of them becomes structure: in a path it is
escaped and stays one part of it, in a body it stays a string or a number.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.domain.errors import BadRequest, Unreachable
from bot.gateways.operation import number

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
NUMBER = "$number"
"""A body's ``{"$number": "limit"}`` stands for the parameter as a JSON number."""
_LONGEST_FACT = 200
_STEPS_ASIDE = frozenset({"", ".", ".."})


def places_in(template: Any) -> frozenset[str]:
    """Return the parameters that a template names, wherever in it."""
    match template:
        case str():
            return frozenset(PLACE.findall(template))
        case {"$number": str(name), **rest} if not rest:
            return frozenset({name})
        case dict():
            return frozenset().union(*map(places_in, template.values()))
        case list():
            return frozenset().union(*map(places_in, template))
        case _:
            return frozenset()


def stray_braces(template: str) -> bool:
    """Tell whether braces stand in a text that name no parameter."""
    rest = PLACE.sub("", template)
    return "{" in rest or "}" in rest


def in_path(template: str, params: Mapping[str, str]) -> str:
    """Return a path with its parameters.

    Raises:
        BadRequest: One would be more than a name in it, or none at all.
    """
    for name in places_in(template):
        value = params[name]
        if value in _STEPS_ASIDE or "/" in value or "\\" in value:
            raise BadRequest(
                "A request was not put together",
                because=f"{name} would lead to another place of the service",
                next_move="Propose it with the plain name of the thing.",
            )
    return PLACE.sub(lambda found: quote(params[found[1]], safe=""), template)


def in_text(template: str, params: Mapping[str, str]) -> str:
    """Return a text with its parameters, as they are."""
    return PLACE.sub(lambda found: params[found[1]], template)


def in_body(template: Any, params: Mapping[str, str]) -> Any:
    """Return a JSON value with its parameters, as strings or numbers.

    Raises:
        BadRequest: A parameter is to be a number and is none.
    """
    match template:
        case str():
            return in_text(template, params)
        case {"$number": str(name), **rest} if not rest:
            return number(params[name])
        case dict():
            return {key: in_body(one, params) for key, one in template.items()}
        case list():
            return [in_body(one, params) for one in template]
        case _:
            return template


def at_pointer(value: Any, pointer: str) -> Any:
    """Return what stands at a JSON pointer (RFC 6901).

    Raises:
        Unreachable: Nothing does.
    """
    found = value
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, dict) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            raise _another_shape(f"there is nothing at {pointer}")
    return found


def as_fact(value: Any, pointer: str) -> str:
    """Return a JSON value as a plan's fact: text as it is, the rest as JSON says it.

    Raises:
        Unreachable: It is a list or an object, or longer than a card can show.
    """
    match value:
        case bool():
            found = "true" if value else "false"
        case None:
            found = "null"
        case int() | float() | str():
            found = str(value)
        case _:
            raise _another_shape(f"a list or an object stands at {pointer}")
    if len(found) > _LONGEST_FACT:
        raise _another_shape(f"what stands at {pointer} is too long")
    return found


def _another_shape(because: str) -> Unreachable:
    return Unreachable(
        "The service was not read",
        because=f"its answer has another shape than the action says: {because}",
        next_move="Compare the action's file with what the service answers.",
    )
