"""Alerts of several sources: one incident, its reasons, its turns and its rest."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.card import CardView
from bot.domain.commands import Acknowledge, Reopen, Rerank, Resolve, Snooze, Wake
from bot.domain.envelope import Alert, Entity, EntityKind, Status
from bot.domain.errors import BadRequest, OutOfTurn
from bot.domain.flapping import TURNS, WINDOW
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from tests.core import Core
from tests.spec import NOON, OLU, an_alert

ACCOUNT = Entity(EntityKind.ACCOUNT, "123456789012")
KEY = Entity(EntityKind.KEY, "AKIA-of-bob")
BOB = Entity(EntityKind.PRINCIPAL, "arn:aws:iam::123456789012:user/bob")
BOB_ELSEWHERE = Entity(EntityKind.PRINCIPAL, "bob")
CLAUDE = Entity(EntityKind.MODEL, "anthropic.claude-3-haiku-20240307-v1:0")


@pytest.fixture
def core(tmp_path: Path) -> Iterator[Core]:
    made = Core(tmp_path)
    yield made
    made.close()


def told(
    key: str,
    category: str,
    *named: Entity,
    source: str = "eventbridge",
    severity: Severity = Severity.SEV3,
    minute: int = 0,
) -> Alert:
    return an_alert(
        key,
        alert_id=f"al_{key}",
        category=category,
        severity=severity,
        entities=named,
        source=source,
        told=NOON + timedelta(minutes=minute),
        at=NOON + timedelta(minutes=minute),
        title=f"{key} by somebody",
    )


CHAIN = (
    told("PutUseCaseForModelAccess", "access_anomaly", BOB, ACCOUNT, minute=0),
    told("PutFoundationModelEntitlement", "access_anomaly", BOB, KEY, CLAUDE, minute=4),
    told(
        "DeleteModelInvocationLoggingConfiguration",
        "control_tampering",
        BOB,
        KEY,
        severity=Severity.SEV2,
        minute=9,
    ),
    told(
        "AnomalousModelInvocation",
        "access_anomaly",
        BOB_ELSEWHERE,
        ACCOUNT,
        source="guardduty",
        minute=20,
    ),
    told("spend", "cost_consumption", BOB, ACCOUNT, source="cost_anomaly", minute=41),
)


def test_what_rose_says_the_correlated_events_as_its_reason(core: Core) -> None:
    for alert in CHAIN:
        core.take(alert)
    (last,) = [one for one in view(core).reasons if one.code.startswith("together.")]
    assert last.text.startswith("correlated events in 60 min: an identity acted")


def view(core: Core, incident: str = "INC-0001") -> CardView:
    found = core.service.view(incident)
    assert found is not None
    return found


def lines(core: Core) -> list[str]:
    return [text for key, text in core.outbox().items() if key.startswith("line/")]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 3, 1)])
def test_the_whole_chain_becomes_one_sev1_incident_in_any_order(
    core: Core, order: tuple[int, ...]
) -> None:
    placed = [core.take(CHAIN[n]) for n in order]
    assert placed == ["opened INC-0001", *["joined INC-0001"] * 4]
    card = view(core)
    assert card.state.severity is Severity.SEV1
    assert card.state.category == "control_tampering"
    assert card.meanings == ("LLM-jacking chain",)
    assert "LLM-jacking chain" in " ".join(reason.text for reason in card.reasons)
    assert {one.because for one in card.grouped_by} == {"same_entity"}
    assert set(card.sources) == {"eventbridge", "guardduty", "cost_anomaly"}


@pytest.mark.slow
def test_every_order_of_the_chain_ends_alike(tmp_path: Path) -> None:
    ends = set()
    for n, order in enumerate(
        itertools.islice(itertools.permutations(CHAIN), 0, 120, 24)
    ):
        core = Core(tmp_path / str(n))
        core.take_all(order)
        state = view(core).state
        ends.add((state.severity, state.category, state.meanings, state.firing))
        assert len(core.service.board()) == 1
        core.close()
    assert len(ends) == 1


def test_the_timeline_names_the_thing_and_says_what_rose_and_why(core: Core) -> None:
    for alert in CHAIN:
        core.take(alert)
    story = core.service.timeline("INC-0001")
    joined = next(line for line in story if line.kind == "incident.alert_joined.v1")
    assert joined.text.endswith("joined: it names the same identity:")
    assert joined.words is not None
    assert joined.words.for_redaction() == BOB.id
    assert any(line.kind == "incident.correlated.v1" for line in story)
    said = " ".join(lines(core))
    assert "because it names the same identity arn" in said
    assert "Severity SEV3 → SEV1: " in said


def test_an_alert_of_another_identity_is_another_incident(core: Core) -> None:
    eve = Entity(EntityKind.PRINCIPAL, "arn:aws:iam::123456789012:user/eve")
    core.take(CHAIN[0])
    other = told("x", "control_tampering", eve, ACCOUNT, CLAUDE)
    assert core.take(other) == "opened INC-0002"
    assert view(core).state.severity is Severity.SEV3


def test_a_model_that_everybody_uses_joins_nothing(core: Core) -> None:
    core.take(told("a", "availability", CLAUDE, ACCOUNT))
    assert core.take(told("b", "drift_bias", CLAUDE, ACCOUNT)) == "opened INC-0002"


def test_a_thing_that_too_many_open_incidents_name_says_nothing(core: Core) -> None:
    common = Entity(EntityKind.ENDPOINT, "gateway-1")
    for n in range(5):
        # More than an hour apart, each opens its own.
        found = core.take(told(f"p{n}", "availability", common, minute=120 * n))
        assert found == f"opened INC-{n + 1:04d}"
    later = told("p9", "drift_bias", common, minute=481)
    assert core.take(later) == "opened INC-0006"


def test_what_ended_names_nothing_any_more(core: Core) -> None:
    core.take(CHAIN[0])
    core.ask("INC-0001", Resolve(by=OLU))
    assert core.take(CHAIN[1]) == "opened INC-0002"
    core.ask("INC-0001", Reopen(by=OLU))
    assert core.take(CHAIN[2]) == "joined INC-0002"


def test_a_drill_and_the_world_share_no_things(core: Core) -> None:
    core.take(CHAIN[0])
    assert core.take(CHAIN[1], drill="dr_1") == "opened INC-0002"
    assert core.take(CHAIN[2]) == "joined INC-0001"
    assert core.take(CHAIN[3], drill="dr_1") == "joined INC-0002"


def test_a_stranger_cannot_reach_a_drills_problem_by_its_key(core: Core) -> None:
    core.take(an_alert("p1"), drill="dr_1")
    assert core.take(an_alert("dr_1/p1", alert_id="al_2")) == "opened INC-0002"


def test_a_worse_alert_that_names_it_better_changes_the_category(core: Core) -> None:
    core.take(told("spend", "cost_consumption", KEY))
    core.take(told("leak", "credential_exposure", KEY, severity=Severity.SEV2))
    assert core.kinds() == [
        "opened",
        "alert_joined",
        "category_changed",
        "correlated",
        "severity_changed",
        "suggested",
    ]
    assert view(core).state.category == "credential_exposure"
    assert view(core).state.severity is Severity.SEV1


def test_repeats_are_counted_together(core: Core) -> None:
    core.take(an_alert(), times=1)
    assert core.take(an_alert(alert_id="al_2"), times=40) == "joined INC-0001"
    twice = an_alert(alert_id="al_3", stands_for=2)
    assert core.take(twice, times=5) == "joined INC-0001"
    assert core.service.board()[0].alert_count == 51
    assert core.kinds() == ["opened"]


def test_the_card_shows_the_last_count_of_many(core: Core) -> None:
    core.take(an_alert())
    for n in range(30):
        core.take(an_alert(alert_id=f"al_{n}"))
    core.wait(seconds=5)
    assert "31 alerts" in core.outbox()["card/INC-0001"]


def test_a_repeat_that_is_worse_raises_the_severity(core: Core) -> None:
    core.take(an_alert())
    core.take(an_alert(alert_id="al_2", severity=Severity.SEV1))
    assert core.kinds() == ["opened", "severity_changed"]


@pytest.mark.slow
def test_a_flood_of_problems_of_one_group_is_told_only_so_far(core: Core) -> None:
    flood = [an_alert(f"p{n}", alert_id=f"al_{n:03d}", group="g") for n in range(130)]
    core.take_all(flood)
    assert len(core.kinds()) == 100
    assert core.service.board()[0].alert_count == 130
    assert len(lines(core)) <= 3


@pytest.mark.slow
def test_problems_that_are_only_counted_keep_the_incident_open(core: Core) -> None:
    flood = [an_alert(f"p{n}", alert_id=f"al_{n:03d}", group="g") for n in range(102)]
    core.take_all(flood)
    over = [
        an_alert(f"p{n}", alert_id="al_over", status=Status.RESOLVED)
        for n in range(102)
    ]
    assert core.take_all(over[:101]) == ["cleared INC-0001"] * 101
    assert len(core.service.board()) == 1
    assert core.take(over[101]) == "cleared INC-0001"
    assert core.service.board() == ()


def test_a_new_incident_names_the_one_that_had_the_problem_before(core: Core) -> None:
    core.take(an_alert())
    core.ask("INC-0001", Resolve(by=OLU))
    core.wait(minutes=30)
    core.wait(seconds=1)
    assert core.take(an_alert(alert_id="al_2")) == "opened INC-0002"
    card = view(core, "INC-0002")
    assert card.state.earlier == "INC-0001"
    assert card.earlier_ended_at == NOON
    assert "Same problem as INC-0001." in core.service.timeline("INC-0002")[0].text


def test_what_returns_in_the_last_moment_of_the_window_reopens(core: Core) -> None:
    core.take(an_alert())
    core.ask("INC-0001", Resolve(by=OLU))
    core.wait(minutes=30)
    assert core.take(an_alert(alert_id="al_2")) == "joined INC-0001"
    assert core.kinds() == ["opened", "resolved", "reopened"]


def test_nobody_opens_a_twin_of_an_open_incident(core: Core) -> None:
    core.take(an_alert())
    core.ask("INC-0001", Resolve(by=OLU))
    core.wait(minutes=31)
    core.take(an_alert(alert_id="al_2"))
    handled = core.ask("INC-0001", Reopen(by=OLU))
    assert isinstance(handled.refusal, OutOfTurn)
    assert str(handled.refusal) == (
        "The incident was not opened again: INC-0002 is open for the same problem. "
        "Go on there: `/incident status INC-0002`."
    )


def test_an_update_of_a_problem_that_is_over_does_not_make_it_fire(core: Core) -> None:
    core.take_all([an_alert(), an_alert("p2", alert_id="al_2", group="g")])
    core.ask("INC-0001", Acknowledge(by=OLU))
    over = an_alert(alert_id="al_3", status=Status.RESOLVED)
    changed = an_alert(
        alert_id="al_4", status=Status.UPDATE, severity=Severity.NONE, category="none"
    )
    assert core.take_all([over, changed]) == ["cleared INC-0001", "updated INC-0001"]
    assert core.take(an_alert(alert_id="al_5")) == "joined INC-0001"
    assert core.kinds()[-1] == "alert_joined"
    assert core.service.board()[0].alert_count == 3


# --- flapping ---


def turn(core: Core, times: int, *, every_s: float = 60) -> list[str]:
    """Let the problem end and come back."""
    found = []
    for _ in range(times):
        now = core.clock.now()
        over = an_alert(alert_id="al_over", status=Status.RESOLVED, at=now)
        found.append(core.take(over))
        core.wait(seconds=every_s)
        found.append(core.take(an_alert(alert_id="al_back", at=core.clock.now())))
    return found


def test_a_problem_that_comes_and_goes_is_told_once_and_then_counted(
    core: Core,
) -> None:
    core.take(an_alert())
    core.ask("INC-0001", Acknowledge(by=OLU))
    first = turn(core, TURNS)
    assert first == ["cleared INC-0001", "joined INC-0001"] * TURNS
    assert turn(core, 5) == ["cleared INC-0001", *["flapping INC-0001"] * 9]
    assert core.kinds()[-1] == "flapping"
    assert core.kinds().count("alert_cleared") == TURNS + 1
    said = [line for line in lines(core) if "Flapping" in line]
    assert len(said) == 1
    assert "Flapping: 4 times in 20 min" in said[0]
    assert view(core).flapping == 8 or view(core).state.flapping


def test_flapping_ends_only_after_a_whole_quiet_window(core: Core) -> None:
    core.take(an_alert())
    turn(core, TURNS + 1)
    over = an_alert(alert_id="al_over", status=Status.RESOLVED)
    core.take(over)
    core.wait(seconds=WINDOW.total_seconds() - 1)
    assert "flapping_ended" not in core.kinds()
    core.wait(seconds=1)
    assert core.kinds()[-1] == "flapping_ended"
    assert view(core).state.flapping == {}
    assert view(core).state.firing == frozenset()


def test_a_turn_while_it_flaps_puts_the_end_off(core: Core) -> None:
    core.take(an_alert())
    turn(core, TURNS + 1)
    turn(core, 1, every_s=WINDOW.total_seconds() - 60)
    core.wait(minutes=19)
    assert "flapping_ended" not in core.kinds()
    core.wait(minutes=2)
    assert "flapping_ended" in core.kinds()


def test_a_slow_problem_does_not_flap(core: Core) -> None:
    core.take(an_alert())
    turn(core, 6, every_s=WINDOW.total_seconds() / TURNS + 1)
    assert "flapping" not in core.kinds()


def test_a_flapping_problem_that_gets_worse_is_heard(core: Core) -> None:
    core.take(an_alert())
    turn(core, TURNS + 2)
    core.take(an_alert(alert_id="al_over", status=Status.RESOLVED))
    worse = an_alert(alert_id="al_w", severity=Severity.SEV1, at=core.clock.now())
    assert core.take(worse) == "joined INC-0001"
    assert view(core).state.severity is Severity.SEV1


def test_what_is_still_there_when_flapping_ends_opens_what_people_ended(
    core: Core,
) -> None:
    core.take(an_alert())
    turn(core, TURNS + 2)
    core.ask("INC-0001", Resolve(by=OLU))
    assert turn(core, 1)[-1] == "flapping INC-0001"
    core.wait(minutes=21)
    assert [row.id for row in core.service.board()] == ["INC-0001"]
    assert core.kinds()[-1] == "reopened"


# --- snooze ---


def rest(core: Core, lasts: timedelta = timedelta(minutes=30)) -> None:
    reason = Untrusted("known, the fix comes at two")
    handled = core.ask("INC-0001", Snooze(by=OLU, lasts=lasts, reason=reason))
    assert handled.refusal is None


def test_at_rest_nobody_is_reminded_and_the_card_keeps_still(core: Core) -> None:
    core.take(an_alert(group="g"))
    rest(core, timedelta(hours=2))
    before = core.outbox()
    assert "snoozed this until" in " ".join(before.values())
    core.wait(minutes=31)
    again = an_alert(alert_id="al_2", group="g")
    assert core.take(again) == "joined, snoozed INC-0001"
    other = an_alert("p2", alert_id="al_3", group="g")
    assert core.take(other) == "joined, snoozed INC-0001"
    core.wait(seconds=10)
    assert core.outbox() == before
    assert "nagged" not in core.kinds()
    assert core.service.board()[0].alert_count == 3


def test_a_rest_ends_visibly_and_the_reminder_begins_anew(core: Core) -> None:
    core.take(an_alert())
    rest(core)
    core.wait(minutes=29, seconds=59)
    assert core.service.board()[0].snoozed_until is not None
    core.wait(seconds=1)
    assert core.kinds()[-1] == "woken"
    assert "the time of its snooze is up" in " ".join(lines(core))
    assert core.service.board()[0].snoozed_until is None
    core.wait(minutes=30)
    assert core.kinds()[-1] == "nagged"


def test_getting_worse_wakes_it(core: Core) -> None:
    core.take(an_alert())
    rest(core)
    worse = an_alert(alert_id="al_2", severity=Severity.SEV1)
    assert core.take(worse) == "joined INC-0001"
    assert core.kinds()[-2:] == ["woken", "severity_changed"]
    assert "Awake again: it got worse." in lines(core)
    core.wait(minutes=40)
    assert core.kinds().count("woken") == 1


def test_another_problem_that_is_worse_than_people_said_wakes_it(core: Core) -> None:
    core.take(an_alert(severity=Severity.SEV2, group="g"))
    reason = Untrusted("a test account")
    core.ask("INC-0001", Rerank(by=OLU, severity=Severity.SEV4, reason=reason))
    rest(core)
    same = an_alert(alert_id="al_2", severity=Severity.SEV2, group="g")
    assert core.take(same) == "joined, snoozed INC-0001"
    other = an_alert("p2", alert_id="al_3", severity=Severity.SEV1, group="g")
    assert core.take(other) == "joined INC-0001"
    assert core.kinds()[-1] == "woken"
    # A person's word on the severity stands.
    assert core.service.board()[0].severity == Severity.SEV4


def test_a_person_wakes_it_and_a_resolved_one_does_not_rest(core: Core) -> None:
    core.take(an_alert())
    rest(core)
    core.ask("INC-0001", Wake(by=OLU))
    assert core.service.board()[0].snoozed_until is None
    refused = core.ask("INC-0001", Wake(by=OLU)).refusal
    assert isinstance(refused, OutOfTurn)
    rest(core)
    core.ask("INC-0001", Resolve(by=OLU))
    core.wait(minutes=40)
    assert core.kinds()[-1] == "command_refused" or core.kinds()[-1] == "resolved"


def test_asking_again_moves_the_end_of_a_rest(core: Core) -> None:
    core.take(an_alert())
    rest(core)
    core.wait(minutes=20)
    rest(core)
    core.wait(minutes=29)
    assert "woken" not in core.kinds()
    core.wait(minutes=1)
    assert core.kinds()[-1] == "woken"


@pytest.mark.parametrize(
    ("lasts", "reason", "because"),
    [
        (timedelta(0), "why", "it can rest from one minute to 24 hours"),
        (timedelta(hours=25), "why", "it can rest from one minute to 24 hours"),
        (timedelta(hours=1), "", "no reason was given"),
    ],
)
def test_a_rest_without_reason_or_end_is_refused(
    core: Core, lasts: timedelta, reason: str, because: str
) -> None:
    core.take(an_alert())
    wish = Snooze(by=OLU, lasts=lasts, reason=Untrusted(reason))
    refused = core.ask("INC-0001", wish).refusal
    assert isinstance(refused, BadRequest)
    assert refused.because == because


def test_a_late_alert_joins_what_was_then_by_its_own_time(core: Core) -> None:
    def of(key: str, at: datetime) -> Alert:
        return an_alert(
            key, alert_id=f"al_{key}", system="chat", told=at, at=core.clock.now()
        )

    core.clock.go_on(7200)
    core.take(of("now", core.clock.now()))
    assert core.take(of("late", NOON)) == "opened INC-0002"
    assert core.take(of("later", NOON + timedelta(minutes=9))) == "joined INC-0002"
