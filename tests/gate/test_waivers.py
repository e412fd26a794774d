"""A waiver has an owner and an end, and what must hold is never waived."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from bot.domain.errors import BadSettings
from bot.gate.policy import Policy
from bot.gate.policy_ordinary import question_of
from bot.gate.waivers import NEVER, WAIVABLE, Waiver, Waivers, read_waivers

POLICY = Policy.load()
NOW = datetime(2026, 11, 28, tzinfo=UTC)
FINE = {
    "id": "wv-move",
    "rule": "data-leaves-region",
    "owner": "U0LEAD",
    "reason": "until the move is done",
    "from": "2026-11-20T00:00:00Z",
    "until": "2026-12-20T00:00:00Z",
    "systems": ["chat"],
}
LEAVES = question_of(
    who={"groups": ["approvers"]},
    what={"verb": "approve", "region": "us-east-1", "residency": ["eu"]},
)


def read(folder: Path, *rows: object) -> Waivers:
    (folder / "waivers.yaml").write_text(yaml.safe_dump(list(rows)), "utf-8")
    return read_waivers(folder, POLICY.rules)


def test_every_shipped_forbid_is_waivable_or_never_waived() -> None:
    forbids = {name for name, one in POLICY.rules.items() if one.effect == "forbid"}
    assert WAIVABLE | NEVER.keys() == forbids
    assert not WAIVABLE & NEVER.keys()


@pytest.mark.parametrize("name", sorted(NEVER))
def test_what_must_hold_is_never_waived(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadSettings, match="is never waived: "):
        read(tmp_path, {**FINE, "rule": name})


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"until": None}, "until must be a time like 2026"),
        ({"until": "2026-12-20"}, "until must be a time like 2026"),
        ({"until": "2027-12-20T00:00:00Z"}, "within 90 days"),
        ({"until": "2026-11-01T00:00:00Z"}, "it must end after it begins"),
        ({"owner": ""}, "owner must be one line"),
        ({"owner": "Lee"}, "owner 'Lee' does not have its form"),
        ({"reason": "a\nb"}, "reason must be one line"),
        ({"rule": "data-leaves-regio"}, "the nearest is 'data-leaves-region'"),
        ({"rule": "t2-approver"}, "forbids nothing"),
        ({"systems": []}, "it must name systems or actions"),
        ({"systems": "chat"}, "systems must be a list"),
        ({"sistems": ["chat"]}, "no key 'sistems'; the nearest is 'systems'"),
        ({"id": "Move!"}, "does not have its form"),
    ],
)
def test_a_waiver_that_is_not_whole_is_refused(
    tmp_path: Path, changed: dict[str, object], says: str
) -> None:
    with pytest.raises(BadSettings) as error:
        read(tmp_path, FINE | changed)
    assert says in str(error.value)


@pytest.mark.parametrize("text", ["", "a: [", "id: wv-a", "- 7", "\xff"])
def test_a_file_that_is_no_list_of_waivers_starts_nothing(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "waivers.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(BadSettings):
        read_waivers(tmp_path, POLICY.rules)


def test_one_id_stands_for_one_waiver(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="used twice"):
        read(tmp_path, FINE, FINE)


def test_a_waiver_is_in_force_for_its_systems_and_its_time(tmp_path: Path) -> None:
    waivers = read(tmp_path, FINE)
    ends = waivers.all[0].ends

    def lifted(system: str, now: datetime) -> set[str]:
        found = waivers.in_force(systems=(system,), action="any", now=now)
        return {one.rule for one in found}

    assert lifted("chat", NOW) == {"data-leaves-region"}
    assert lifted("other", NOW) == set()
    assert lifted("chat", ends - timedelta(seconds=1))
    assert not lifted("chat", ends)


def test_what_ends_soon_is_told_before_it_ends(tmp_path: Path) -> None:
    (one,) = read(tmp_path, FINE).all

    def told(now: datetime) -> list[tuple[Waiver, str]]:
        return list(Waivers((one,)).ending(now=now))

    assert told(one.ends - timedelta(days=15)) == []
    assert "in 13 days" in told(one.ends - timedelta(days=13, hours=1))[0][1]
    assert "lifts nothing" in told(one.ends)[0][1]


def test_waivers_count_in_the_hash_that_a_plan_pins(tmp_path: Path) -> None:
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump([FINE]), "utf-8")
    first = Policy.load(tmp_path)
    later = FINE | {"until": "2026-12-21T00:00:00Z"}
    (tmp_path / "waivers.yaml").write_text(yaml.safe_dump([later]), "utf-8")
    assert len({POLICY.hash, first.hash, Policy.load(tmp_path).hash}) == 3


def test_an_answer_names_the_waiver_that_it_rests_on() -> None:
    assert POLICY.decide(LEAVES).reasons == ("data-leaves-region",)
    answer = POLICY.decide(LEAVES, waived={"data-leaves-region": "wv-move"})
    assert (answer.allowed, answer.waivers) == (True, ("wv-move",))
    fine = question_of(who={"groups": ["approvers"]}, what={"verb": "approve"})
    assert POLICY.decide(fine, waived={"data-leaves-region": "wv-move"}).waivers == ()


def test_a_rule_is_waived_only_where_it_is_for_every_system(tmp_path: Path) -> None:
    waivers = read(tmp_path, FINE, {**FINE, "id": "wv-all", "actions": ["a.b"]})

    def found(*systems: str) -> list[str]:
        rows = waivers.in_force(systems=systems, action="a.b", now=NOW)
        return [one.id for one in rows]

    assert found("chat") == ["wv-all", "wv-move"]
    assert found("chat", "other") == []
    assert found() == []
