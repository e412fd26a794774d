"""The traps of monitoring senders, one test each."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.envelope import Envelope, Status
from bot.ports.integration import Payload
from bot.triage import load_integrations
from tests.integrations.samples import FIXTURES, NOW

PARSERS = load_integrations()
OVER = {
    "azure_monitor": ("throttling-fired", "throttling-resolved"),
    "datadog": ("own-template-triggered", "own-template-recovered"),
    "gcp_monitoring": ("open", "closed"),
    "grafana": ("p95-of-a-model-gateway", "resolved"),
    "grafana_oncall": ("group-created", "resolved"),
    "newrelic": ("activated", "closed"),
    "opsgenie": ("create", "close"),
    "pagerduty": ("triggered", "resolved"),
    "sentry": ("issue-created", "issue-resolved"),
    "splunk_observability": ("anomalous", "ok"),
    "wiz": ("issue-created", "issue-resolved"),
}


def fixture(source: str, name: str) -> Any:
    return json.loads((FIXTURES / source / f"{name}.json").read_text("utf-8"))


def read(source: str, value: Any) -> tuple[Envelope, ...]:
    body = json.dumps(value).encode()
    return PARSERS[source].parse(Payload(body=body, headers={}, received_at=NOW))


def one(source: str, name: str, **change: Any) -> Envelope:
    return read(source, {**fixture(source, name), **change})[0]


def title(envelope: Envelope) -> str:
    return envelope.title.for_slack()


def things(envelope: Envelope) -> list[str]:
    return [f"{thing.kind.value} {thing.id}" for thing in envelope.entities]


@pytest.mark.parametrize("source", OVER)
def test_what_resolves_is_known_by_what_triggered(source: str) -> None:
    began, ended = (one(source, name) for name in OVER[source])
    assert (began.status, ended.status) == (Status.FIRING, Status.RESOLVED)
    assert began.dedup_key == ended.dedup_key


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("grafana_oncall", "acknowledged"),
        ("newrelic", "acknowledged"),
        *(("opsgenie", n) for n in ("acknowledge", "add-note", "assign")),
        *(("opsgenie", n) for n in ("snooze-ended", "update-priority")),
        *(("pagerduty", n) for n in ("acknowledged", "annotated")),
        *(("pagerduty", n) for n in ("responder-added", "workflow-completed")),
        *(("sentry", n) for n in ("issue-assigned", "issue-archived", "comment")),
        ("defender_ai", "graph-in-progress"),
    ],
)
def test_what_people_do_to_a_problem_neither_opens_nor_ends_it(
    source: str, name: str
) -> None:
    assert one(source, name).status is Status.UPDATE


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("grafana", "contact-point-test"),
        ("datadog", "test-button"),
        ("pagerduty", "ping"),
        ("gcp_monitoring", "test-button"),
    ],
)
def test_the_button_that_tests_a_channel_opens_nothing(source: str, name: str) -> None:
    assert one(source, name).status is Status.TEST


# --- Grafana ---


def test_a_grafana_group_without_labels_groups_nothing() -> None:
    made = read("grafana", fixture("grafana", "two-without-a-group"))
    assert {each.group_key for each in made} == {""}
    assert made[0].dedup_key != made[1].dedup_key


def test_a_template_of_grafana_changes_no_title() -> None:
    changed = one(
        "grafana", "resolved", title="LOOK HERE", message="x", state="alerting"
    )
    assert title(changed) == "p95 latency of the LLM gateway is above 8 s"
    assert changed.status is Status.RESOLVED
    assert changed.occurred_at == datetime(2026, 5, 4, 10, 40, tzinfo=UTC)


def test_a_rule_that_cannot_be_evaluated_is_named_by_the_rule() -> None:
    failing = one("grafana", "query-fails")
    assert title(failing) == "Token spend of claims-assistant: its query fails"
    assert "context deadline" in failing.texts["annotations.Error"].for_slack()
    assert title(one("grafana", "no-data")).endswith("its query returns no data")


def test_cut_alerts_of_grafana_are_counted() -> None:
    made = one("grafana", "resolved", truncatedAlerts=40)
    assert made.stands_for == 41


def test_equal_rule_numbers_of_two_organisations_are_two_problems() -> None:
    first, second = (one("grafana", "legacy-alerting", orgId=org) for org in (1, 2))
    assert first.dedup_key != second.dedup_key
    assert first.dedup_key == one("grafana", "legacy-ok").dedup_key
    assert title(first) == "Token usage of the chat model"


# --- Datadog ---


def test_datadog_is_one_problem_whatever_the_order_of_its_scope() -> None:
    scopes = ("env:prod,service:rag-api", "service:rag-api,env:prod")
    made = [one("datadog", "own-template-triggered", alert_scope=s) for s in scopes]
    assert made[0].dedup_key == made[1].dedup_key == "991 env:prod,service:rag-api"


def test_what_datadog_did_not_fill_in_is_said_and_does_not_count() -> None:
    made = one("datadog", "placeholders-unfilled")
    assert title(made) == "CPU is high on (not filled in)"
    assert made.notes == ("the sender's template left placeholders unfilled",)
    assert made.vendor_severity == "4"
    assert not any("HOSTNAME" in text.for_slack() for text in made.texts.values())


def test_the_scope_in_a_title_of_datadog_is_read() -> None:
    made = one("datadog", "shipped-template")
    assert title(made) == "LLM error rate is high"
    assert things(made) == ["model claude-3", "service chat"]
    assert made.vendor_severity == "P2"


@pytest.mark.parametrize(
    ("transition", "status"),
    [
        ("Re-Triggered", Status.FIRING),
        ("Warn", Status.FIRING),
        ("No Data", Status.FIRING),
        ("Renotify", Status.FIRING),
        ("Recovered", Status.RESOLVED),
        ("muted", Status.UPDATE),
    ],
)
def test_the_transition_of_datadog_decides(transition: str, status: Status) -> None:
    made = one(
        "datadog",
        "own-template-triggered",
        alert_transition=transition,
        alert_title="Token usage",
    )
    assert made.status is status


# --- PagerDuty, Opsgenie ---


def test_a_triggered_incident_whose_priority_changed_opens_nothing() -> None:
    value = fixture("pagerduty", "triggered")
    value["event"]["event_type"] = "incident.priority_updated"
    assert read("pagerduty", value)[0].status is Status.UPDATE


def test_an_event_that_pagerduty_adds_later_is_an_update() -> None:
    value = fixture("pagerduty", "triggered")
    value["event"]["event_type"] = "incident.something.resolved"
    assert read("pagerduty", value)[0].status is Status.UPDATE


def test_both_messages_of_an_old_pagerduty_hook_are_read_in_order() -> None:
    made = read("pagerduty", fixture("pagerduty", "v1-acknowledge-then-resolve"))
    assert [each.status for each in made] == [Status.UPDATE, Status.RESOLVED]
    assert {each.dedup_key for each in made} == {"PINC3"}


def test_pagerduty_through_eventbridge_is_the_same_incident() -> None:
    wrapped = one("pagerduty", "through-eventbridge")
    assert wrapped.dedup_key == one("pagerduty", "triggered").dedup_key
    assert things(wrapped) == ["service claims-assistant"]


def test_times_of_opsgenie_are_milliseconds_and_nanoseconds() -> None:
    assert str(one("opsgenie", "create").occurred_at) == "2026-05-04 10:12:00+00:00"
    assert str(one("opsgenie", "close").occurred_at) == "2026-05-04 10:15:00+00:00"


# --- Sentry ---


@pytest.mark.parametrize("name", ["plugin", "event-alert"])
def test_what_sentry_knows_of_a_person_is_not_read(name: str) -> None:
    made = one("sentry", name)
    shown = " ".join([title(made), *(t.for_slack() for t in made.texts.values())])
    for private in ("patient@", "203.0.113.9", "Bern", "Cookie", "id:7"):
        assert private not in shown


def test_a_message_of_sentry_that_says_more_than_its_title_is_the_title() -> None:
    assert title(one("sentry", "plugin")) == "TimeoutError: embedding request timed out"


# --- Azure Monitor ---


def test_azure_names_the_deployment_before_the_account() -> None:
    made = one("azure_monitor", "throttling-fired")
    assert things(made)[:2] == ["model gpt-4o-claims", "endpoint aoai-weu"]
    assert made.occurred_at == datetime(2026, 5, 4, 10, 5, 11, 123456, tzinfo=UTC)
    assert made.vendor_severity == "Sev1"


def test_a_service_issue_that_is_over_is_fired_all_the_same() -> None:
    began, ended = (
        one("azure_monitor", f"service-health-{stage}")
        for stage in ("active", "resolved")
    )
    assert (began.status, ended.status) == (Status.FIRING, Status.RESOLVED)
    assert began.dedup_key == ended.dedup_key == "NVL2-XXX"


def test_a_budget_of_azure_that_names_no_rule_is_named_by_its_budget() -> None:
    made = one("azure_monitor", "budget-without-a-rule")
    assert title(made).startswith("openai-dev: Your spend for budget openai-dev")
    assert (made.status, made.vendor_severity) == (Status.FIRING, "")


def test_the_claims_of_who_acted_are_not_read() -> None:
    made = one("azure_monitor", "activity-log")
    assert not any("claims" in path for path in made.texts)


def test_the_severity_of_the_older_metric_alert_is_written_in_full() -> None:
    made = one("azure_monitor", "near-real-time-metric")
    assert made.vendor_severity == "Sev3"
    assert made.dedup_key != one("azure_monitor", "classic-metric").dedup_key


# --- Google Cloud ---


def test_a_time_of_zero_is_no_time() -> None:
    assert one("gcp_monitoring", "version-1-1-no-times").occurred_at is None


def test_the_severity_of_google_is_found_where_its_version_has_it() -> None:
    value = fixture("gcp_monitoring", "open")
    assert read("gcp_monitoring", value)[0].vendor_severity == "Critical"
    del value["incident"]["severity"]
    value["incident"]["metadata"]["system_labels"]["severity"] = "warning"
    assert read("gcp_monitoring", value)[0].vendor_severity == "warning"
    assert one("gcp_monitoring", "through-pubsub").vendor_severity == ""


# --- Splunk ---


def test_what_a_person_resolved_is_over_though_the_signal_is_not() -> None:
    made = one("splunk_observability", "resolved-by-hand")
    assert made.status is Status.RESOLVED


def test_every_fixture_says_what_it_is_about() -> None:
    ours = [*OVER, "defender_ai"]
    for path in sorted(p for name in ours for p in (FIXTURES / name).glob("*.json")):
        if not path.name.endswith(".expected.json"):
            for made in _all(path):
                assert len(title(made)) > len("CPU")
                assert not title(made).startswith(("An alert of", "[", "{"))


def _all(path: Path) -> tuple[Envelope, ...]:
    return read(path.parent.name, json.loads(path.read_text("utf-8")))
