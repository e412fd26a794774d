"""Which line of a payload that nobody described becomes its title."""

from typing import Any

import pytest

from bot.envelopes.fields import leaves
from bot.envelopes.headline import from_fields, headline, is_telling, sentence
from bot.envelopes.wording import last_words, spoken


def titled(value: Any) -> str:
    found = leaves(value, most=200)
    return headline(found) or from_fields(found)


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ({"id": "9", "title": "Disk is full"}, "Disk is full"),
        ({"incident_title": "Disk is full", "type": "incident"}, "Disk is full"),
        ({"name": "Watchdog", "title": "Watchdog"}, "Watchdog"),
        # What happened, and to what.
        (
            {"action": "app_installed", "app": {"name": "Notion"}},
            "App installed: Notion",
        ),
        ({"event": "org.settings.edit", "repo": "a/b"}, "Org settings edit: a/b"),
        ({"actionName": "setAccountAdmin"}, "setAccountAdmin"),
        ({"event": "created", "data": {"name": "Test"}}, "Created: Test"),
        # Who did it is not what it happened to.
        ({"action": "key_made", "actor": {"user": {"name": "bob"}}}, "Key made"),
        # A sentence further down beats a lone word above it.
        ({"event": "created", "data": {"message": "It all broke"}}, "It all broke"),
        ({"title": "example", "incident": {"message": "It all broke"}}, "It all broke"),
        # Nothing of this says anything: the next field does.
        ({"title": "n/a", "summary": "It broke"}, "It broke"),
        (
            {
                "name": "12345678-1234-1234-1234-123456789012",
                "detail": "It is all wrong",
            },
            "It is all wrong",
        ),
        ({"title": "2024-01-15 14:00:00", "type": "late_job"}, "Late job"),
        ({"subject": "arn:aws:iam::1:role/x", "reason": "It broke"}, "It broke"),
        ({"message": "eNqFj0+LwjAQxe9+" * 8, "kind": "log"}, "Kind: log"),
        # A field speaks for itself where nothing else does.
        (
            {"first": "2024-01-15 14:00:00", "anomaly_score": 57.0},
            "Anomaly score: 57.0",
        ),
        ({"DeploymentId": "d-1", "HookId": "xxxxxxxxxxxx"}, "Deployment ID: d-1"),
        ({"x": 1}, ""),
        ({}, ""),
    ],
)
def test_a_payload_is_titled(value: Any, title: str) -> None:
    assert titled(value) == title


@pytest.mark.parametrize(
    "text",
    [
        *("", "null", "N/A", "42", "3.5e9", "d41d8cd98f00b204e9800998ecf8427e"),
        *("https://x.example/1", "/subscriptions/1/x", "2026-05-04T10:00:00Z", "---"),
        "xxxxxxxxxxxxxxxxxxxx",
    ],
)
def test_ids_addresses_and_dates_say_nothing(text: str) -> None:
    assert not is_telling(text)


def test_only_a_sentence_replaces_the_name_of_an_event() -> None:
    assert sentence(leaves({"action": "NONE", "category": "PII"}, most=9)) == ""
    assert sentence(leaves({"message": "It broke"}, most=9)) == "It broke"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("api_key.created", "API key created"),
        ("setAccountAdmin", "Set account admin"),
        ("EnableMFADevice", "Enable MFA device"),
        ("login.failed", "Login failed"),
        ("already words", "already words"),
        ("", ""),
    ],
)
def test_a_name_becomes_words(name: str, words: str) -> None:
    assert spoken(name) == words


def test_the_end_of_a_reverse_name_counts_and_its_version_does_not() -> None:
    assert last_words("com.example.model.drift_found.v2") == "Model drift found"
