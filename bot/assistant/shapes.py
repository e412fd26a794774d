"""The shape of an answer: what is sent as a schema, and what may come out of it.

Text that a model wrote is `bot.ports.model.Words`. A shape that would hand out bare
text is refused before anything is sent.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict

_CHOSEN = frozenset({"words", "enum", "const", "pattern"})
_KNOWN = frozenset({"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"})
_NOT_SENT = frozenset({"words", "title", "default"})


class Shape(BaseModel):
    """Base of answers: nothing beside what was asked for, and it cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class IsItThere(Shape):
    """The smallest answer."""

    ready: bool


@cache
def schema_of(answer: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON schema that is sent for a shape.

    Raises:
        ValueError: It holds bare text, or something that is no object.
    """
    schema = answer.model_json_schema()
    bare = next(_bare(schema), None)
    if bare is not None:
        raise ValueError(f"{answer.__name__}: text that is no Words, in {bare}")
    sent: dict[str, Any] = _without(schema)
    sent["title"] = answer.__name__
    sent["description"] = "The answer."
    return sent


def _bare(schema: Any, at: str = "the answer") -> Iterator[str]:
    """Yield where a schema lets any text through."""
    if _lets_any_through(schema):
        yield at
    for name, one in _inside(schema, at):
        yield from _bare(one, name)


def _lets_any_through(schema: Mapping[str, Any]) -> bool:
    match schema.get("type"):
        case "string":
            return not _CHOSEN & schema.keys()
        case "array":
            return not {"items", "prefixItems"} & schema.keys()
        case "object":
            return schema.get("additionalProperties") is not False
        case _:
            return not _KNOWN & schema.keys()


def _inside(schema: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    """Yield the schemas in a schema, each with what it is of."""
    for key in ("properties", "$defs"):
        yield from schema.get(key, {}).items()
    for key in ("prefixItems", "anyOf", "oneOf", "allOf"):
        yield from ((at, one) for one in schema.get(key, ()))
    if "items" in schema:
        yield at, schema["items"]


def _without(schema: Any) -> Any:
    """Return a schema without what is ours, its references put in place."""
    return _sent(schema, schema.get("$defs", {}))


def _sent(schema: Any, defs: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_sent(one, defs) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    if "$ref" in schema:
        return _sent(defs[schema["$ref"].rpartition("/")[2]], defs)
    kept = {k: v for k, v in schema.items() if k not in _NOT_SENT and k != "$defs"}
    names = kept.pop("properties", None)
    made = {key: _sent(one, defs) for key, one in kept.items()}
    if names is not None:
        made["properties"] = {name: _sent(one, defs) for name, one in names.items()}
        # All are asked for, as strict servers demand; which may be missing is ours.
        made["required"] = list(names)
    return made
