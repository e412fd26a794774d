"""A site lays its own grouping over the shipped one, and mistakes are named."""

import pytest

from bot.domain.envelope import EntityKind
from bot.domain.errors import BadSettings
from bot.domain.grouping_rules import GroupingRules
from bot.rules import read_rulebook
from bot.rules.grouping_file import is_grouping, read_grouping

CATEGORIES = tuple(read_rulebook().categories)
SHIPPED = read_grouping(CATEGORIES)
MEANING = """
together:
  - id: together.site_meltdown
    title: Meltdown
    all: [[availability], [cost_consumption]]
    steps: 2
    reason: both at once
"""


def laid(overlay: str) -> GroupingRules:
    return read_grouping(CATEGORIES, overlay, overlay_name="site.yaml")


def ids(rules: GroupingRules) -> set[str]:
    return {one.id for one in rules.together}


def test_without_a_file_of_the_site_the_shipped_rules_hold() -> None:
    assert laid(" \n") == SHIPPED
    assert laid("version: 1") == SHIPPED


def test_a_number_of_the_site_replaces_ours_and_the_others_stay() -> None:
    made = laid("entities: {enough: 4, weights: {service: 2, key: 0}}").entities
    assert made.enough == 4
    assert made.common_from == SHIPPED.entities.common_from
    assert made.weights[EntityKind.SERVICE] == 2
    assert made.weights[EntityKind.KEY] == 0
    assert made.weights[EntityKind.AGENT] == SHIPPED.entities.weights[EntityKind.AGENT]


def test_lists_of_the_site_are_added_to_ours() -> None:
    made = laid(
        "entities: {common: [Svc-Deploy], public_models: ['^house-']}\n"
        "never_silent: [availability]"
    )
    assert made.entities.common - SHIPPED.entities.common == {"svc-deploy"}
    assert made.never_silent - SHIPPED.never_silent == {"availability"}
    assert made.entities.public.search("house-llm-7b")
    assert made.entities.public.search("gpt-4o")
    assert not made.entities.public.search("my-house-llm")


def test_a_site_adds_a_meaning() -> None:
    made = laid(MEANING)
    assert ids(made) - ids(SHIPPED) == {"together.site_meltdown"}


def test_a_site_replaces_a_meaning_by_its_id() -> None:
    made = laid(MEANING.replace("site_meltdown", "stolen_access"))
    assert ids(made) == ids(SHIPPED)
    (one,) = [one for one in made.together if one.id == "together.stolen_access"]
    assert (one.title, one.steps) == ("Meltdown", 2)


def test_a_site_switches_a_meaning_off() -> None:
    made = laid("together: [{id: together.covering_tracks, disabled: true}]")
    assert ids(SHIPPED) - ids(made) == {"together.covering_tracks"}


@pytest.mark.parametrize(
    ("overlay", "says"),
    [
        ("entities: 7", "site.yaml, entities: it must be a map"),
        ("entitys: {}", "the nearest is 'entities'"),
        ("entities: {enuogh: 3}", "the nearest is 'enough'"),
        ("entities: {enough: 0}", "a whole number from 1 to 1000"),
        ("entities: {weights: {keys: 3}}", "the nearest is 'key'"),
        ("entities: {public_models: ['(']}", "is not a valid expression"),
        ("entities: {public_models: ['(?=x)']}", "is not a valid expression"),
        ("together: [{id: x}]", "all must be a list of lists"),
        (MEANING.replace("together.site", "site"), "its id must begin with together."),
        (MEANING.replace("[availability]", "[availabilty]"), "'availability'"),
        (MEANING + MEANING.replace("together:", ""), "stands there twice"),
        ("never_silent: [data_leak]", "is not known"),
        ("{", "site.yaml: it is not YAML"),
        ("a: " + "[" * 100_000, "deeper than 40 levels"),
    ],
)
def test_a_mistake_is_named_with_its_entry_and_the_nearest_word(
    overlay: str, says: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        laid(overlay)
    assert says in str(caught.value)
    assert "docs/concepts/grouping.md" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(MEANING, True), ("entities: {}", True), ("categories: []", False), ("{", False)],
)
def test_a_file_of_grouping_is_known_by_its_keys(text: str, *, is_one: bool) -> None:
    assert is_grouping(text) is is_one
