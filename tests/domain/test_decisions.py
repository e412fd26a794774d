"""What alerts and timers cause."""

from datetime import timedelta

from bot.domain.commands import Clear, Count, Join, Nag, Open
from bot.domain.decisions import TOCSIN
from bot.domain.events import (
    Acknowledged,
    AlertCleared,
    AlertJoined,
    AlertsCounted,
    Nagged,
    Phase,
    PhaseChanged,
    Reopened,
    Resolved,
    SeverityChanged,
)
from bot.domain.grouping import dedup_digest
from bot.domain.severity import Severity
from bot.domain.untrusted import Untrusted
from tests.spec import NOON, OLU, an_alert, given, opened

first = an_alert()
second = an_alert("p2", alert_id="al_2")
second_joined = AlertJoined(
    alert="al_2",
    source="alertmanager",
    dedup=dedup_digest(second.envelope),
    because="same_group",
    category="availability",
    severity=Severity.SEV3,
)
first_cleared = AlertCleared(
    alert="al_3", source="alertmanager", dedup=dedup_digest(first.envelope)
)
olu_has_it = Acknowledged(by=OLU.id)


def test_an_alert_opens_an_incident() -> None:
    given().when(Open(alert=first, channel="C0INCIDENTS")).then(
        opened(first, offered=())
    )


def test_another_problem_joins() -> None:
    given(opened(first)).when(Join(alert=second, because="same_group")).then(
        second_joined
    )


def test_a_repeat_of_a_known_problem_is_no_event() -> None:
    given(opened(first)).when(Join(alert=first, because="same_problem")).then()


def test_a_worse_alert_raises_the_severity() -> None:
    worse = an_alert(severity=Severity.SEV1)
    given(opened(first)).when(Join(alert=worse, because="same_problem")).then(
        SeverityChanged(
            was=Severity.SEV3, severity=Severity.SEV1, reasons=("start",), by=TOCSIN
        )
    )


def test_a_milder_alert_never_lowers_it() -> None:
    milder = an_alert(severity=Severity.SEV4)
    given(opened(first)).when(Join(alert=milder, because="same_problem")).then()


def test_the_rules_do_not_overrule_a_person() -> None:
    set_by_hand = SeverityChanged(
        was=Severity.SEV3,
        severity=Severity.SEV4,
        reasons=("person",),
        by=OLU.id,
        reason=Untrusted("test system"),
    )
    worse = an_alert(severity=Severity.SEV1)
    given(opened(first), set_by_hand).when(
        Join(alert=worse, because="same_problem")
    ).then()


def test_a_problem_that_comes_back_reopens_the_incident() -> None:
    over = Resolved(by=OLU.id, outcome="fixed")
    given(opened(first), over).when(
        Join(alert=first, because="same_problem_again")
    ).then(Reopened(because="same_problem_again", by=TOCSIN))


def test_a_cleared_problem_that_comes_back_joins_again() -> None:
    given(opened(first), first_cleared, second_joined).when(
        Join(alert=first, because="same_problem")
    ).then(
        AlertJoined(
            alert="al_1",
            source="alertmanager",
            dedup=dedup_digest(first.envelope),
            because="same_problem",
            category="availability",
            severity=Severity.SEV3,
        )
    )


def test_when_every_problem_is_cleared_and_nobody_took_it_it_is_over() -> None:
    clear = Clear(alert=an_alert(alert_id="al_3"))
    given(opened(first)).when(clear).then(
        first_cleared, Resolved(by=TOCSIN, outcome="cleared")
    )


def test_an_incident_somebody_works_on_is_not_closed_under_their_hands() -> None:
    clear = Clear(alert=an_alert(alert_id="al_3"))
    started = PhaseChanged(was=Phase.TRIAGE, phase=Phase.INVESTIGATING, by=OLU.id)
    given(opened(first), olu_has_it, started).when(clear).then(first_cleared)


def test_one_of_two_problems_over_leaves_the_incident_open() -> None:
    clear = Clear(alert=an_alert(alert_id="al_3"))
    given(opened(first), second_joined).when(clear).then(first_cleared)


def test_clearing_an_unknown_problem_changes_nothing() -> None:
    given(opened(first)).when(Clear(alert=second)).then()


def test_nobody_acknowledging_in_time_is_said_once_it_is_due() -> None:
    given(opened(first)).when(Nag(due_at=NOON), after=timedelta(seconds=90)).then(
        Nagged(due_at=NOON, late_s=90)
    )


def test_an_acknowledged_or_resolved_incident_is_not_nagged_about() -> None:
    given(opened(first), olu_has_it).when(Nag(due_at=NOON)).then()
    over = Resolved(by=OLU.id, outcome="fixed")
    given(opened(first), over).when(Nag(due_at=NOON)).then()


def test_a_clock_that_goes_back_makes_no_negative_delay() -> None:
    given(opened(first)).when(Nag(due_at=NOON), after=-timedelta(hours=1)).then(
        Nagged(due_at=NOON, late_s=0)
    )


def test_counts_are_written_down_as_they_are() -> None:
    given(opened(first)).when(Count(count=7, digest="ab")).then(
        AlertsCounted(count=7, digest="ab")
    )
