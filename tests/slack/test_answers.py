"""What `/incident list` shows: worst first, and the way to all of them."""

from dataclasses import replace

import pytest

from bot.slack.answers import listed
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts
from tests.web.page_states import ROW


@pytest.mark.parametrize(("count", "has_board"), [(1, False), (20, False), (21, True)])
def test_a_list_with_no_room_for_all_offers_the_board(
    count: int, *, has_board: bool
) -> None:
    rows = [replace(ROW, id=f"INC-{n:04d}") for n in range(count)]
    answer = listed(rows)
    assert_slack_valid(answer["blocks"])
    assert_text_safe(answer["text"])
    assert ("Open the board" in "".join(texts(answer["blocks"]))) is has_board


def test_an_incident_at_rest_is_listed_as_snoozed() -> None:
    row = replace(ROW, snoozed_until=ROW.since, commander="U0LEAD")
    shown = "".join(texts(listed([row])["blocks"]))
    assert "snoozed until" in shown
    assert "IC" not in shown
