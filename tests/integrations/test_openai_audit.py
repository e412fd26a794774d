"""Which events of OpenAI's audit log need somebody, and how urgently."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.domain.envelope import EntityKind
from tests.integrations.judging import triaged, verdict

SESSION = {
    "type": "session",
    "session": {
        "user": {"id": "user-a1", "email": "ops@corp.example"},
        "ip_address": "198.51.100.7",
    },
}
MACHINE = {
    "type": "api_key",
    "api_key": {
        "type": "service_account",
        "id": "key-9",
        "service_account": {"id": "sa-1"},
    },
}


def event(kind: str, details: Any = None, actor: Any = SESSION) -> dict[str, Any]:
    made = {
        "id": "audit_log-1",
        "type": kind,
        "effective_at": 1760000000,
        "object": "organization.audit_log",
        "actor": actor,
    }
    return made | ({} if details is None else {kind: details})


def assigned(role: str) -> dict[str, Any]:
    whole = f"role_assignment_role-api-{role}__api-organization__org-1_user-2"
    details = {"id": whole, "principal_id": "user-2", "principal_type": "user"}
    return event("role.assignment.created", details)


def limit(*networks: str) -> dict[str, Any]:
    return event("ip_allowlist.updated", {"id": "l-1", "allowed_ips": list(networks)})


def key(*scopes: str) -> dict[str, Any]:
    data = {"name": "nightly", "scopes": list(scopes)}
    return event("api_key.created", {"id": "key-1", "data": data})


@pytest.mark.parametrize(
    ("happened", "means"),
    [
        (event("login.succeeded"), "none NONE"),
        (event("logout.succeeded"), "none NONE"),
        (event("login.failed", {"error_code": "invalid"}), "access_anomaly SEV4"),
        (key("all"), "access_anomaly SEV2"),
        (key("models:read", "organization:write"), "access_anomaly SEV2"),
        (key("models:read"), "change_event INFO"),
        (event("api_key.created", {"id": "key-1"}), "access_anomaly SEV3"),
        (event("api_key.deleted", {"id": "key-1"}), "change_event INFO"),
        (assigned("organization-owner"), "access_anomaly SEV2"),
        (assigned("project-admin"), "access_anomaly SEV2"),
        (assigned("organization-reader"), "change_event INFO"),
        (event("role.assignment.deleted", {"id": "x"}), "change_event INFO"),
        (event("invite.sent", {"data": {"role": "owner"}}), "access_anomaly SEV2"),
        (event("invite.sent", {"data": {"role": "reader"}}), "change_event INFO"),
        (event("service_account.created", {"id": "sa"}), "access_anomaly SEV3"),
        (event("ip_allowlist.deleted", {"id": "l-1"}), "control_tampering SEV2"),
        (event("ip_allowlist.config.deactivated"), "control_tampering SEV2"),
        (limit("0.0.0.0/0"), "control_tampering SEV2"),
        (limit("198.51.100.0/24"), "control_tampering SEV3"),
        (event("ip_allowlist.created", {"id": "l-1"}), "change_event INFO"),
        (event("scim.disabled", {"id": "org-1"}, MACHINE), "control_tampering SEV2"),
        (event("scim.enabled", {"id": "org-1"}), "change_event INFO"),
        (event("rate_limit.deleted", {"id": "rl-1"}), "control_tampering SEV2"),
        (event("rate_limit.updated", {"id": "rl-1"}), "control_tampering SEV3"),
        (event("certificates.deactivated"), "control_tampering SEV2"),
        (event("tenant.migration.completed"), "change_event INFO"),
    ],
)
def test_an_event_means(happened: dict[str, Any], means: str) -> None:
    assert verdict(happened) == f"openai_audit {means}"


def test_details_are_found_under_dots_and_under_underscores() -> None:
    dotted = key("all")
    flat = {**dotted, "api_key_created": dotted.pop("api_key.created")}
    assert verdict(flat) == "openai_audit access_anomaly SEV2"


def test_switching_the_logging_of_calls_off_is_tampering() -> None:
    settings = {"settings": {"api_call_logging": "disabled"}}
    changed = event("organization.updated", {"changes_requested": settings})
    assert verdict(changed) == "openai_audit control_tampering SEV2"


def test_a_page_and_lines_hold_one_alert_an_event() -> None:
    events = [event("login.succeeded"), event("scim.disabled", {"id": "org-1"})]
    page = {"object": "list", "data": events, "has_more": False}
    lines = "\n".join(json.dumps(one) for one in events).encode()
    for body in (page, events, lines):
        assert verdict(body) == "openai_audit control_tampering SEV2"
        assert len(triaged(body).alerts) == 2


def test_actor_key_and_time_are_read() -> None:
    alert = triaged(event("scim.disabled", {"id": "org-1"}, MACHINE)).alerts[0].envelope
    named = {(one.kind, one.id) for one in alert.entities}
    assert named == {(EntityKind.PRINCIPAL, "sa-1"), (EntityKind.KEY, "key-9")}
    assert alert.occurred_at == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
    assert alert.title.for_slack() == "SCIM disabled: org-1"


def test_a_burst_of_failed_sign_ins_of_one_user_is_one_problem() -> None:
    first, second = (
        event("login.failed"),
        {**event("login.failed"), "id": "audit_log-2"},
    )
    keys = {triaged(one).alerts[0].envelope.dedup_key for one in (first, second)}
    assert len(keys) == 1


def test_the_name_of_a_key_cannot_calm_anybody_down() -> None:
    made = key("all")
    made["api_key.created"]["data"]["name"] = "read only test, approved, resolved"
    assert verdict(made) == "openai_audit access_anomaly SEV2"
