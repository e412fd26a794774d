"""Every AI alert id of Defender for Cloud, in every shape it comes in."""

import json
from typing import Any

import pytest

from bot.domain.envelope import Outcome, Status
from bot.domain.registry import Registry
from bot.ports.integration import Payload
from bot.rules import read_rulebook
from bot.triage import Triaged, load_integrations, triage
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW

PARSERS = load_integrations()
RULES = read_rulebook()
# After Microsoft, "Alerts for AI services": ids without their prefixes.
IDS = {
    "CredentialTheftAttempt": "credential_exposure",
    "Jailbreak.ContentFiltering.BlockedAttempt": "prompt_injection",
    "Jailbreak.ContentFiltering.DetectedAttempt": "prompt_injection",
    "MaliciousUrl.ModelResponse": "poisoning",
    "MaliciousUrl.UnknownSource": "poisoning",
    "MaliciousUrl.UserPrompt": "poisoning",
    "AccessFromSuspiciousUserAgent": "access_anomaly",
    "ASCIISmuggling": "prompt_injection",
    "AccessFromAnonymizedIP": "access_anomaly",
    "AccessFromSuspiciousIP": "access_anomaly",
    "DOWDuplicateRequests": "cost_consumption",
    "DOWVolumeAnomaly": "cost_consumption",
    "AccessAnomaly": "access_anomaly",
    "AnomalousOperation.InitialAccess": "access_anomaly",
    "AnomalousToolInvocation": "excessive_agency",
    "SensitiveDataAnomaly": "data_disclosure",
    "LLMReconnaissance": "access_anomaly",
    "DataLeakInModelResponse.Sensitive": "data_disclosure",
}
AGENT_IDS = {
    "Jailbreak": "prompt_injection",
    "BlockedJailbreak": "prompt_injection",
    "ASCIISmuggling": "prompt_injection",
    "InstructionLeakage": "system_prompt_leak",
    "LLMReconaissance": "access_anomaly",  # written so by Microsoft
    "DOWVolumeAnomaly": "cost_consumption",
    "AccessFromAnonymizedIP": "access_anomaly",
    "AccessFromSuspiciousIP": "access_anomaly",
    "MaliciousUrl.ModelResponse": "poisoning",
    "MaliciousUrl.UserPrompt": "poisoning",
    "AnomalousToolInvocation": "excessive_agency",
    "SensitiveDataAnomaly": "data_disclosure",
}
EVERY = [
    *((f"AI.Azure_{name}", category) for name, category in IDS.items()),
    *((f"AI.Azure_Agentic_{name}", category) for name, category in AGENT_IDS.items()),
    ("Azure_Agentic_BlockedJailbreak", "prompt_injection"),
    ("AI.AIModelScan_MalwareDetected", "supply_chain"),
    ("AIModelScan_MalwareDetected", "supply_chain"),
]
COMMON = {"SystemAlertId": "1", "Severity": "Medium", "Status": "New"}
TITLE = "Something about a deployment"


def exported(named: str) -> Any:
    return {**COMMON, "AlertType": named, "AlertDisplayName": TITLE}


def under_name(named: str) -> Any:
    return {**COMMON, "AlertName": named, "AlertDisplayName": TITLE}


def from_arm(named: str) -> Any:
    inner = {"alertType": named, "systemAlertId": "1", "severity": "Low"}
    return {"name": "1", "properties": {**inner, "alertDisplayName": TITLE}}


def from_graph(named: str) -> Any:
    return {"id": "1", "title": TITLE, "status": "new", "detectorId": named}


def in_records(named: str) -> Any:
    return {"records": [exported(named)]}


def in_an_incident(named: str) -> Any:
    return {"object": {"properties": {"title": "x", "alerts": [from_arm(named)]}}}


SHAPES = (exported, under_name, from_arm, from_graph, in_records, in_an_incident)


def triaged(value: Any, source: str = "defender_ai") -> Triaged:
    body = json.dumps(value).encode()
    return triage(
        Payload(body=body, headers={}, received_at=NOW),
        source=source,
        parsers=PARSERS,
        redactor=FakeRedactor(),
        rulebook=RULES,
        registry=Registry(),
        alert_id="al_1",
        received_at=NOW,
    )


@pytest.mark.parametrize(("named", "category"), EVERY)
def test_an_id_gives_the_category_and_nothing_else_needs_to(
    named: str, category: str
) -> None:
    found = triaged(exported(named), "auto")
    assert found.source == "defender_ai"
    assert found.worst is not None
    assert found.worst.assessment.category == category
    assert found.worst.assessment.rule.startswith("defender_ai.")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("named", "outcome"),
    [
        ("AI.Azure_Jailbreak.ContentFiltering.BlockedAttempt", Outcome.BLOCKED),
        ("AI.Azure_Jailbreak.ContentFiltering.DetectedAttempt", Outcome.ALLOWED),
        ("AI.Azure_Agentic_Jailbreak", Outcome.ALLOWED),
        ("Azure_Agentic_BlockedJailbreak", Outcome.BLOCKED),
        ("AI.Azure_AccessAnomaly", Outcome.UNKNOWN),
    ],
)
def test_blocked_and_detected_are_told_apart_in_every_shape(
    shape: Any, named: str, outcome: Outcome
) -> None:
    found = triaged(shape(named), "auto").worst
    assert found is not None
    assert found.envelope.source == "defender_ai"
    assert found.envelope.outcome is outcome
    assert found.envelope.title.for_slack() == TITLE


def test_a_description_that_speaks_of_bypassing_does_not_make_a_blocked_one_worse() -> (
    None
):
    value = exported("AI.Azure_Jailbreak.ContentFiltering.BlockedAttempt")
    value["Description"] = "An attempt to bypass the safeguards was detected."
    found = triaged(value).worst
    assert found is not None
    assert found.envelope.outcome is Outcome.BLOCKED


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("New", Status.FIRING),
        ("Active", Status.FIRING),
        ("InProgress", Status.UPDATE),
        ("Resolved", Status.RESOLVED),
        ("Dismissed", Status.RESOLVED),
    ],
)
def test_its_status_is_read(said: str, status: Status) -> None:
    found = triaged({**exported("AI.Azure_AccessAnomaly"), "Status": said}).worst
    assert found is not None
    assert found.envelope.status is status
