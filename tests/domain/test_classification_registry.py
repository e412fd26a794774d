"""What the registry says of a system moves the severity of its alerts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.classification import assess
from bot.domain.envelope import Assessment, Envelope
from bot.domain.registry import ApprovedChange, System
from bot.domain.untrusted import Untrusted
from bot.rules import read_rulebook

RULES = read_rulebook()
NOW = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
SYSTEM = System(id="claims-assistant", title="Claims", owner="@claims")
HOUR = timedelta(hours=1)
CHANGE = ApprovedChange(ticket="CHG-1042", begins=NOW - HOUR, ends=NOW + HOUR)


def alert(name: str, *, at: datetime | None = None) -> Envelope:
    return Envelope(
        source="alertmanager",
        dedup_key="k",
        occurred_at=at,
        title=Untrusted("Something"),
        texts={"labels.alertname": Untrusted(name)},
    )


def judged(name: str, system: System, *, at: datetime | None = None) -> Assessment:
    return assess(alert(name, at=at), RULES, system=system, received_at=NOW)


def moves(found: Assessment) -> list[tuple[str, int]]:
    return [(reason.text, reason.steps) for reason in found.reasons[1:]]


@pytest.mark.parametrize("stage", ["sandbox", "pilot"])
def test_what_is_not_in_production_is_milder(stage: str) -> None:
    system = replace(SYSTEM, stage=stage)  # type: ignore[arg-type]
    found = judged("GuardrailDeleted", system)
    assert moves(found) == [("the system is not in production", -1)]
    assert found.severity.value == "SEV3"


@pytest.mark.parametrize("name", ["ApiKeyLeaked", "PIIInModelOutput", "ModelTheft"])
def test_what_has_got_out_is_out_wherever_it_came_from(name: str) -> None:
    assert moves(judged(name, replace(SYSTEM, stage="sandbox"))) == []


def test_tools_that_change_things_make_an_injection_worse() -> None:
    system = replace(SYSTEM, tools=("read", "write"))
    found = judged("JailbreakDetected", system)
    assert ("the tools of the system can change things", 1) in moves(found)
    reads = replace(SYSTEM, tools=("read",))
    assert "tools" not in str(moves(judged("JailbreakDetected", reads)))


@pytest.mark.parametrize("held", ["health", "Health data", "special_category"])
def test_specially_protected_data_makes_a_disclosure_worse(held: str) -> None:
    system = replace(SYSTEM, data_classes=("personal", held))
    found = judged("PIIInModelOutput", system)
    assert moves(found) == [("the system holds specially protected data", 1)]


def test_specially_protected_data_counts_once() -> None:
    system = replace(SYSTEM, data_classes=("health",))
    assert len(moves(judged("PatientDataLeak", system))) == 1


def test_an_approved_change_makes_tampering_milder_and_is_named() -> None:
    found = judged("GuardrailDeleted", replace(SYSTEM, changes=(CHANGE,)))
    assert moves(found) == [("approved change CHG-1042", -1)]


def test_an_approved_change_does_not_excuse_an_injection() -> None:
    system = replace(SYSTEM, changes=(CHANGE,))
    assert "CHG" not in str(moves(judged("JailbreakDetected", system)))


@pytest.mark.parametrize(
    ("at", "excused"),
    [
        (NOW - HOUR, True),
        (NOW - HOUR - timedelta(seconds=1), False),
        (None, True),
    ],
)
def test_the_window_is_asked_for_when_it_happened(
    at: datetime | None, *, excused: bool
) -> None:
    found = judged("GuardrailDeleted", replace(SYSTEM, changes=(CHANGE,)), at=at)
    assert bool(moves(found)) is excused


def test_a_time_ahead_of_us_reaches_into_no_window_to_come() -> None:
    later = replace(CHANGE, begins=NOW + HOUR, ends=NOW + 3 * HOUR)
    system = replace(SYSTEM, changes=(later,))
    assert moves(judged("GuardrailDeleted", system, at=NOW + 2 * HOUR)) == []


def test_what_the_registry_says_leaves_the_sender_its_word() -> None:
    system = replace(SYSTEM, risk_tier="high")
    queue = replace(alert("VLLMQueueGrowing"), vendor_severity="critical")
    found = assess(queue, RULES, system=system, received_at=NOW)
    assert [reason.code for reason in found.reasons[1:]] == [
        "vendor.critical",
        "registry.risk_tier",
    ]
