"""What parameters and typed words try that an approval does not cover.

Cases of our own in the manner of the public resumption vectors for agents: each names
what was attempted, and says where the plan stands then, how often the world was
changed, and in which words the attempt was refused.
"""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import BadRequest, Tampered
from bot.domain.plan import Draft
from bot.domain.untrusted import Untrusted
from tests.gate.attempts import Case, told

NAMES = {
    "not a number": float("nan"),
    "infinity": float("inf"),
    "opaque": object(),
    "nothing": None,
    "a number": 7,
    "a yes": True,
    "bytes": b"s7",
    "a list": ["s7"],
    "an object": {"switch": "s7"},
    "NaN as text": "NaN",
    "Infinity as text": "-Infinity",
    "a huge number": "s" + "9" * 400,
    "an exponent": "s1e9",
    "empty": "",
    "half a character": "s7\ud800",
    "fullwidth digits": "s\uff17",
    "a look-alike letter": "\u04557",
    "a zero-width space": "s\u200b7",
    "a right-to-left mark": "\u202es7",
    "a tag character": "s7\U000e0037",
    "a line end": "s7\n",
    "a zero byte": "s7\0",
    "two values": "s7,s8",
}


@pytest.mark.parametrize("value", NAMES.values(), ids=NAMES)
def test_a_parameter_of_another_form(case: Case, value: Any) -> None:
    before = len(case.stage.gate.open_plans())
    because = told(lambda: case.ask(params={"switch": value}), BadRequest)
    assert because == "switch must be Switch"
    assert len(case.stage.gate.open_plans()) == before


UNKNOWN = {
    "another field": ({"force": "yes"}, "there is no 'force'"),
    "the field in capitals": ({"SWITCH": "s7"}, "there is no 'SWITCH'"),
    "a look-alike field": ({"\u0455witch": "s7"}, "there is no of that name"),
    "an invisible field": ({"switch\u200b": "s7"}, "there is no of that name"),
    "half a character": ({"\ud800": "s7"}, "there is no of that name"),
    "no text": ({7: "s7"}, "there is no of that name"),
}


@pytest.mark.parametrize(("more", "because"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_field(case: Case, more: dict[Any, str], because: str) -> None:
    params = {"switch": case.switch} | more
    assert told(lambda: case.ask(params=params), BadRequest) == because
    assert case.off.turned[case.switch] == 0


def test_a_missing_field(case: Case) -> None:
    assert told(lambda: case.ask(params={}), BadRequest) == "switch is missing"


def test_an_action_that_drafts_no_number(case: Case) -> None:
    """JSON has no NaN: such a plan is never kept, whatever drafted it."""
    planned = case.off.plan

    def plan(params: Any, *, reader: Any) -> Draft:
        return replace(planned(params, reader=reader), est_seconds=float("nan"))  # type: ignore[arg-type]

    case.off.plan = plan  # type: ignore[method-assign]
    try:
        before = len(case.stage.gate.open_plans())
        with pytest.raises(Tampered):
            case.ask()
        assert len(case.stage.gate.open_plans()) == before
    finally:
        case.off.plan = planned  # type: ignore[method-assign]


def test_hidden_characters_in_the_typed_target(case: Case) -> None:
    view = case.ask()
    typed = f"{case.switch}\u200b"
    because = told(lambda: case.stage.approve(view, typed=typed), BadRequest)
    assert because == "the target's name was not typed as it is"
    case.ends(view, "pending", effects=0)


def test_half_a_character_in_the_reason(case: Case) -> None:
    view = case.ask(reason=Untrusted("it leaks \ud800\u202e now"))
    assert view.plan.reason == "it leaks now"
    case.stage.approve(view)
    case.run()
    case.ends(view, "verified", effects=1)
