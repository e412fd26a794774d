"""What buttons carry: ids, checked before anybody believes them."""

import pytest
from hypothesis import given

from bot.domain.errors import BadRequest
from bot.domain.events import Phase
from bot.slack.wishes import Verb, Wish, of_click
from tests.slack.hostile import hostile


@pytest.mark.parametrize(
    ("action", "value", "wish"),
    [
        ("incident.ack", "INC-0001", Wish(verb=Verb.ACK, incident="INC-0001")),
        ("incident.reopen", "INC-0001", Wish(verb=Verb.REOPEN, incident="INC-0001")),
        (
            "step.take",
            "INC-0001|RB-07|2",
            Wish(verb=Verb.TAKE, incident="INC-0001", runbook="RB-07", step=2),
        ),
        (
            "step.done",
            "INC-0001|RB-07|2",
            Wish(verb=Verb.DONE, incident="INC-0001", runbook="RB-07", step=2),
        ),
        (
            "incident.more",
            "monitoring|INC-0001",
            Wish(verb=Verb.PHASE, incident="INC-0001", phase=Phase.MONITORING),
        ),
    ],
)
def test_a_button_asks_for_what_it_carries(action: str, value: str, wish: Wish) -> None:
    assert of_click(action, value) == wish


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("incident.ack", ""),
        ("incident.ack", "INC-0001|RB-07|2"),
        ("step.take", "INC-0001|RB-07|0"),
        ("step.take", "INC-0001|RB-07|²"),
        ("step.take", "INC-0001"),
        ("incident.more", "resolved|INC-0001"),
        ("incident.destroy", "INC-0001"),
    ],
)
def test_a_forged_button_is_out_of_date(action: str, value: str) -> None:
    with pytest.raises(BadRequest, match="out of date"):
        of_click(action, value)


@given(hostile)
def test_no_value_breaks_the_reader(value: str) -> None:
    for action in ("incident.ack", "step.take", "incident.more"):
        with pytest.raises(BadRequest):
            of_click(action, value)
