"""What the audit logs of Databricks, Google Cloud and Azure say about AI systems."""

import base64
import json
from typing import Any

import pytest

from tests.integrations.judging import triaged, verdict


def brick(action: str, code: int = 200, **asked: Any) -> dict[str, Any]:
    return {
        "timestamp": 1777888800000,
        "auditLevel": "WORKSPACE_LEVEL",
        "serviceName": "accounts",
        "actionName": action,
        "userIdentity": {"email": "ops@corp.example"},
        "requestParams": asked,
        "response": {"statusCode": code},
    }


@pytest.mark.parametrize(
    ("happened", "means"),
    [
        (brick("setAccountAdmin", targetUserName="x"), "access_anomaly SEV2"),
        (brick("setAccountAdmin", 403, targetUserName="x"), "access_anomaly SEV3"),
        (
            brick("addPrincipalToGroup", targetGroupName="account-admins"),
            "access_anomaly SEV2",
        ),
        (
            brick("addPrincipalToGroup", targetGroupName="developers"),
            "change_event INFO",
        ),
        (brick("login", 401), "access_anomaly SEV4"),
        (brick("login"), "none NONE"),
        (
            brick(
                "workspaceConfEdit",
                workspaceConfKeys="enableVerboseAuditLogs",
                workspaceConfValues="false",
            ),
            "control_tampering SEV2",
        ),
        (
            brick(
                "workspaceConfEdit",
                workspaceConfKeys="enableVerboseAuditLogs",
                workspaceConfValues="true",
            ),
            "change_event INFO",
        ),
        (brick("changeInferenceEndpointAcl"), "access_anomaly SEV3"),
        (brick("updateInferenceEndpointRateLimits"), "control_tampering SEV3"),
        (brick("deleteServingEndpoint", name="ranker"), "availability SEV3"),
        (brick("transitionModelVersionStage", name="ranker"), "change_event INFO"),
    ],
)
def test_an_entry_of_databricks_means(happened: dict[str, Any], means: str) -> None:
    assert verdict(happened) == f"databricks {means}"


def cloud(method: str, **audit: Any) -> dict[str, Any]:
    return {
        "insertId": "a1",
        "logName": "projects/p/logs/cloudaudit.googleapis.com%2Factivity",
        "timestamp": "2026-05-04T10:00:00Z",
        "severity": "NOTICE",
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "aiplatform.googleapis.com",
            "methodName": method,
            "resourceName": "projects/p/locations/eu/endpoints/7",
            "authenticationInfo": {"principalEmail": "ops@corp.example"},
            **audit,
        },
    }


VERTEX = "google.cloud.aiplatform.v1"
OWNER = {
    "policyDelta": {"bindingDeltas": [{"action": "ADD", "role": "roles/owner"}]},
}
REFUSED = {"code": 7, "message": "Request is prohibited by organization's policy. x"}


@pytest.mark.parametrize(
    ("happened", "means"),
    [
        (cloud(f"{VERTEX}.PredictionService.Predict"), "none NONE"),
        (cloud(f"{VERTEX}.EndpointService.DeleteEndpoint"), "availability SEV3"),
        (cloud(f"{VERTEX}.EndpointService.UndeployModel"), "availability SEV3"),
        (cloud(f"{VERTEX}.EndpointService.DeployModel"), "change_event INFO"),
        (cloud(f"{VERTEX}.ModelService.ExportModel"), "model_theft SEV3"),
        (
            cloud("google.cloud.modelarmor.v1.ModelArmor.DeleteTemplate"),
            "control_tampering SEV2",
        ),
        (
            cloud("google.cloud.modelarmor.v1.ModelArmor.UpdateFloorSetting"),
            "control_tampering SEV3",
        ),
        (
            cloud("google.logging.v2.ConfigServiceV2.DeleteSink"),
            "control_tampering SEV2",
        ),
        (
            cloud("google.iam.admin.v1.CreateServiceAccountKey"),
            "access_anomaly SEV3",
        ),
        (cloud("SetIamPolicy", serviceData=OWNER), "access_anomaly SEV2"),
        (
            cloud(
                f"{VERTEX}.PredictionService.Predict",
                status=REFUSED,
                metadata={"violationReason": "NO_MATCHING_ACCESS_LEVEL"},
            ),
            "access_anomaly SEV4",
        ),
        (
            cloud(f"{VERTEX}.EndpointService.DeleteEndpoint", status=REFUSED),
            "availability SEV4",
        ),
    ],
)
def test_an_entry_of_google_cloud_means(happened: dict[str, Any], means: str) -> None:
    assert verdict(happened) == f"gcp_audit {means}"


def test_what_pubsub_and_eventarc_put_around_an_entry_is_taken_off() -> None:
    entry = cloud(f"{VERTEX}.EndpointService.DeleteEndpoint")
    packed = base64.b64encode(json.dumps(entry).encode()).decode()
    pushed = {"message": {"data": packed, "messageId": "1"}, "subscription": "s"}
    event = {
        "specversion": "1.0",
        "type": "google.cloud.audit.log.v1.written",
        "source": "//cloudaudit.googleapis.com/projects/p",
        "id": "1",
        "data": entry,
    }
    for body in (pushed, event, [entry], {"entries": [entry]}):
        made = triaged(body)
        assert made.source == "gcp_audit"
        assert made.alerts[0].envelope.title.for_slack() == (
            "Delete endpoint: projects/p/locations/eu/endpoints/7"
        )


def azure(operation: str, **more: Any) -> dict[str, Any]:
    return {
        "time": "2026-05-04T10:00:00.0000000Z",
        "resourceId": "/subscriptions/s/resourceGroups/g/providers/x/y/claims-ai",
        "operationName": operation.upper(),
        "category": "Administrative",
        "resultType": "Success",
        "callerIpAddress": "198.51.100.7",
        "level": "Informational",
        **more,
    }


@pytest.mark.parametrize(
    ("happened", "means"),
    [
        (
            azure("Microsoft.Security/alertsSuppressionRules/write"),
            "control_tampering SEV2",
        ),
        (
            azure("Microsoft.CognitiveServices/accounts/raiPolicies/delete"),
            "control_tampering SEV2",
        ),
        (
            azure("Microsoft.CognitiveServices/accounts/raiPolicies/write"),
            "control_tampering SEV3",
        ),
        (
            azure("Microsoft.Insights/diagnosticSettings/delete", resultType="Failure"),
            "control_tampering SEV3",
        ),
        (
            azure("Microsoft.CognitiveServices/accounts/listKeys/action"),
            "access_anomaly SEV3",
        ),
        (azure("Microsoft.Authorization/elevateAccess/action"), "access_anomaly SEV2"),
        (
            azure("Microsoft.CognitiveServices/accounts/deployments/delete"),
            "availability SEV3",
        ),
        (
            azure("Microsoft.CognitiveServices/accounts/deployments/write"),
            "change_event INFO",
        ),
    ],
)
def test_a_record_of_azure_means(happened: dict[str, Any], means: str) -> None:
    assert verdict(happened) == f"azure_activity {means}"


def test_records_come_in_lists_and_with_names_as_objects() -> None:
    operation = "Microsoft.CognitiveServices/accounts/raiPolicies/delete"
    record = azure(operation)
    answered = {**record, "operationName": {"value": operation, "localizedValue": "x"}}
    for body in ({"records": [record]}, {"value": [answered]}):
        assert verdict(body) == "azure_activity control_tampering SEV2"
    title = triaged(record).alerts[0].envelope.title.for_slack()
    assert title == "Cognitiveservices accounts raipolicies delete: claims-ai"
