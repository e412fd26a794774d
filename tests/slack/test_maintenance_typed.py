"""`/incident maintenance` and `snooze` as people type them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadRequest
from bot.domain.maintenance import Window
from bot.domain.maintenance_events import What
from bot.domain.untrusted import Untrusted
from bot.ports.maintenance import Planned, WindowView
from bot.slack.maintenance_cards import NONE, MaintenanceCards, done, listed
from bot.slack.maintenance_wishes import (
    MaintenanceVerb,
    MaintenanceWish,
    lasting,
    parse,
)
from bot.slack.verbs import parse as parse_verb
from bot.slack.wishes import Verb, Wish
from tests.fakes.clock import NOON
from tests.slack.hostile import hostile, marked
from tests.slack.validity import assert_slack_valid, assert_text_safe, texts

HOUR = timedelta(hours=1)
VIEW = WindowView(
    id="MW-0001",
    window=Window(
        what=What.SOURCE,
        target="grafana",
        reason=Untrusted("new disks"),
        starts_at=NOON,
        ends_at=NOON + HOUR,
        channel="C0INCIDENTS",
        by="U0ONCALL",
        stage="running",
    ),
    silenced=41,
)


def planned(target: str, what: What = What.SYSTEM, **more: object) -> MaintenanceWish:
    facts: dict[str, object] = {"lasts": 2 * HOUR, "reason": "new disks"}
    plan = Planned(what=what, target=target, **(facts | more))  # type: ignore[arg-type]
    return MaintenanceWish(verb=MaintenanceVerb.PLAN, planned=plan)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("", MaintenanceWish(verb=MaintenanceVerb.LIST)),
        ("list", MaintenanceWish(verb=MaintenanceVerb.LIST)),
        ("end mw-0007", MaintenanceWish(verb=MaintenanceVerb.END, window="MW-0007")),
        ("chat 2h new disks", planned("chat")),
        ("source:grafana 2h new disks", planned("grafana", What.SOURCE)),
        ("entity:arn:aws:x 2h new disks", planned("arn:aws:x", What.THING)),
        ("dedup:cpu* 2h new disks", planned("cpu*", What.DEDUP)),
        ("http://x 2h new disks", planned("http://x")),
        ("chat from 22:05 2h new disks", planned("chat", hour=22, minute=5)),
        (
            "chat from 2026-12-01T22:05Z 2h new disks",
            planned("chat", starts_at=datetime(2026, 12, 1, 22, 5, tzinfo=UTC)),
        ),
        ("chat 1d2h30m new disks", planned("chat", lasts=timedelta(hours=26.5))),
    ],
)
def test_a_wish_is_read(text: str, wish: MaintenanceWish) -> None:
    assert parse(text) == wish


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("chat", "how long"),
        ("chat soon because", "how long"),
        ("chat 2h", "no reason"),
        ("end", "does not name a maintenance window"),
        ("end 7", "does not name a maintenance window"),
        ("source: 2h x", "what is maintained"),
        ("chat from noon 2h x", "the time is not like 22:00"),
        ("chat from 24:00 2h x", "the time is not like 22:00"),
        ("chat from 2026-13-01T22:05 2h x", "there is no such time"),
    ],
)
def test_what_is_not_understood_shows_how_it_goes(text: str, because: str) -> None:
    with pytest.raises(BadRequest, match=because) as no:
        parse(text)
    assert "`/incident maintenance SYSTEM" in no.value.next_move


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("30m", timedelta(minutes=30)),
        ("45min", timedelta(minutes=45)),
        ("1H30M", timedelta(minutes=90)),
        ("0m", timedelta(0)),
        ("", None),
        ("30", None),
        ("-5m", None),
        ("99999m", None),
        ("\u0661h", None),
    ],
)
def test_a_duration_is_read_or_not(text: str, found: timedelta | None) -> None:
    assert lasting(text) == found


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        (
            "snooze 30m the fix comes",
            Wish(verb=Verb.SNOOZE, lasts=HOUR / 2, text="the fix comes"),
        ),
        ("snooze INC-0001 off", Wish(verb=Verb.WAKE, incident="INC-0001")),
    ],
)
def test_a_rest_is_read(text: str, wish: Wish) -> None:
    assert parse_verb(text, asker="U0ME") == wish


@pytest.mark.parametrize(
    "text", ["snooze", "snooze 30m", "snooze off now", "snooze x y"]
)
def test_half_a_rest_shows_how_it_goes(text: str) -> None:
    with pytest.raises(BadRequest, match=r"/incident snooze \[INC-0001\] 30m REASON"):
        parse_verb(text, asker="U0ME")


@given(hostile, st.sampled_from(["planned", "started", "ended"]))
def test_what_people_typed_comes_not_alive(text: str, moment: str) -> None:
    view = WindowView(
        id="MW-0001",
        window=Window(
            what=What.DEDUP,
            target=text or "x",
            reason=Untrusted(text),
            starts_at=NOON,
            ends_at=NOON + HOUR,
            channel="C1",
            by="U0ONCALL",
            stage="ended",
            ended_by="U0SECOND",
        ),
    )
    post = MaintenanceCards().said(view, moment)  # type: ignore[arg-type]
    assert_slack_valid(post.blocks)
    assert_text_safe(post.text)
    assert not marked(post.blocks)


def test_a_window_is_listed_with_its_count_and_answered_with_the_way_back() -> None:
    assert listed([]) == NONE
    assert listed([VIEW]) == (
        "MW-0001 · running · everything from grafana · 2026-05-04 12:00 UTC to "
        "2026-05-04 13:00 UTC · by <@U0ONCALL> · 41 alerts silenced · new disks"
    )
    assert done(VIEW) == (
        "MW-0001 is on until 2026-05-04 13:00 UTC. "
        "`/incident maintenance end MW-0001` takes it back."
    )


def test_the_start_says_what_is_never_silenced() -> None:
    post = MaintenanceCards().said(VIEW, "started")
    assert post.key == "maintenance/MW-0001/started"
    assert "security kinds open as always" in "".join(texts(post.blocks))
