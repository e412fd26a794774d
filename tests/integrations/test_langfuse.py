"""What Langfuse's automations send."""

from typing import Any

from tests.integrations.triaging import PRIVATE, only, title, verdict


def monitor(severity: str, name: str = "High error rate") -> dict[str, Any]:
    told = {
        "monitorId": "mon_1",
        "severity": severity,
        "timestamp": "2026-05-18T12:01:00Z",
        "permalink": "https://cloud.langfuse.com/m/mon_1",
        "message": {"title": name, "body": "errors > 100"},
    }
    return {"id": "e", "type": "monitor-alert", "apiVersion": "v1", "payload": told}


def prompt(action: str, *labels: str) -> dict[str, Any]:
    return {
        "id": "e",
        "timestamp": "2026-05-18T12:01:00Z",
        "type": "prompt-version",
        "apiVersion": "v1",
        "action": action,
        "prompt": {
            "name": "claims",
            "version": 7,
            "labels": list(labels),
            "prompt": f"You know {PRIVATE}",
        },
        "user": {"name": "Dev", "email": "dev@example.com"},
    }


def test_ok_resolves_and_no_data_only_updates() -> None:
    assert verdict(monitor("ALERT"))[0] == "opens"
    assert verdict(monitor("OK"))[0] == "resolves"
    assert verdict(monitor("NO_DATA"))[0] == "updates"


def test_a_warning_is_milder_than_an_alert() -> None:
    name = "p95 latency of the assistant"
    assert verdict(monitor("ALERT", name))[2] == "SEV3"
    assert verdict(monitor("WARNING", name))[2] == "SEV4"


def test_one_monitor_is_one_problem_whatever_it_says() -> None:
    keys = {only(monitor(one)).envelope.dedup_key for one in ("ALERT", "WARNING", "OK")}
    assert keys == {"mon_1"}


def test_a_prompt_counts_when_production_uses_it() -> None:
    changed = ("opens", "control_tampering", "SEV3")
    assert verdict(prompt("updated", "production", "latest")) == changed
    assert verdict(prompt("deleted", "production")) == changed
    drafted = ("ignored", "change_event", "INFO")
    assert verdict(prompt("created", "latest")) == drafted


def test_who_changed_which_version_stands_in_the_title_and_the_prompt_nowhere() -> None:
    alert = only(prompt("updated", "production"))
    said = "Prompt claims version 7 updated by Dev, used in production"
    assert alert.envelope.title.for_rules() == said
    texts = {name: one.for_rules() for name, one in alert.envelope.texts.items()}
    assert texts["prompt_chars"] == str(len(f"You know {PRIVATE}"))
    assert not [one for one in texts.values() if PRIVATE in one or "@" in one]


def test_what_was_dispatched_to_a_repository_is_read_too() -> None:
    wrapped = {
        "event_type": "changed",
        "client_payload": prompt("updated", "production"),
    }
    assert verdict(wrapped)[1] == "control_tampering"


def test_a_notification_names_its_project() -> None:
    told = {
        "eventType": "blob-export-failed",
        "severity": "ALERT",
        "projectName": "Claims",
        "message": "Blob storage export failed.",
    }
    body = {"type": "project-notification", "apiVersion": "v1", "payload": told}
    assert verdict(body) == ("opens", "availability", "SEV4")
    assert title(body) == "Langfuse: Blob storage export failed. (Claims)"
