"""What a drill says in the channel, what can be typed, and what people hear."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from bot.domain.drill import Inject, InjectKind, Scenario
from bot.domain.drill_decisions import ADMIN
from bot.domain.drill_state import DrillState, Run
from bot.domain.errors import BadRequest
from bot.domain.untrusted import Untrusted
from bot.ports import Post
from bot.ports.drills import DrillView
from bot.slack import exercise, modals, plan_modals, verbs, words
from bot.slack.drill_cards import DrillCards, done, status
from bot.slack.drill_wishes import DrillVerb, DrillWish
from bot.slack.plan_forms import About
from bot.slack.rich import BROADCAST
from tests.domain.test_drill_report import SCENARIO
from tests.fakes.clock import NOON
from tests.slack.hostile import hostile
from tests.slack.plan_states import OFFER, VIEWS
from tests.slack.validity import (
    assert_slack_valid,
    assert_text_safe,
    assert_view_valid,
)

CARDS = DrillCards()
STATE = DrillState(
    run=Run.RUNNING,
    scenario="short",
    speed=4,
    channel="C0INCIDENTS",
    by="U0ONCALL",
    started_at=NOON,
    text=Untrusted("{}"),
)
VIEW = DrillView(
    id="dr_1", state=STATE, scenario=SCENARIO, clock_s=600, incidents=("INC-0001",)
)
ASKED = Inject(
    n="3",
    at_min=5,
    kind=InjectKind.DECISION,
    sender="Controller",
    to="incident_commander",
    text="The key still works.",
    decision="Do you switch it off?",
)


def posts(view: DrillView = VIEW, inject: Inject = ASKED) -> list[Post]:
    lines = ("paused", "resumed", "stopped", "ended")
    return [
        CARDS.announcement(view),
        CARDS.told(view, inject),
        *(
            CARDS.said(view, f"drill/dr_1/{n}", one, "U0SECOND")
            for n, one in enumerate(lines)
        ),
    ]


@pytest.mark.parametrize("run", list(Run))
def test_everything_it_says_is_valid_and_begins_with_the_banner(run: Run) -> None:
    for post in posts(replace(VIEW, state=replace(STATE, run=run))):
        assert_slack_valid(post.blocks)
        assert_text_safe(post.text)
        assert post.text.startswith("EXERCISE · ")
        first: Any = post.blocks[0]["elements"][0]["elements"][0]
        assert first["text"].startswith("EXERCISE")


def test_the_announcement_says_how_to_stop_and_what_to_say_if_it_is_real() -> None:
    said = str(CARDS.announcement(VIEW).blocks)
    for part in ("/incident drill stop", "/incident drill pause", "REAL WORLD"):
        assert part in said


def test_the_announcement_of_a_drill_that_is_over_asks_for_nothing() -> None:
    over = replace(VIEW, state=replace(STATE, run=Run.ENDED))
    assert "/incident drill" not in str(CARDS.announcement(over).blocks)


def test_a_question_stands_in_the_thread_of_the_incident_and_in_the_channel() -> None:
    post = CARDS.told(VIEW, ASKED)
    assert post.thread == "card/INC-0001"
    assert post.blocks[0]["block_id"] == BROADCAST
    assert "Do you switch it off?" in str(post.blocks)


def test_a_message_has_a_place_also_where_no_incident_is_open() -> None:
    post = CARDS.told(replace(VIEW, incidents=()), ASKED)
    assert post.thread == "drill/dr_1"


def test_the_command_line_is_named_as_such() -> None:
    view = replace(VIEW, state=replace(STATE, by=ADMIN))
    assert "the command line" in str(CARDS.announcement(view).blocks)


@given(hostile)
def test_no_text_of_a_scenario_comes_alive(text: str) -> None:
    inject = replace(ASKED, text=text, sender=text, decision=text, to=text)
    scenario: Scenario = replace(SCENARIO, title=text)
    for post in posts(replace(VIEW, scenario=scenario), inject):
        assert_slack_valid(post.blocks)
        assert_text_safe(post.text)


def test_the_status_is_one_sentence_with_the_banner() -> None:
    said = status(VIEW)
    assert said.startswith("EXERCISE · Drill dr_1 (short) is running: minute 10")
    assert "Incidents: INC-0001." in said
    assert status(None).startswith("No drill was ever started.")
    assert done(VIEW) == "EXERCISE · drill dr_1 (short) is running now."


UNDERSTOOD: Mapping[str, DrillWish] = {
    "drill": DrillWish(verb=DrillVerb.STATUS),
    "drill status": DrillWish(verb=DrillVerb.STATUS),
    "DRILL Stop": DrillWish(verb=DrillVerb.STOP),
    "drill pause": DrillWish(verb=DrillVerb.PAUSE),
    "drill resume": DrillWish(verb=DrillVerb.RESUME),
    "drill start first-hour": DrillWish(verb=DrillVerb.START, scenario="first-hour"),
    "drill start First-Hour 60": DrillWish(
        verb=DrillVerb.START, scenario="first-hour", speed=60
    ),
    "drill start first-hour x10": DrillWish(
        verb=DrillVerb.START, scenario="first-hour", speed=10
    ),
}


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_what_is_typed_is_read(text: str) -> None:
    assert verbs.parse(text, asker="U0ME") == UNDERSTOOD[text]


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("drill start", "it does not name a scenario"),
        ("drill start ../../etc", "the scenario is not one"),
        ("drill start first-hour fast", "the speed is no number from 1 to 600"),
        ("drill start first-hour 60 now", "it is not understood"),
        ("drill dance", "it is not understood"),
        ("drill stop now", "it is not understood"),
    ],
)
def test_what_is_not_understood_shows_how_it_goes(text: str, because: str) -> None:
    with pytest.raises(BadRequest) as no:
        verbs.parse(text, asker="U0ME")
    assert str(no.value) == (
        f"Nothing was changed: {because}. It goes like this: "
        "`/incident drill start SCENARIO [SPEED]|status|pause|resume|stop`."
    )


def test_a_sentence_is_marked_once_and_silence_stays_silence() -> None:
    assert exercise.of("done", drill=True) == "EXERCISE · done"
    assert exercise.said(exercise.said("done")) == "EXERCISE · done"
    assert exercise.of("done", drill=False) == "done"
    assert exercise.said("") == ""


@pytest.mark.parametrize(
    "blocks",
    [
        (),
        (
            {
                "type": "header",
                "block_id": "h",
                "text": {"type": "plain_text", "text": "x"},
            },
        ),
        ({"type": "rich_text", "block_id": "r", "elements": []},),
    ],
)
def test_any_message_can_be_marked(blocks: tuple[dict[str, Any], ...]) -> None:
    post = exercise.marked(Post(key="k", channel="C1", text="x", blocks=blocks))
    assert post.text == "EXERCISE · x"
    assert not blocks or "EXERCISE" in str(post.blocks)


def test_every_form_of_a_drill_says_so_first() -> None:
    offer = replace(OFFER, drill=True)
    about = About(incident="INC-0001", channel="C0INCIDENTS")
    plan = VIEWS["drill"]
    made = (
        plan_modals.choose([offer], about),
        plan_modals.propose(offer, about),
        plan_modals.review(plan, about),
        plan_modals.reject(plan, about),
        exercise.form(modals.form("note", "INC-0001")),
    )
    for view in made:
        assert_view_valid(view)
        assert words.DRILL in str(view["blocks"][0])


def test_no_form_of_a_real_incident_says_exercise() -> None:
    about = About(incident="INC-0001", channel="C0INCIDENTS")
    for view in (plan_modals.choose([OFFER], about), plan_modals.propose(OFFER, about)):
        assert "EXERCISE" not in str(view)
