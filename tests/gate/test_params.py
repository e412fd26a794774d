"""Parameters of an action are texts of a known form, and no others."""

from typing import Any

import pytest

from bot.acting.params import check_params, schema_problems
from bot.domain.errors import BadRequest

NUMBER = {
    "type": "string",
    "description": "a number",
    "pattern": "^[0-9]+$",
    "maxLength": 4,
}
CHOICE = {"type": "string", "description": "on or off", "enum": ["on", "off"]}


def schema(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


GOOD = schema(number=NUMBER, choice={**CHOICE, "model_ok": True})


def test_a_good_schema_has_no_problems() -> None:
    assert schema_problems(GOOD) == []


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ({**GOOD, "additionalProperties": True}, "without additional properties"),
        ({**GOOD, "required": ["number"]}, "must require every property"),
        ({**GOOD, "oneOf": []}, "unknown key oneOf"),
        (schema(), "must have properties"),
        (schema(n={**NUMBER, "type": "integer"}), "n must be a string"),
        (schema(n={**NUMBER, "pattern": "[0-9]+"}), "from ^ to $"),
        (schema(n={**NUMBER, "pattern": "^[$"}), "cannot be read"),
        (schema(n={**NUMBER, "maxLength": 9999}), "maxLength of at most 256"),
        (schema(n={**NUMBER, "description": ""}), "no description"),
        (schema(n={**NUMBER, "model_ok": True}), "only with an enum"),
        (schema(n={**NUMBER, "format": "x"}), "unknown key format"),
        (schema(c={**CHOICE, "enum": [1]}), "not a list of texts"),
        (schema(**{"N-": NUMBER}), "not a parameter name"),
    ],
)
def test_a_loose_schema_is_refused(broken: dict[str, Any], problem: str) -> None:
    assert any(problem in one for one in schema_problems(broken))


def test_parameters_that_fit_pass() -> None:
    check_params("a.b", GOOD, {"number": "7", "choice": "on"})


@pytest.mark.parametrize(
    ("params", "because"),
    [
        ({"number": "7"}, "choice is missing"),
        ({"number": "7", "choice": "on", "more": "1"}, "there is no 'more'"),
        ({"number": "7\n", "choice": "on"}, "number must be a number"),
        ({"number": "77777", "choice": "on"}, "number must be a number"),
        ({"number": 7, "choice": "on"}, "number must be a number"),
        ({"number": "7", "choice": "maybe"}, "choice must be on or off"),
    ],
)
def test_parameters_that_do_not_fit_are_named(params: Any, because: str) -> None:
    with pytest.raises(BadRequest) as caught:
        check_params("a.b", GOOD, params)
    assert caught.value.because == because
