"""Only actions that can be checked and undone may be proposed."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import BadSettings
from bot.domain.plan import Level
from bot.gate.catalogue import catalogue, cutting, load_actions, with_site
from bot.ports.action import ActionManifest

GOOD = ActionManifest(
    name="lamp.switch_off",
    version=1,
    title="Switch a lamp off",
    params={
        "type": "object",
        "additionalProperties": False,
        "required": ["lamp"],
        "properties": {
            "lamp": {
                "type": "string",
                "description": "a lamp's name",
                "pattern": "^[a-z]+$",
                "maxLength": 20,
            }
        },
    },
    level={"": Level.T2},
    evidence=("lamp.GetState",),
    calls=("lamp.SetState",),
    rollback="lamp.switch_off",
)


PARTS = ("plan", "probe", "apply", "verify", "rollback", "snapshot")


def an_action(**without: Any) -> Any:
    """Return an action that does nothing, with parts replaced."""

    def part(*_: Any, **__: Any) -> None: ...

    return type(
        "Lamp", (), {"MANIFEST": GOOD, **dict.fromkeys(PARTS, part), **without}
    )()


def refusal(*actions: Any) -> str:
    with pytest.raises(BadSettings) as caught:
        catalogue(actions)
    return caught.value.because


def test_a_whole_action_is_registered_under_its_name() -> None:
    assert list(catalogue([an_action()])) == ["lamp.switch_off"]


@pytest.mark.parametrize("part", PARTS)
def test_an_action_without_a_part_is_not_registered(part: str) -> None:
    assert refusal(an_action(**{part: None})) == f"it has no {part}"


def test_the_parts_that_are_not_there_are_told_in_the_order_they_are_used() -> None:
    nothing = dict.fromkeys(PARTS)
    assert refusal(an_action(**nothing)) == "; ".join(f"it has no {p}" for p in PARTS)


def test_an_action_without_a_manifest_is_not_registered() -> None:
    assert refusal(an_action(MANIFEST=None)) == "it has no manifest"


def test_without_a_way_back_there_must_be_a_reason() -> None:
    forward = replace(GOOD, rollback="")
    because = "it needs either a rollback or a reason why there is none"
    assert refusal(an_action(MANIFEST=forward)) == because
    stated = replace(forward, irreversible_because="A message cannot be unsent")
    assert catalogue([an_action(MANIFEST=stated)])


def test_a_way_back_must_exist() -> None:
    lost = replace(GOOD, rollback="lamp.switch_on")
    assert refusal(an_action(MANIFEST=lost)) == "there is no lamp.switch_on"


def test_a_name_is_given_once() -> None:
    assert refusal(an_action(), an_action()) == "the name is taken"


BY_STAGE = "levels must be given by stage, with a default"
CALLS = "calls must be named as service and operation"
EVIDENCE = "T1 and T2 need evidence to be saved first"


@pytest.mark.parametrize(
    ("change", "because"),
    [
        ({"name": "lamp"}, "the name is not dotted lower case"),
        ({"version": 0}, "the version must be 1 or more"),
        ({"title": ""}, "it has no title"),
        ({"level": {"production": Level.T2}}, BY_STAGE),
        ({"level": {"": Level.T3, "moon": Level.T3}}, BY_STAGE),
        ({"calls": ()}, CALLS),
        ({"calls": ("do it",)}, CALLS),
        ({"calls": ("lamp.SetState", "do it")}, CALLS),
        ({"level": {"": Level.T1}, "evidence": ()}, EVIDENCE),
        ({"level": {"": Level.T3, "pilot": Level.T2}, "evidence": ()}, EVIDENCE),
        (
            {"params": {"type": "object", "additionalProperties": False}},
            "params must have properties",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    change: dict[str, Any], because: str
) -> None:
    assert refusal(an_action(MANIFEST=replace(GOOD, **change))) == because


@pytest.mark.parametrize(
    "change",
    [
        {"version": 1},
        {"version": 2},
        {"level": dict.fromkeys(("", "sandbox", "pilot", "production"), Level.T2)},
        {"level": {"": Level.T3}, "evidence": ()},
    ],
    ids=str,
)
def test_a_manifest_that_can_be_used_is_registered(change: dict[str, Any]) -> None:
    assert catalogue([an_action(MANIFEST=replace(GOOD, **change))])


def test_every_problem_is_named_with_the_next_move() -> None:
    with pytest.raises(BadSettings) as caught:
        catalogue([an_action(verify=None, MANIFEST=replace(GOOD, title=""))])
    assert str(caught.value) == (
        "The action lamp.switch_off was not registered: it has no verify; it has no "
        "title. Correct its file in integrations, or take the file away."
    )


def named(name: str, **more: Any) -> Any:
    return an_action(MANIFEST=replace(GOOD, name=name, rollback=name, **more))


def test_a_site_adds_actions_and_replaces_none() -> None:
    shipped = catalogue([an_action()])
    own = named("bell.ring")
    assert list(with_site(shipped, [own])) == ["bell.ring", "lamp.switch_off"]
    with pytest.raises(BadSettings, match="the name is taken"):
        with_site(shipped, [an_action()])


def test_the_actions_that_take_a_service_from_everybody_are_known() -> None:
    actions = catalogue([an_action(), named("bell.ring", cuts_off=True)])
    assert cutting(actions) == {"bell.ring"}


def test_all_shipped_actions_register() -> None:
    assert {
        "aws.iam.activate_access_key",
        "aws.iam.deactivate_access_key",
        "aws.lambda.set_reserved_concurrency",
    } <= set(load_actions())


def test_a_function_in_a_sandbox_needs_one_press() -> None:
    level = load_actions()["aws.lambda.set_reserved_concurrency"].MANIFEST.level
    assert level == {"": Level.T2, "sandbox": Level.T3}
