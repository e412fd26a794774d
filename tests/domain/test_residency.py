"""What a plan reaches is found in its calls, and held against where data must stay."""

from dataclasses import replace

import pytest

from bot.domain.plan import Step
from bot.domain.residency import is_global, is_place, outside, reached
from tests.domain.action_spec import a_plan

DRAFT = a_plan().draft


@pytest.mark.parametrize(
    ("value", "regions"),
    [
        ("arn:aws:lambda:us-east-1:111122223333:function:chat", ("us-east-1",)),
        ("arn:aws:iam::111122223333:role/chat", ()),
        ("eu.anthropic.claude-sonnet-4-20250514-v1:0", ("eu",)),
        ("bedrock/global.anthropic.claude-haiku-4-5-20251001-v1:0", ("global",)),
        ("https://bedrock-runtime.ap-southeast-2.amazonaws.com", ("ap-southeast-2",)),
        ("eu-central-1a", ("eu-central-1",)),
        ("us-gov-west-1", ("us-gov-west-1",)),
        ("anthropic.claude-3-haiku", ()),
        ("support-us-bot", ()),
    ],
)
def test_a_region_is_found_wherever_a_call_names_it(
    value: str, regions: tuple[str, ...]
) -> None:
    step = Step(id="s1", call="lambda.UpdateAlias", params=(("Target", value),))
    assert tuple(dict.fromkeys(reached(replace(DRAFT, steps=(step,))))) == regions


@pytest.mark.parametrize(
    ("region", "stays", "leaves"),
    [
        ("eu-central-1", ("eu",), False),
        ("eu-west-2", ("eu",), True),
        ("eu-west-2", ("eu", "uk"), False),
        ("eu-central-2", ("eu",), True),
        ("eu", ("eu",), False),
        ("eu", ("eu-central-1",), True),
        ("global", ("eu", "us"), True),
        ("us-east-1", (), False),
        ("", ("eu",), False),
    ],
)
def test_data_leaves_where_it_must_stay(
    region: str, stays: tuple[str, ...], *, leaves: bool
) -> None:
    assert bool(outside((region,), stays)) is leaves


def test_only_a_plan_of_global_calls_has_no_region() -> None:
    assert is_global(DRAFT)
    other = Step(id="s2", call="lambda.UpdateAlias", params=())
    assert not is_global(replace(DRAFT, steps=(*DRAFT.steps, other)))
    assert not is_global(replace(DRAFT, steps=()))


def test_a_place_is_a_region_or_an_area() -> None:
    assert is_place("eu")
    assert is_place("ap-northeast-1")
    assert not is_place("europe")
    assert not is_place("eu-central")
