"""Compares a value with a shape of botocore's model, everything that stands there."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

_KINDS: Mapping[str, tuple[type, ...]] = {
    "structure": (dict,),
    "list": (list, tuple),
    "map": (dict,),
    "string": (str,),
    "character": (str,),
    "blob": (bytes,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (datetime,),
}
_NUMBERS = frozenset({"integer", "long", "float", "double"})


def problems(shape: Any, value: Any, path: str = "") -> Iterator[str]:
    """Yield what about a value is not as the shape says; nothing where all is."""
    kind = shape.type_name
    if type(value) not in _KINDS[kind]:
        yield f"{path or 'it'} is a {type(value).__name__} and must be a {kind}"
        return
    yield from _bounds(shape, value, path)
    match kind:
        case "structure":
            yield from _members(shape, value, path)
        case "list":
            for place, one in enumerate(value):
                yield from problems(shape.member, one, f"{path}[{place}]")
        case "map":
            for key, one in value.items():
                yield from problems(shape.key, key, f"{path}.{key} (key)")
                yield from problems(shape.value, one, f"{path}.{key}")
        case "string":
            yield from _text(shape, value, path)
        case _:
            return


def _members(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    for name in value.keys() - shape.members.keys():
        yield f"{path}.{name} is not a member of {shape.name}"
    for name in shape.required_members:
        if name not in value:
            yield f"{path}.{name} is missing"
    if shape.metadata.get("union") and len(value) != 1:
        yield f"{path} must have exactly one member"
    for name in value.keys() & shape.members.keys():
        yield from problems(shape.members[name], value[name], f"{path}.{name}")


def _bounds(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name in ("structure", "boolean", "timestamp"):
        return
    size = value if shape.type_name in _NUMBERS else len(value)
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path} must be at least {least}"
    if most is not None and size > most:
        yield f"{path} must be at most {most}"


def _text(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path} must be one of {', '.join(shape.enum)}"
    pattern = _compiled(shape.metadata.get("pattern", ""))
    if pattern and not pattern.fullmatch(value):
        yield f"{path} must satisfy the pattern {pattern.pattern}"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """Return a pattern, None where it is one of Java's that Python cannot read."""
    try:
        return re.compile(pattern) if pattern else None
    except re.error:
        return None
