"""Expectations: what can be read, and when the record meets them."""

from datetime import timedelta

import pytest

from bot.domain.drill_expect import (
    MOMENTS,
    Expectation,
    Moment,
    Seen,
    expectation,
    met_at,
)
from bot.domain.severity import Severity
from tests.spec import NOON

INC, OTHER = "INC-0001", "INC-0002"


def at(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def moment(what: str, minutes: float, incident: str = INC) -> Moment:
    return Moment(what=what, at=NOON + at(minutes), incident=incident, by="U0ONCALL")


def met(text: str, seen: Seen, *, told: float = 5) -> float | None:
    wanted = expectation(text)
    assert wanted is not None
    found = met_at(wanted, seen, inject="2", told_at=NOON + at(told))
    return None if found is None else (found - NOON).total_seconds() / 60


@pytest.mark.parametrize(
    ("text", "moment", "within_s"),
    [
        ("ack<=5m", "ack", 300),
        ("plan_proposed<=2h", "plan_proposed", 7200),
        ("open_incident", "open_incident", None),
        ("cost_range_given", "", None),
        ("gdpr-33-1_started", "", None),
    ],
)
def test_an_expectation_is_read(text: str, moment: str, within_s: int | None) -> None:
    wanted = Expectation(text=text, moment=moment, within_s=within_s)
    assert expectation(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        *("", "ack<=", "ack<=5", "ack<=0m", "ack>=5m", "severity>=SEV9", "severity"),
        *("severity<=SEV2", "a b", "ack <= 5m", "<!here>", "x" * 61, "ack<=5m5m"),
    ],
)
def test_what_is_not_of_the_form_is_not_read(text: str) -> None:
    assert expectation(text) is None


def test_every_moment_says_what_it_means() -> None:
    assert all(MOMENTS.values())


def test_the_first_moment_counts_also_before_it_was_asked_for() -> None:
    seen = Seen(moments=(moment("ack", 2), moment("ack", 9)))
    assert met("ack<=5m", seen) == 2


@pytest.mark.parametrize("what", ["note_added", "step_taken"])
def test_a_note_and_a_step_count_only_after_they_were_asked_for(what: str) -> None:
    seen = Seen(moments=(moment(what, 2), moment(what, 9)))
    assert met(what, seen) == 9


def test_an_alert_is_linked_where_it_went_to_an_incident_that_was_there() -> None:
    both = Seen(incident_of={"1": INC, "2": INC})
    apart = Seen(incident_of={"1": INC, "2": OTHER})
    alone = Seen(incident_of={"2": INC})
    found = [met("linked_to_same_incident", one) for one in (both, apart, alone)]
    assert found == [5, None, None]


def test_the_severity_counts_from_when_it_was_bad_enough() -> None:
    steps = ((NOON + at(1), Severity.SEV3), (NOON + at(4), Severity.SEV1))
    seen = Seen(incident_of={"2": INC}, severities={INC: steps})
    assert met("severity>=SEV3", seen) == 1
    assert met("severity>=SEV2", seen) == 4
    assert met("severity>=SEV2", Seen(incident_of={"2": OTHER})) is None


def test_only_the_first_incident_resolved_is_the_end() -> None:
    moments = (moment("resolved", 3, OTHER), moment("resolved", 8))
    seen = Seen(moments=moments, incident_of={"1": INC, "2": OTHER})
    assert met("resolved", seen) == 8


def test_an_incident_that_another_inject_opened_does_not_count() -> None:
    seen = Seen(moments=(moment("open_incident", 1),), incident_of={"1": INC})
    assert met("open_incident", seen) is None
