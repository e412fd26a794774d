"""Findings of GuardDuty and Security Hub: one problem, told of again and again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.envelope import Envelope, Outcome, Status
from bot.ports.integration import Payload
from integrations import aws_guardduty, aws_securityhub
from tests.integrations.samples import NOW

INJECTION = "Impact:IAMUser/PromptInjection.Direct"


def payload(value: Any) -> Payload:
    return Payload(body=json.dumps(value).encode(), headers={}, received_at=NOW)


def finding(kind: str = INJECTION, service: Any = None, **fields: Any) -> Envelope:
    value = {
        "id": "f-1",
        "type": kind,
        "severity": 2.0,
        "service": {"serviceName": "guardduty", **(service or {})},
        **fields,
    }
    return aws_guardduty.parse(payload(value))[0]


def guarded(*filters: dict[str, str], **more: str) -> dict[str, Any]:
    return {"bedrockGuardrailDetails": {"contentPolicyFilters": list(filters), **more}}


def upper(value: Any) -> Any:
    """The same with a capital at the front of each name, as the API spells it."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: upper(one) for key, one in value.items()}
    return [upper(one) for one in value] if isinstance(value, list) else value


def asff(**fields: Any) -> Envelope:
    value = {
        "SchemaVersion": "2018-10-08",
        "Id": "f-1",
        "ProductArn": "arn:aws:securityhub:x::product/a/b",
        "GeneratorId": "g",
        "AwsAccountId": "444455556666",
        "Title": "A finding",
        **fields,
    }
    return aws_securityhub.parse(payload(value))[0]


def ocsf(**fields: Any) -> Envelope:
    value = {
        "class_uid": 2004,
        "metadata": {"version": "1.1.0"},
        "finding_info": {"uid": "o-1", "title": "A finding"},
        **fields,
    }
    return aws_securityhub.parse(payload(value))[0]


@pytest.mark.parametrize(
    ("resource", "outcome"),
    [
        (guarded({"type": "PROMPT_ATTACK", "action": "NONE"}), Outcome.ALLOWED),
        (guarded({"type": "PROMPT_ATTACK", "action": "BLOCKED"}), Outcome.BLOCKED),
        (
            guarded(
                {"type": "HATE", "action": "BLOCKED"},
                {"type": "JAILBREAK", "action": "NONE"},
            ),
            Outcome.ALLOWED,
        ),
        (guarded(guardrailAction="GUARDRAIL_INTERVENED"), Outcome.BLOCKED),
        (guarded(guardrailAction="NONE"), Outcome.ALLOWED),
        ({}, Outcome.UNKNOWN),
    ],
)
def test_the_filter_says_whether_an_attack_was_blocked(
    resource: dict[str, Any], outcome: Outcome
) -> None:
    assert finding(resource=resource).outcome is outcome
    assert finding(resource=upper(resource)).outcome is outcome


def test_the_filters_are_found_wherever_the_finding_has_them() -> None:
    inside = guarded({"type": "PROMPT_ATTACK", "action": "BLOCKED"})
    assert finding(service={"detection": inside}).outcome is Outcome.BLOCKED


def test_other_findings_have_no_outcome() -> None:
    none = guarded(guardrailAction="NONE")
    assert finding("Impact:IAMUser/CostHarvesting", resource=none).outcome is (
        Outcome.UNKNOWN
    )


def test_while_it_grows_it_is_one_problem() -> None:
    first = finding(service={"count": 1}, updatedAt="2026-05-04T10:00:00Z")
    later = finding(service={"count": 9}, updatedAt="2026-05-04T11:00:00Z")
    assert first.dedup_key == later.dedup_key == "f-1"
    assert first.source_event_id != later.source_event_id


@pytest.mark.parametrize(
    ("service", "status"),
    [
        ({"additionalInfo": {"sample": True}}, Status.TEST),
        ({"additionalInfo": {"value": '{"sample": true}'}}, Status.TEST),
        ({"archived": True}, Status.RESOLVED),
        ({"archived": False, "additionalInfo": {}}, Status.FIRING),
    ],
)
def test_what_is_made_up_or_archived_says_so(
    service: dict[str, Any], status: Status
) -> None:
    assert finding(service=service).status is status


def test_its_number_stays_as_it_is() -> None:
    assert finding(severity=8.5).vendor_severity == "8.5"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"RecordState": "ARCHIVED"}, Status.RESOLVED),
        ({"Workflow": {"Status": "RESOLVED"}}, Status.RESOLVED),
        ({"Workflow": {"Status": "SUPPRESSED"}}, Status.RESOLVED),
        ({"Compliance": {"Status": "PASSED"}}, Status.RESOLVED),
        ({"RecordState": "ACTIVE", "Workflow": {"Status": "NOTIFIED"}}, Status.FIRING),
        ({"Sample": True}, Status.TEST),
    ],
)
def test_asff_says_in_which_state_it_is(fields: dict[str, Any], status: Status) -> None:
    assert asff(**fields).status is status


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"Severity": {"Label": "HIGH", "Normalized": 70}}, "HIGH"),
        ({"Severity": {"Normalized": 70}}, "70"),
        ({"FindingProviderFields": {"Severity": {"Label": "LOW"}}}, "LOW"),
        ({}, ""),
    ],
)
def test_its_severity_is_kept_as_it_was_written(
    fields: dict[str, Any], severity: str
) -> None:
    assert asff(**fields).vendor_severity == severity


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"time": 1777888920000}, datetime(2026, 5, 4, 10, 2, tzinfo=UTC)),
        ({"time_dt": "2026-05-04T10:02:00Z"}, datetime(2026, 5, 4, 10, 2, tzinfo=UTC)),
        (
            {
                "finding_info": {
                    "uid": "o-1",
                    "last_seen_time_dt": "2026-05-04T09:00:00Z",
                }
            },
            datetime(2026, 5, 4, 9, tzinfo=UTC),
        ),
    ],
)
def test_ocsf_writes_times_in_two_ways(fields: dict[str, Any], at: datetime) -> None:
    assert ocsf(**fields).occurred_at == at


@pytest.mark.parametrize("over", [{"status": "Resolved"}, {"status_id": 4}])
def test_ocsf_says_when_it_is_over(over: dict[str, Any]) -> None:
    assert ocsf(**over).status is Status.RESOLVED
    assert ocsf(status="New", status_id=1).status is Status.FIRING


def test_a_draft_of_ocsf_is_read_too() -> None:
    draft = {
        "class_uid": 2001,
        "metadata": {"version": "1.0.0-rc.2"},
        "finding": {"uid": "d-1", "title": "Old", "modified_time": 1777888920000},
    }
    (made,) = aws_securityhub.parse(payload(draft))
    assert made.dedup_key == "d-1"
    assert made.occurred_at == datetime(2026, 5, 4, 10, 2, tzinfo=UTC)


def test_many_findings_of_one_event_are_as_many_alerts() -> None:
    one = {"Id": "x", "ProductArn": "p", "AwsAccountId": "1", "Title": "t"}
    event = {
        "source": "aws.securityhub",
        "detail-type": "Security Hub Findings - Imported",
        "detail": {"findings": [{**one, "Id": str(place)} for place in range(3)]},
    }
    made = aws_securityhub.parse(payload(event))
    assert [each.dedup_key for each in made] == ["0", "1", "2"]


def test_a_finding_that_security_hub_passes_on_is_security_hubs() -> None:
    through = {
        "Id": "arn:aws:guardduty:x:1:detector/d/finding/f",
        "ProductArn": "arn:aws:securityhub:x::product/aws/guardduty",
        "AwsAccountId": "1",
        "Type": "a:b",
    }
    assert aws_securityhub.recognizes(payload(through))
    assert not aws_guardduty.recognizes(payload(through))
