"""Which activities of Anthropic's feed need somebody, and how urgently."""

from typing import Any

import pytest

from tests.integrations.judging import triaged, verdict


def activity(kind: str, **more: Any) -> dict[str, Any]:
    actor = {
        "type": "user_actor",
        "email_address": "admin@corp.example",
        "user_id": "user_01A",
        "ip_address": "198.51.100.7",
    }
    return {
        "id": "activity_01A",
        "created_at": "2026-05-04T10:00:00Z",
        "organization_id": "org_01A",
        "type": kind,
        "actor": actor,
        **more,
    }


@pytest.mark.parametrize(
    ("happened", "means"),
    [
        (activity("claude_chat_created", claude_chat_id="c"), "none NONE"),
        (activity("sso_login_succeeded"), "none NONE"),
        (activity("sso_login_failed"), "access_anomaly SEV4"),
        (activity("api_key_created", api_key_id="k"), "access_anomaly SEV3"),
        (activity("admin_api_key_created"), "access_anomaly SEV2"),
        (activity("admin_api_key_deleted"), "change_event INFO"),
        (activity("role_assignment_granted", role="owner"), "access_anomaly SEV2"),
        (activity("role_assignment_granted", role="viewer"), "change_event INFO"),
        (activity("primary_owner_transferred"), "access_anomaly SEV2"),
        (activity("platform_spend_limit_deleted"), "control_tampering SEV2"),
        (activity("platform_spend_limit_created"), "change_event INFO"),
        (activity("org_sso_toggled", is_enabled=False), "control_tampering SEV2"),
        (activity("org_sso_toggled", is_enabled=True), "change_event INFO"),
        (activity("org_ip_restriction_deleted"), "control_tampering SEV2"),
        (activity("claude_organization_settings_updated"), "control_tampering SEV3"),
        (activity("org_data_export_started"), "data_disclosure SEV3"),
        (activity("mcp_server_created", mcp_server_name="x"), "supply_chain SEV4"),
        (activity("something_new_of_next_year"), "change_event INFO"),
    ],
)
def test_an_activity_means(happened: dict[str, Any], means: str) -> None:
    assert verdict(happened) == f"anthropic_audit {means}"


@pytest.mark.parametrize(
    ("audience", "means"),
    [("public", "data_disclosure SEV3"), ("organization", "change_event INFO")],
)
def test_sharing_matters_only_with_everybody(audience: str, means: str) -> None:
    shared = activity("claude_artifact_sharing_updated", audience=[{"type": audience}])
    assert verdict(shared) == f"anthropic_audit {means}"


def test_a_page_of_the_feed_is_one_alert_an_activity() -> None:
    page = {"data": [activity("claude_chat_created"), activity("api_key_created")]}
    assert len(triaged(page).alerts) == 2
    assert verdict(page) == "anthropic_audit access_anomaly SEV3"


def test_the_title_says_what_and_which() -> None:
    made = activity("role_assignment_granted", role="owner", target_id="user_02")
    title = triaged(made).alerts[0].envelope.title.for_slack()
    assert title == "Role assignment granted: owner for user_02"
