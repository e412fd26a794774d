"""What a call means: who called, what was refused, and what AWS hides."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.domain.classification import judge
from bot.domain.envelope import Assessment, EntityKind, Envelope, Outcome, Status
from bot.ports.integration import Payload
from bot.rules import read_rulebook
from integrations.aws_cloudtrail import parse, recognizes
from tests.integrations.samples import NOW

RULES = read_rulebook()
ROLE = "arn:aws:sts::444455556666:assumed-role/Platform/dana"
PERSON = {"type": "AssumedRole", "arn": ROLE, "accessKeyId": "ASIAEXAMPLE"}
TEXT, IMAGE = "textDataDeliveryEnabled", "imageDataDeliveryEnabled"
# The calls that are worth a rule, and what each is.
CALLS = {
    "control_tampering": "DeleteGuardrail UpdateGuardrail"
    " DeleteEnforcedGuardrailConfiguration PutEnforcedGuardrailConfiguration"
    " DeleteAutomatedReasoningPolicy UpdateAutomatedReasoningPolicy"
    " DeleteModelInvocationLoggingConfiguration PutFoundationModelEntitlement"
    " PutUseCaseForModelAccess CreateFoundationModelAgreement PutResourcePolicy"
    " DeleteResourcePolicy CreateAgent UpdateAgent CreateAgentActionGroup"
    " UpdateAgentActionGroup AssociateAgentCollaborator UpdateAgentCollaborator"
    " CreateAgentAlias UpdateAgentAlias PrepareAgent AssociateAgentKnowledgeBase"
    " UpdateAgentKnowledgeBase UpdateKnowledgeBase UpdateDataSource DeleteDataSource"
    " sagemaker:CreateNotebookInstanceLifecycleConfig"
    " sagemaker:UpdateNotebookInstanceLifecycleConfig",
    "poisoning": "IngestKnowledgeBaseDocuments DeleteKnowledgeBaseDocuments"
    " CreateDataSource",
    "supply_chain": "CreateModelImportJob CreateCustomModelDeployment"
    " CreateMarketplaceModelEndpoint RegisterMarketplaceModelEndpoint",
    "availability": "DeleteCustomModel DeleteImportedModel"
    " DeleteProvisionedModelThroughput",
    "cost_consumption": "CreateProvisionedModelThroughput"
    " UpdateProvisionedModelThroughput",
    "access_anomaly": "InvokeModel InvokeModelWithResponseStream Converse"
    " ConverseStream iam:CreateAccessKey iam:CreateLoginProfile",
    "none": "ListFoundationModels ApplyGuardrail GetGuardrail",
    "change_event": "CreateGuardrail sagemaker:CreateEndpoint",
    "not_ai": "ec2:RunInstances",
}
NAMED = [(name, kind) for kind, names in CALLS.items() for name in names.split()]


def payload(value: Any) -> Payload:
    return Payload(body=json.dumps(value).encode(), headers={}, received_at=NOW)


def record(name: str = "DeleteGuardrail", **fields: Any) -> dict[str, Any]:
    service, _, call = name.rpartition(":")
    return {
        "eventSource": f"{service or 'bedrock'}.amazonaws.com",
        "eventName": call,
        "eventTime": "2026-05-04T10:02:00Z",
        "eventID": "e-1",
        "userIdentity": PERSON,
        "readOnly": call.startswith(("List", "Get")),
        "recipientAccountId": "444455556666",
        **fields,
    }


def one(name: str = "DeleteGuardrail", **fields: Any) -> Envelope:
    return parse(payload(record(name, **fields)))[0]


def judged(made: Envelope) -> Assessment:
    return judge(made, RULES)[1]


def facts(made: Envelope) -> dict[str, str]:
    return {key: text.for_rules() for key, text in made.texts.items()}


@pytest.mark.parametrize(("name", "category"), NAMED)
def test_every_call_worth_a_rule_has_its_category(name: str, category: str) -> None:
    assert judged(one(name)).category == category


def test_a_service_on_its_way_is_not_somebody_with_a_key() -> None:
    workloads: tuple[dict[str, Any], ...] = (
        {"userIdentity": {"type": "AWSService", "invokedBy": "q.amazonaws.com"}},
        {"userIdentity": {"inScopeOf": {"issuerType": "AWS::Lambda::Function"}}},
        {"vpcEndpointId": "vpce-1"},
        {"sourceIPAddress": "states.amazonaws.com"},
    )
    for fields in workloads:
        assert judged(one("InvokeModel", **fields)).category == "none"
    assert judged(one("InvokeModel")).category == "access_anomaly"


def test_nobody_is_a_service_because_the_user_agent_says_so() -> None:
    said = "Boto3/1.40 exec-env/AWS_Lambda_python3.12"
    assert judged(one("InvokeModel", userAgent=said)).category == "access_anomaly"


def test_a_refused_call_is_an_attempt() -> None:
    done, refused = one(), one(errorCode="AccessDenied")
    assert refused.outcome is Outcome.BLOCKED
    assert judged(done).severity.value == "SEV2"
    assert judged(refused).severity.value == "SEV3"
    assert "refused (AccessDenied)" in refused.title.for_rules()
    assert one(errorCode="ThrottlingException").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("config", "logging", "category"),
    [
        (
            {"textDataDeliveryEnabled": True, "imageDataDeliveryEnabled": False},
            "on",
            "change_event",
        ),
        (
            {"textDataDeliveryEnabled": False, "imageDataDeliveryEnabled": True},
            "partly off",
            "control_tampering",
        ),
        ({"textDataDeliveryEnabled": False}, "off", "control_tampering"),
        ({"s3Config": {"bucketName": "logs"}}, "on", "change_event"),
        ({}, "off", "control_tampering"),
    ],
)
def test_one_call_turns_logging_on_and_off(
    config: dict[str, Any], logging: str, category: str
) -> None:
    asked = {"loggingConfig": config}
    made = one("PutModelInvocationLoggingConfiguration", requestParameters=asked)
    assert facts(made)["invocationLogging"] == logging
    assert judged(made).category == category


def test_one_name_means_another_thing_in_another_service() -> None:
    assert judged(one("s3:CreateDataSource")).category != "poisoning"
    assert judged(one("mq:CreateAgent")).category == "not_ai"


def test_what_aws_hides_names_nothing() -> None:
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    made = one("UpdateAgent", requestParameters={"agentName": hidden, "agentId": "A1"})
    assert [x.id for x in made.entities if x.kind is EntityKind.AGENT] == ["A1"]
    assert hidden not in json.dumps([made.title.for_rules(), facts(made)])


def test_a_parameter_cannot_say_what_kind_of_event_it_is() -> None:
    asked = {"type": "watchdog", "action": "heartbeat ok", "event": "test notification"}
    made = one(requestParameters={"tags": asked, **asked})
    assert judged(made).category == "control_tampering"


def test_the_flattened_form_of_detection_tools_is_read() -> None:
    made = one(eventTime="2026-05-04 10:02:00.000000000")
    assert made.occurred_at == datetime(2026, 5, 4, 10, 2, tzinfo=UTC)


def test_a_list_of_records_is_as_many_alerts() -> None:
    made = parse(payload({"Records": [record(), record("UpdateAgent")]}))
    assert [facts(x)["eventName"] for x in made] == ["DeleteGuardrail", "UpdateAgent"]


def test_repeats_are_one_problem_and_other_things_are_not() -> None:
    asked = {"guardrailIdentifier": "g-1"}
    first = one(requestParameters=asked)
    again = one(
        requestParameters=asked, eventID="e-2", eventTime="2026-05-05T00:00:00Z"
    )
    other = one(requestParameters={"guardrailIdentifier": "g-2"})
    assert first.dedup_key == again.dedup_key != other.dedup_key
    assert (first.source_event_id, again.source_event_id) == ("e-1", "e-2")


def test_key_role_and_account_are_named() -> None:
    found = {(x.kind, x.id) for x in one().entities}
    assert (EntityKind.KEY, "ASIAEXAMPLE") in found
    assert (EntityKind.PRINCIPAL, "Platform") in found
    assert (EntityKind.PRINCIPAL, ROLE) in found
    assert (EntityKind.ACCOUNT, "444455556666") in found


def test_an_insight_that_ends_resolves() -> None:
    def insight(state: str) -> Envelope:
        details = {
            "state": state,
            "eventSource": "bedrock.amazonaws.com",
            "eventName": "InvokeModel",
        }
        value = {
            "eventID": "i-1",
            "eventTime": "2026-05-04T10:02:00Z",
            "insightDetails": details,
        }
        return parse(payload(value))[0]

    assert insight("Start").status is Status.FIRING
    assert insight("End").status is Status.RESOLVED
    assert insight("Start").dedup_key == insight("End").dedup_key


def test_a_notification_of_s3_is_no_call() -> None:
    s3 = {
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Put",
        "eventVersion": "2.1",
    }
    assert not recognizes(payload({"Records": [s3]}))


def test_every_rule_of_a_source_names_that_source() -> None:
    """A vendor's words must not mean anything where another vendor says them."""
    folder = Path(__file__).parents[2] / "bot/rules/sources"
    ours = [
        *folder.glob("aws_*.yaml"),
        folder / "eventbridge.yaml",
        folder / "cloudwatch.yaml",
    ]
    for path in ours:
        rules = yaml.safe_load(path.read_text("utf-8"))
        entries = [*rules.get("categories", ()), *rules.get("moves", ())]
        assert entries
        assert {tuple(entry["sources"]) for entry in entries} == {(path.stem,)}
