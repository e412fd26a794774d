"""Maintenance windows: kept, counted, silent to the second, and what opens then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.commands import Person, PersonKind
from bot.domain.envelope import Alert, Entity, EntityKind, Status
from bot.domain.errors import BadRequest, NotAllowed, NotFound, OutOfTurn, Refusal
from bot.domain.maintenance_events import What
from bot.ports.maintenance import Planned, WindowView
from tests.core import Core
from tests.spec import NOON, OLU, an_alert, person

KEY = Entity(EntityKind.KEY, "house-key-1")
HOUR = timedelta(hours=1)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    yield made
    made.close()


def plan(
    core: Core,
    target: str = "chat",
    *,
    what: What = What.SYSTEM,
    lasts: timedelta = HOUR,
    starts_at: datetime | None = None,
    by: Person = OLU,
    reason: str = "new machines",
    item: str = "",
    hour: int | None = None,
) -> WindowView:
    planned = Planned(
        what=what,
        target=target,
        lasts=lasts,
        reason=reason,
        starts_at=starts_at,
        hour=hour,
    )
    return core.grouping.maintenance.plan(planned, by=by, item=item)


def down(core: Core, key: str = "p1", **more: object) -> Alert:
    facts: dict[str, object] = {"system": "chat", "at": core.clock.now()}
    return an_alert(key, alert_id=f"al_{key}", **(facts | more))  # type: ignore[arg-type]


def said(core: Core) -> list[str]:
    return [key for key in core.outbox() if key.startswith("maintenance/")]


def log_kinds(core: Core, window: str = "MW-0001") -> list[str]:
    entries = core.store.read(lambda tx: tx.log.load(f"maintenance/{window}"))
    return [
        one.kind.removeprefix("maintenance.").removesuffix(".v1") for one in entries
    ]


def test_while_it_holds_an_alert_is_counted_and_opens_nothing(core: Core) -> None:
    assert plan(core).window.stage == "running"
    assert core.take(down(core)) == "silenced by maintenance MW-0001"
    assert core.take(down(core), times=4) == "silenced by maintenance MW-0001"
    assert core.service.board() == ()
    (row,) = core.grouping.maintenance.rows()
    assert row.silenced == 5
    assert said(core) == ["maintenance/MW-0001/started"]
    assert log_kinds(core) == ["planned", "started"]


def test_a_clock_that_goes_on_between_two_looks_refuses_no_start(core: Core) -> None:
    now = core.clock.now

    def looked() -> datetime:
        core.clock.go_on(0.001)
        return now()

    core.clock.now = looked  # type: ignore[method-assign]
    assert plan(core).window.stage == "running"


def test_its_edges_are_kept_to_the_second(core: Core) -> None:
    start = NOON + timedelta(minutes=10)
    plan(core, starts_at=start, lasts=timedelta(minutes=5))
    core.clock.go_on(599)
    assert core.take(down(core, "a")) == "opened INC-0001"
    core.clock.go_on(1)
    # Nobody has fired the timer yet: the window holds all the same.
    assert core.take(down(core, "b")).startswith("silenced")
    core.wait(seconds=299)
    assert core.take(down(core, "c")).startswith("silenced")
    core.clock.go_on(1)
    assert core.take(down(core, "d")) == "joined INC-0001"


def test_what_came_in_time_and_is_read_late_is_silenced_until_the_end(
    core: Core,
) -> None:
    plan(core, lasts=timedelta(minutes=5))
    came = down(core)
    core.clock.go_on(400)
    assert core.take(came).startswith("silenced")
    core.wait(seconds=0)
    assert [row.id for row in core.service.board()] == ["INC-0001"]
    assert core.take(came) == "joined INC-0001"


def test_what_is_still_there_at_its_end_opens_then(core: Core) -> None:
    plan(core)
    core.take(down(core, "gone"))
    core.take(down(core, "there"))
    over = down(core, "gone", status=Status.RESOLVED)
    assert core.take(over) == "silenced by maintenance MW-0001"
    assert core.wait(hours=1) == 1
    (row,) = core.service.board()
    assert row.alert_count == 1
    assert log_kinds(core)[-1] == "ended"
    assert said(core)[-1] == "maintenance/MW-0001/ended"
    text = core.outbox()["maintenance/MW-0001/ended"]
    assert "It silenced 2 alerts; 1 problem is still there and opens now" in text
    assert core.grouping.maintenance.rows() == []


def test_an_alert_says_that_it_was_silenced_and_what_came_later(core: Core) -> None:
    plan(core, "webhook", what=What.SOURCE)
    body = {"title": "Model m answers 503 to customers", "severity": "critical"}
    found = core.alert(body)
    (alert,) = found["alerts"]
    assert found["alerts"][alert] == "silenced by maintenance MW-0001"
    core.wait(hours=1)
    later = core.outcome(alert)["alerts"][alert]
    assert later == "silenced by maintenance MW-0001, then counted to INC-0001"


def test_a_window_that_nobody_could_start_in_time_starts_and_ends_late(
    core: Core,
) -> None:
    plan(core, starts_at=NOON + HOUR)
    core.wait(hours=5)
    assert log_kinds(core) == ["planned", "started", "ended"]


def test_a_person_ends_it_early_and_what_is_there_opens(core: Core) -> None:
    plan(core)
    core.take(down(core))
    view = core.grouping.maintenance.end("MW-0001", by=OLU)
    assert (view.window.stage, view.silenced, view.window.opened) == ("ended", 1, 1)
    assert len(core.service.board()) == 1
    assert core.wait(hours=2) >= 0
    assert log_kinds(core) == ["planned", "started", "ended"]
    with pytest.raises(OutOfTurn, match="over already"):
        core.grouping.maintenance.end("MW-0001", by=OLU)
    assert log_kinds(core)[-1] == "refused"


def test_a_planned_one_is_told_and_can_be_taken_back(core: Core) -> None:
    plan(core, starts_at=NOON + HOUR)
    assert said(core) == ["maintenance/MW-0001/planned"]
    assert core.take(down(core)) == "opened INC-0001"
    core.grouping.maintenance.end("MW-0001", by=OLU)
    core.wait(hours=3)
    assert log_kinds(core) == ["planned", "ended"]


@pytest.mark.parametrize(
    "category", ["credential_exposure", "control_tampering", "data_disclosure"]
)
def test_no_window_silences_a_security_kind_and_the_card_says_so(
    core: Core, category: str
) -> None:
    plan(core)
    assert core.take(down(core, category=category)) == "opened INC-0001"
    view = core.service.view("INC-0001")
    assert view is not None
    assert view.notices == (
        "maintenance MW-0001 is on; it never silences this kind of alert",
    )


def test_an_incident_that_was_open_before_keeps_its_alerts(core: Core) -> None:
    core.take(down(core))
    plan(core)
    assert core.take(down(core)) == "joined INC-0001"


def test_a_drill_meets_no_real_window(core: Core) -> None:
    plan(core)
    assert core.take(down(core), drill="dr_1") == "opened INC-0001"


@pytest.mark.parametrize(
    ("what", "target", "silenced"),
    [
        (What.SYSTEM, "CHAT", True),
        (What.SOURCE, "alertmanager", True),
        (What.SOURCE, "webhook", False),
        (What.THING, "house-key-1", True),
        (What.THING, "house-key-2", False),
        (What.DEDUP, "p*", True),
        (What.DEDUP, "q*", False),
        (What.DEDUP, "p1", True),
    ],
)
def test_a_window_covers_what_it_names_and_nothing_else(
    core: Core, what: What, target: str, *, silenced: bool
) -> None:
    plan(core, target, what=what)
    placed = core.take(down(core, entities=(KEY,)))
    assert placed.startswith("silenced") is silenced


@pytest.mark.parametrize(
    ("kind", "because"),
    [
        (PersonKind.GUEST, "guests may read"),
        (PersonKind.EXTERNAL, "another organization"),
        (PersonKind.BOT, "bots may not"),
    ],
)
def test_only_members_plan_and_end(core: Core, kind: PersonKind, because: str) -> None:
    stranger = person("U9", kind)
    with pytest.raises(NotAllowed, match=because):
        plan(core, by=stranger)
    assert log_kinds(core, "none") == ["refused"]
    plan(core)
    with pytest.raises(NotAllowed, match=because):
        core.grouping.maintenance.end("MW-0001", by=stranger)
    assert core.take(down(core)).startswith("silenced")


@pytest.mark.parametrize(
    ("more", "because"),
    [
        ({"lasts": timedelta(seconds=59)}, "from one minute to seven days"),
        ({"lasts": timedelta(days=8)}, "from one minute to seven days"),
        ({"reason": ""}, "no reason was given"),
        ({"starts_at": NOON - HOUR}, "within the next 60 days"),
        ({"starts_at": NOON + timedelta(days=61)}, "within the next 60 days"),
        ({"starts_at": LAST_MOMENT}, "within the next 60 days"),
        ({"target": "chatt"}, "Did you mean chat?"),
        ({"what": What.SOURCE, "target": "alertmanagr"}, "Did you mean alertmanager?"),
        ({"what": What.DEDUP, "target": "**"}, "it would silence everything"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_next_move(
    core: Core, more: dict[str, object], because: str
) -> None:
    with pytest.raises(BadRequest, match=because.replace("?", r"\?")):
        plan(core, **more)  # type: ignore[arg-type]
    assert core.grouping.maintenance.rows() == []


def test_an_unknown_window_is_not_ended(core: Core) -> None:
    with pytest.raises(NotFound):
        core.grouping.maintenance.end("MW-0009", by=OLU)


def test_the_same_wish_read_twice_plans_one_window(core: Core) -> None:
    assert plan(core, item="sl_1").id == plan(core, item="sl_1").id
    assert plan(core, item="sl_2").id == "MW-0002"


def test_a_time_of_day_is_the_next_one_in_utc(core: Core) -> None:
    assert plan(core, hour=22).window.starts_at == datetime(
        2026, 11, 20, 22, tzinfo=UTC
    )
    assert plan(core, hour=9).window.starts_at == datetime(2026, 11, 21, 9, tzinfo=UTC)


def test_a_secret_in_the_reason_is_masked_and_the_target_too(core: Core) -> None:
    secret = "AKIA" + "IOSFODNN7EXAMPLE"
    view = plan(core, secret, what=What.THING, reason=f"we rotate {secret}")
    assert secret not in view.window.target
    assert view.window.reason is not None
    assert secret not in view.window.reason.for_redaction()
    assert all(secret not in text for text in core.outbox().values())


def test_every_refusal_explains_itself(core: Core) -> None:
    with pytest.raises(Refusal) as no:
        plan(core, lasts=timedelta(days=8))
    assert "It goes like this: `/incident maintenance" in str(no.value)
