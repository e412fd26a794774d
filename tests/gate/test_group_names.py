"""Who is in which group: Slack, the settings, the registry and the incident say it.

What a plan does with its groups is test_groups.py.
"""

from dataclasses import replace

import pytest

from bot.domain.registry import System
from bot.gate.groups import GroupNames
from bot.ports.gate import Asker
from tests.spec import NOON, SAM

NAMES = GroupNames({"privacy": ("S0DPO", "dpo-team"), "legal": (SAM.id,)})
SYSTEM = System(
    id="chat",
    title="Chat",
    owner="@chat-team",
    deputy="U0DEPUTY",
    groups=(("privacy", ("S0CHATDPO",)), ("security", ("U0SEC",))),
)
NOBODY = "U0NOBODY"


def groups(
    *said: str,
    person: str = NOBODY,
    system: System | None = None,
    names: GroupNames = NAMES,
    commander: str = "",
) -> set[str]:
    """Return the groups of whoever Slack says these user groups of."""
    asker = Asker(
        person=replace(SAM, id=person),
        groups=frozenset(said),
        groups_read=True,
        in_channel=True,
        channel_shared=False,
        read_at=NOON,
    )
    return set(names.of(asker, system, commander=commander))


def test_where_nothing_is_named_a_user_group_fills_the_group_of_its_name() -> None:
    nothing = GroupNames()
    assert groups("approvers", "S0APP", names=nothing) == {"approvers", "S0APP"}
    assert groups(names=nothing) == set()


def test_settings_name_people_and_user_groups_by_id_or_handle() -> None:
    assert "privacy" in groups("S0DPO")
    assert "privacy" in groups("dpo-team")
    assert groups(person=SAM.id) == {"legal"}
    assert groups("S0OTHER") == {"S0OTHER"}


def test_what_the_settings_name_no_user_group_of_that_name_fills() -> None:
    assert "privacy" not in groups("privacy", "approvers")


def test_the_registry_names_a_group_in_place_of_the_settings() -> None:
    assert "privacy" in groups("S0CHATDPO", system=SYSTEM)
    assert "privacy" not in groups("S0DPO", "privacy", system=SYSTEM)
    assert groups(person="U0SEC", system=SYSTEM) == {"security"}
    # What it does not name is as ever.
    assert groups(person=SAM.id, system=SYSTEM) == {"legal"}


def test_the_incidents_commander_is_commander_and_nobody_else() -> None:
    assert groups(person=SAM.id, commander=SAM.id) == {"legal", "commander"}
    assert groups(person=SAM.id, commander="U0OTHER") == {"legal"}


def test_whoever_has_no_id_does_not_command_an_incident_without_commander() -> None:
    assert groups(person="", commander="") == set()


def test_owner_and_deputy_are_whom_the_registry_names() -> None:
    assert "owner" in groups("chat-team", system=SYSTEM)
    assert groups(person="U0DEPUTY", system=SYSTEM) == {"deputy"}
    assert groups(person="U0DEPUTY") == set()
    assert groups(system=SYSTEM) == set()


@pytest.mark.parametrize("name", ["commander", "owner", "deputy"])
def test_no_user_group_makes_a_commander_an_owner_or_a_deputy(name: str) -> None:
    assert groups(name) == set()
    assert groups(name, system=SYSTEM) == set()


@pytest.mark.parametrize(
    ("system", "named"),
    [
        (None, {"privacy", "legal"}),
        (SYSTEM, {"privacy", "legal", "security", "owner", "deputy"}),
        (replace(SYSTEM, deputy=""), {"privacy", "legal", "security", "owner"}),
    ],
    ids=["no system", "system", "no deputy"],
)
def test_a_group_is_filled_as_shipped_by_settings_or_by_the_registry(
    system: System | None, named: set[str]
) -> None:
    always = {"approvers", "oncall", "commander"}
    assert NAMES.named(system) == named | always


def test_the_groups_that_nobody_has_named_are_told_in_order() -> None:
    assert NAMES.unfilled(None) == ("engineering", "business", "security")
    assert NAMES.unfilled(SYSTEM) == ("engineering", "business")
