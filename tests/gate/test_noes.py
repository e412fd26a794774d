"""How often a no is written down, and what was last refused. Values only."""

from collections.abc import Sequence

import pytest

from bot.plans.noes import is_enough, last_no
from bot.ports import Entry
from tests.spec import NOON

SAM, EVE = "U0SECOND", "U0EVE"


def entry(kind: str, actor: str = SAM, command: str = "approve") -> Entry:
    return Entry(
        seq=0,
        stream="action/pl_1",
        version=1,
        kind=kind,
        at=NOON,
        actor=actor,
        body={"command": command, "code": f"refused.{command}"},
        words={},
        leaf=b"",
    )


def no(actor: str = SAM, command: str = "approve") -> Entry:
    return entry("action.refused.v1", actor, command)


FREEZE_NO = entry("freeze.refused.v1")
MOVED, SHOWN = entry("action.published.v1"), entry("action.shown.v1")
CROWD = [no(f"U{n}") for n in range(300)]


@pytest.mark.parametrize(
    ("entries", "enough"),
    [
        ([], False),
        ([no()] * 49, False),
        ([no()] * 50, True),
        ([no()] * 51, True),
        ([FREEZE_NO] * 50, True),
        # Everybody together; those of the others alone are no reason before that.
        (CROWD[1:], False),
        (CROWD, True),
        ([*CROWD, no(EVE)], True),
        # What happens to the plan is a new beginning, that its card is shown is none.
        ([*[no()] * 50, MOVED], False),
        ([*[no()] * 50, MOVED, *[no()] * 49], False),
        ([MOVED, *[no()] * 50], True),
        ([*[no()] * 49, SHOWN, no()], True),
        # Only a no is counted.
        ([*[no()] * 49, SHOWN], False),
    ],
)
def test_fifty_of_one_person_and_three_hundred_of_all_are_enough_until_it_moves(
    entries: Sequence[Entry], *, enough: bool
) -> None:
    assert is_enough(entries, actor=SAM) is enough


def test_what_tocsin_refuses_itself_is_written_down_however_often_others_press() -> (
    None
):
    own = no("tocsin", "claim")
    for entries in (CROWD, [own] * 300):
        assert is_enough(entries, actor="tocsin") is False


@pytest.mark.parametrize(
    ("entries", "last"),
    [
        ([], ("", "")),
        ([no()], ("approve", "refused.approve")),
        ([no(command="claim"), no()], ("approve", "refused.approve")),
        ([no(command="claim"), SHOWN], ("claim", "refused.claim")),
        ([no(), no(EVE, "deny")], ("approve", "refused.approve")),
        ([no(EVE)], ("", "")),
        ([no(), MOVED], ("", "")),
    ],
)
def test_the_last_no_is_somebodys_own_and_forgotten_when_the_plan_moves(
    entries: Sequence[Entry], last: tuple[str, str]
) -> None:
    assert last_no(entries, actor=SAM) == last
