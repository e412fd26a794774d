"""Every group needs somebody of its own, and names of groups are known ones."""

import re
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.groups import (
    COMMANDER,
    DEPUTY,
    FROM_SLACK,
    GROUP_ORDER,
    GROUPS,
    OWNER,
    missing,
    read_members,
    speaks,
)
from tests.searching import examples

names = st.sampled_from(FROM_SLACK[:4])
needed = st.lists(names, max_size=4, unique=True).map(tuple)
said = st.dictionaries(st.sampled_from("ABCD"), st.frozensets(names), max_size=4)


def test_who_is_in_two_groups_speaks_for_the_one_that_nobody_else_is_in() -> None:
    both, one = frozenset({"engineering", "privacy"}), frozenset({"engineering"})
    for said in ({"A": both, "B": one}, {"B": one, "A": both}):
        assert missing(("engineering", "privacy"), said) == ()
    assert missing(("engineering", "privacy"), {"A": both}) == ("privacy",)
    assert missing(("engineering", "privacy"), {"A": one, "B": one}) == ("privacy",)


@settings(max_examples=examples(0.5))
@given(groups=needed, said=said)
def test_nothing_is_missing_exactly_where_everybody_can_be_given_a_group(
    groups: tuple[str, ...], said: dict[str, frozenset[str]]
) -> None:
    can = any(
        all(group in said[who] for group, who in zip(groups, order, strict=True))
        for order in permutations(said, len(groups))
    )
    found = missing(groups, said)
    assert (found == ()) is can
    assert set(found) <= set(groups)
    assert len(groups) - len(found) <= len(said)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"privcy": ["S0DPO"]}, "there is no group 'privcy'; the nearest is 'privacy'"),
        ({"on-call": ["S0A"]}, "there is no group 'on-call'; the nearest is 'oncall'"),
        (
            {"qqq": ["U0A"]},
            (
                "there is no group 'qqq'; known: approvers, oncall, engineering, "
                "privacy, legal, business, security"
            ),
        ),
        ({"privacy": []}, "privacy names nobody"),
        ({"privacy": None}, "privacy names nobody"),
        ({"privacy": 7}, "privacy names nobody"),
        (
            {"privacy": ["S0DPO", "<!here>"]},
            "privacy has '<!here>', which is no id of Slack and no handle",
        ),
        (["privacy"], "it must be a map of groups to lists"),
        ("", "it must be a map of groups to lists"),
    ],
)
def test_a_group_that_cannot_be_used_is_refused(given: object, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        read_members(given)


@pytest.mark.parametrize("name", ["commander", "owner", "deputy"])
def test_who_incident_and_registry_name_no_setting_names(name: str) -> None:
    with pytest.raises(ValueError, match=f"there is no group '{name}'"):
        read_members({name: ["U0A"]})


def test_groups_are_known_by_these_words_and_asked_for_in_this_order() -> None:
    order = "approvers oncall engineering privacy legal business security"
    assert " ".join(FROM_SLACK) == order
    assert " ".join(GROUP_ORDER) == f"{order} commander owner deputy"
    assert frozenset(GROUP_ORDER) == GROUPS
    assert (COMMANDER, OWNER, DEPUTY) == ("commander", "owner", "deputy")


def test_members_are_read_as_people_write_them() -> None:
    given = {"privacy": [" @dpo-team ", "U0LEE", "S0DPO"], "legal": "@counsel"}
    assert read_members(given) == (
        ("privacy", ("dpo-team", "U0LEE", "S0DPO")),
        ("legal", ("counsel",)),
    )
    assert read_members({"oncall": ("U0LEE",)}) == (("oncall", ("U0LEE",)),)
    assert read_members(None) == ()


def test_a_person_is_known_by_the_id_and_a_group_by_id_or_handle() -> None:
    members = ("U0LEE", "S0DPO", "privacy-team")
    assert speaks(members, person="U0LEE", of=())
    assert speaks(members, person="U0X", of={"S0DPO"})
    assert speaks(members, person="U0X", of={"privacy-team"})
    # No handle makes anybody a person that is named.
    assert not speaks(members, person="U0X", of={"U0LEE"})
