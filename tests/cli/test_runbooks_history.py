"""What `tocsin runbooks history` prints, and when it refuses."""

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.cli.runbooks_history import plain, table
from bot.readmodels.learned import NO_FEEDBACK
from tests.web.page_states import FEEDBACK


def test_the_table_says_what_was_counted_and_what_follows() -> None:
    told = table(plain(FEEDBACK, mode="rank"))
    assert told.startswith(
        "history: rank · 9 incidents, a runbook offered in 8: the first taken in 62%, "
        "called wrong in 25% · none fits in 11%"
    )
    (first,) = [line for line in told.splitlines() if " RB-02 " in line]
    assert first.split()[:9] == (
        ["prompt_injection", "RB-02", "6", "4", "3", "5", "1", "1", "+0.07"]
    )
    (second,) = [line for line in told.splitlines() if " RB-06 " in line]
    assert second.endswith("gives way")
    assert "openai:<b>m</b>: 4 up, 1 down, 2 statements taken back" in told
    assert "forgotten 2026-05-04T10:02 by admin: RB-05: written anew" in told


def test_where_nothing_was_learned_it_says_so() -> None:
    told = table(plain(NO_FEEDBACK, mode="off"))
    assert told.endswith("nothing yet")
    assert "the first taken in -" in told


def test_scripts_find_weight_and_reason() -> None:
    row = plain(FEEDBACK, mode="rank")["runbooks"][1]
    assert (row["weight"], row["doubted"], row["wrong_by"]) == (-0.3, True, 3)
    assert row["says"].startswith("worked in 0 of 3 prompt_injection incidents")


@pytest.mark.parametrize(
    "given",
    [["--reset", "RB-02"], ["--because", "x"], ["--reset", "", "--because", ""]],
)
def test_forgetting_needs_a_runbook_and_a_reason(given: list[str]) -> None:
    done = CliRunner().invoke(main, ["runbooks", "history", *given])
    assert done.exit_code == 2
