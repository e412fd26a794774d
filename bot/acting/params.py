"""The parameters of an action: a small, strict part of JSON Schema.

Only what a card can show and a person can check: texts that match a pattern or
stand in a list. Both the schema of a manifest and the values of a plan are
checked here.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.errors import BadRequest
from bot.domain.quoting import named

_SCHEMA_KEYS = frozenset({"type", "additionalProperties", "required", "properties"})
_TEXT_KEYS = frozenset(
    {"type", "description", "pattern", "maxLength", "enum", "model_ok"}
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_LONGEST = 256


def schema(**properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schema of parameters that are all required, and no others."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def schema_problems(schema: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the schema of an action's parameters.

    Every parameter must be a required text with a description and either an
    ``enum`` or an anchored ``pattern`` with ``maxLength`` of at most 256.
    ``model_ok`` says that a model may fill it in; only with an ``enum``.
    """
    problems = [
        f"params has the unknown key {key}" for key in schema.keys() - _SCHEMA_KEYS
    ]
    if (
        schema.get("type") != "object"
        or schema.get("additionalProperties") is not False
    ):
        problems.append("params must be an object without additional properties")
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or not properties:
        return [*problems, "params must have properties"]
    if sorted(schema.get("required", ())) != sorted(properties):
        problems.append("params must require every property")
    for name, rule in properties.items():
        problems += [f"{name} {what}" for what in _rule_problems(name, rule)]
    return problems


def check_params(
    action: str, schema: Mapping[str, Any], params: Mapping[str, str]
) -> None:
    """Refuse parameters that the schema does not allow.

    Raises:
        BadRequest: One is missing, unknown, or not of its form. The message names
            the parameter and never repeats its value.
    """
    properties: Mapping[str, Any] = schema["properties"]
    wrong = [f"{name} is missing" for name in properties if name not in params]
    # What a program hands over may have names that are no texts at all.
    extra = [str(name) for name in params if name not in properties]
    wrong += [f"there is no {named(name)}" for name in extra]
    for name, rule in properties.items():
        if name in params and not _fits(rule, params[name]):
            wrong.append(f"{name} must be {rule['description']}")
    if wrong:
        raise BadRequest(
            f"{action} was not planned",
            because="; ".join(wrong),
            next_move="Propose it again with these corrected.",
        )


def _fits(rule: Mapping[str, Any], value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if "enum" in rule:
        return value in rule["enum"]
    return (
        len(value) <= rule["maxLength"]
        and re.fullmatch(rule["pattern"], value) is not None
    )


def _rule_problems(name: str, rule: Any) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield "is not a parameter name"
    if not isinstance(rule, Mapping) or rule.get("type") != "string":
        yield "must be a string"
        return
    for key in rule.keys() - _TEXT_KEYS:
        yield f"has the unknown key {key}"
    if not rule.get("description"):
        yield "has no description"
    if rule.get("model_ok") and "enum" not in rule:
        yield "may be filled by a model only with an enum"
    yield from _form_problems(rule)


def _form_problems(rule: Mapping[str, Any]) -> Iterator[str]:
    enum, pattern = rule.get("enum"), rule.get("pattern", "")
    if enum is not None:
        if not enum or not all(isinstance(one, str) for one in enum):
            yield "has an enum that is not a list of texts"
        return
    if not (pattern.startswith("^") and pattern.endswith("$")):
        yield "needs an enum or a pattern from ^ to $"
        return
    if not 0 < rule.get("maxLength", 0) <= _LONGEST:
        yield f"needs a maxLength of at most {_LONGEST}"
    try:
        re.compile(pattern)
    except re.error:
        yield "has a pattern that cannot be read"
