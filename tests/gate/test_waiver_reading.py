"""A waiver has an owner and an end, and what must hold is never waived.

What a waiver lifts is test_waivers.py.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from bot.domain.errors import BadSettings
from bot.gate.policy import Policy
from bot.gate.policy_reading import Rule
from bot.gate.waivers import (
    NEVER,
    WAIVABLE,
    Waiver,
    Waivers,
    read_waivers,
)

POLICY = Policy.load()
NOW = datetime(2026, 11, 28, tzinfo=UTC)
FINE: dict[str, object] = {
    "id": "wv-move",
    "rule": "data-leaves-region",
    "owner": "U0LEAD",
    "reason": "until the move is done",
    "from": "2026-11-20T00:00:00Z",
    "until": "2026-12-20T00:00:00Z",
    "systems": ["chat"],
}


def read(
    folder: Path, *rows: object, rules: Mapping[str, Rule] = POLICY.rules
) -> Waivers:
    (folder / "waivers.yaml").write_text(yaml.safe_dump(list(rows)), "utf-8")
    return read_waivers(folder, rules)


def refusal(
    folder: Path, *rows: object, rules: Mapping[str, Rule] = POLICY.rules
) -> str:
    """Return what is wrong with the waivers, without the name of their file."""
    with pytest.raises(BadSettings) as error:
        read(folder, *rows, rules=rules)
    return error.value.because.removeprefix(f"{folder / 'waivers.yaml'}").lstrip(",: ")


def test_every_shipped_forbid_is_waivable_or_never_waived() -> None:
    forbids = {name for name, one in POLICY.rules.items() if one.effect == "forbid"}
    assert WAIVABLE | NEVER.keys() == forbids
    assert not WAIVABLE & NEVER.keys()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("members-only", "guests, strangers and bots decide nothing"),
        ("same-workspace", "people of another workspace decide nothing"),
        ("fresh-facts", "nothing rests on what Slack said long ago"),
        ("groups-unread", "nothing rests on what Slack did not say"),
        ("own-channel", "approvals are given where everybody sees them"),
        ("in-the-channel", "approvals are given where everybody sees them"),
        ("no-shared-channel", "another organization would read and press along"),
        ("requester-never-approves", "nobody approves what they asked for"),
        ("author-never-approves", "nobody approves what goes back to their own words"),
        ("t1-needs-commander", "T1 is the commander's to answer for"),
        ("stopped", "a stop is taken back by people, at once and in the log"),
        ("frozen", "a freeze is lifted by people; the broken glass goes through it"),
        ("mode-observe", "how far the gate goes is a setting"),
        ("mode-suggest", "how far the gate goes is a setting"),
        ("glass-three-a-day", "breaking the glass is an exception itself"),
        ("on-call-runs-broken-glass", "breaking the glass is an exception itself"),
    ],
)
def test_what_must_hold_is_never_waived(tmp_path: Path, name: str, why: str) -> None:
    assert refusal(tmp_path, FINE | {"rule": name}) == (
        f"waiver 1 (wv-move): {name} is never waived: {why}"
    )


A_TIME = "must be a time like 2026-11-28T22:00:00Z, with its zone"
TOO_LONG = "it must end after it begins, within 90 days"
A_LINE = "must be one line of text"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"until": None}, f"until {A_TIME}"),
        ({"until": "2026-12-20"}, f"until {A_TIME}"),
        ({"until": "soon"}, f"until {A_TIME}"),
        ({"from": "2026-11-28T22:00:00"}, f"from {A_TIME}"),
        ({"from": 20261128}, f"from {A_TIME}"),
        ({"from": "0001-01-01T00:00:00+14:00"}, f"from {A_TIME}"),
        ({"until": "9999-12-31T23:59:59-14:00"}, f"until {A_TIME}"),
        ({"until": "2027-12-20T00:00:00Z"}, TOO_LONG),
        ({"until": "2026-11-01T00:00:00Z"}, TOO_LONG),
        ({"until": FINE["from"]}, TOO_LONG),
        ({"until": "2027-02-18T00:00:01Z"}, TOO_LONG),
        ({"owner": ""}, f"owner {A_LINE}"),
        ({"owner": " "}, f"owner {A_LINE}"),
        ({"owner": "Lee"}, "owner 'Lee' does not have its form, [UW][A-Z0-9]{2,30}"),
        (
            {"owner": "U0LEE?"},
            "owner 'U0LEE?' does not have its form, [UW][A-Z0-9]{2,30}",
        ),
        ({"reason": "a\nb"}, f"reason {A_LINE}"),
        ({"reason": " "}, f"reason {A_LINE}"),
        ({"reason": "\u202eb"}, f"reason {A_LINE}"),
        ({"reason": 7}, f"reason {A_LINE}"),
        ({"reason": "x" * 201}, "reason is longer than 200 characters"),
        (
            {"rule": "data-leaves-regio"},
            "there is no rule 'data-leaves-regio'; the nearest is 'data-leaves-region'",
        ),
        (
            {"rule": "t2-approver"},
            "t2-approver forbids nothing, so there is nothing to lift",
        ),
        (
            {"systems": []},
            "it must name systems or actions; nothing is waived for all",
        ),
        ({"systems": "chat"}, "systems must be a list of texts"),
        ({"systems": ["chat", ""]}, "systems must be a list of texts"),
        ({"actions": ["a.b", 7]}, "actions must be a list of texts"),
        ({"actions": {"a.b": "c"}}, "actions must be a list of texts"),
    ],
    ids=str,
)
def test_a_waiver_that_is_not_whole_is_refused(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    assert refusal(tmp_path, FINE | changed) == f"waiver 1 (wv-move): {says}"


def test_the_waiver_at_fault_is_named_by_its_number_and_its_id(tmp_path: Path) -> None:
    form = "[a-z0-9]+(?:-[a-z0-9]+)*"
    assert refusal(tmp_path, FINE, FINE | {"id": "Move!"}) == (
        f"waiver 2 (Move!): id 'Move!' does not have its form, {form}"
    )
    assert refusal(tmp_path, FINE, 7) == "waiver 2: it must be a map"
    assert refusal(tmp_path, FINE | {"sistems": ["chat"]}) == (
        "waiver 1: there is no key 'sistems'; the nearest is 'systems'"
    )


def test_all_that_may_stand_in_a_waiver_is_read(tmp_path: Path) -> None:
    given = FINE | {"actions": ["a.b"], "reason": "x" * 200}
    until = "2027-02-18T01:00:00+01:00"  # the longest that it may be
    (one,) = read(tmp_path, given | {"until": until}).all
    assert one == Waiver(
        id="wv-move",
        rule="data-leaves-region",
        owner="U0LEAD",
        reason="x" * 200,
        begins=datetime(2026, 11, 20, tzinfo=UTC),
        ends=datetime(2027, 2, 18, tzinfo=UTC),
        systems=("chat",),
        actions=("a.b",),
    )


def test_waivers_are_told_by_their_ids_in_order(tmp_path: Path) -> None:
    for_actions = FINE | {"id": "wv-any", "systems": [], "actions": ["a.b"]}
    first, second = read(tmp_path, FINE, for_actions).all
    assert (first.id, second.id) == ("wv-any", "wv-move")
    assert (first.systems, first.actions) == ((), ("a.b",))


def test_a_shipped_forbid_that_nobody_has_thought_of_is_not_waived(
    tmp_path: Path,
) -> None:
    known = POLICY.rules["data-leaves-region"]
    rules = {"brand-new": replace(known, id="brand-new")}
    row = FINE | {"rule": "brand-new"}
    assert refusal(tmp_path, row, rules=rules) == (
        "waiver 1 (wv-move): brand-new is not among the rules that may be waived"
    )
    of_site = {"brand-new": replace(rules["brand-new"], site=True)}
    (one,) = read(tmp_path, row, rules=of_site).all
    assert one.rule == "brand-new"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "it must be a list of waivers"),
        ("id: wv-a", "it must be a list of waivers"),
        ("a: [", "it is not YAML, look at line 2"),
        ("\xff", "it cannot be read as UTF-8 text"),
    ],
)
def test_a_file_that_is_no_list_of_waivers_starts_nothing(
    tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "waivers.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadSettings) as error:
        read_waivers(tmp_path, POLICY.rules)
    assert error.value.because == f"{tmp_path / 'waivers.yaml'}: {says}"


def test_a_file_that_leads_nowhere_is_not_taken_for_none(tmp_path: Path) -> None:
    assert read_waivers(tmp_path, POLICY.rules) == Waivers()
    (tmp_path / "waivers.yaml").symlink_to(tmp_path / "moved.yaml")
    with pytest.raises(BadSettings, match="it cannot be read as UTF-8 text"):
        read_waivers(tmp_path, POLICY.rules)


def test_one_id_stands_for_one_waiver(tmp_path: Path) -> None:
    assert refusal(tmp_path, FINE, FINE) == "the id 'wv-move' is used twice"
