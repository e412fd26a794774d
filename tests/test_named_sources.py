"""Several senders of a kind, and a webhook whose fields the settings name."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings, load
from bot.domain.envelope import Envelope, Outcome, Status
from bot.domain.errors import BadSettings
from bot.domain.registry import Registry
from bot.envelopes.named_fields import NO_ALERTS, NO_TITLE
from bot.named_sources import sources_of
from bot.ports.integration import Integration, Payload
from bot.rules import read_rulebook
from bot.triage import load_integrations, triage
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW, SAMPLES

GATEWAY = {
    "reads": "webhook",
    "each": "batch.items[]",
    "title": "what.headline",
    "severity": "what.grade",
    "dedup": "what.rule",
    "group": "batch_id",
    "event_id": "uid",
    "occurred_at": "when.at",
    "status": "phase",
    "status_words": {"gone": "resolved"},
    "outcome": "verdict",
    "outcome_words": {"stopped": "blocked"},
    "entities": {"model": "who['model.name']", "agent": "who.bot"},
    "links": "see",
}
ITEM = {
    "uid": "u-1",
    "title": "not this one",
    "what": {"headline": "Prompt attack", "grade": "Sev-A", "rule": "r-7"},
    "when": {"at": 1777896000000},
    "phase": "Gone",
    "verdict": "Stopped",
    "who": {"model.name": "m-1", "bot": "claims"},
    "see": "https://gateway.example/1",
}


def sources(**given: Any) -> dict[str, Integration]:
    settings = Settings.model_validate({"sources": given})
    return dict(sources_of(load_integrations(), settings.sources))


def read(source: Integration, value: object) -> tuple[Envelope, ...]:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return source.parse(Payload(body=body, headers={}, received_at=NOW))


def test_a_second_sender_of_a_kind_is_read_alike_under_its_own_name() -> None:
    made = sources(**{"alerts-eu": {"reads": "alertmanager"}})
    sample = next(one for one in SAMPLES if one.source == "alertmanager")
    (theirs,) = made["alertmanager"].parse(sample.payload)
    (ours,) = made["alerts-eu"].parse(sample.payload)
    assert (ours.source, ours.reader) == ("alerts-eu", "alertmanager")
    assert ours.integration == theirs.integration == "alertmanager"
    assert ours.dedup_key == theirs.dedup_key
    assert not made["alerts-eu"].recognizes(sample.payload)
    assert made["alertmanager"].recognizes(sample.payload)


def test_a_vendors_rules_hold_for_its_second_sender_too() -> None:
    made = sources(**{"defender-eu": {"reads": "defender_ai"}})
    body = json.dumps(
        {
            "SystemAlertId": "1",
            "AlertType": "AI.Azure_DOWVolumeAnomaly",
            "AlertDisplayName": "x",
            "Severity": "Low",
        }
    ).encode()
    found = triage(
        Payload(body=body, headers={}, received_at=NOW),
        source="defender-eu",
        parsers=made,
        redactor=FakeRedactor(),
        rulebook=read_rulebook(),
        registry=Registry(),
        alert_id="al_1",
        received_at=NOW,
    ).worst
    assert found is not None
    assert found.assessment.rule == "defender_ai.cost"
    assert found.envelope.source == "defender-eu"


def test_named_fields_count_before_what_is_found() -> None:
    source = sources(my_gateway=GATEWAY)["my_gateway"]
    (made,) = read(source, {"batch": {"items": [ITEM]}})
    assert made.title.for_slack() == "Prompt attack"
    assert (made.vendor_severity, made.dedup_key) == ("Sev-A", "r-7")
    assert (made.source_event_id, made.source) == ("u-1", "my_gateway")
    assert made.occurred_at is not None
    assert made.occurred_at.isoformat() == "2026-05-04T12:00:00+00:00"
    assert (made.status, made.outcome) == (Status.RESOLVED, Outcome.BLOCKED)
    assert [(e.kind.value, e.id) for e in made.entities] == [
        ("model", "m-1"),
        ("agent", "claims"),
    ]
    assert made.links == ("https://gateway.example/1",)


def test_what_nobody_named_is_found_all_the_same() -> None:
    source = sources(webhook={"title": "what.headline"})["webhook"]
    (made,) = read(source, ITEM)
    assert made.title.for_slack() == "Prompt attack"
    assert made.source == "webhook"
    assert {"what.rule", "phase"} <= set(made.texts)


def test_several_alerts_of_a_payload_are_several() -> None:
    source = sources(my_gateway=GATEWAY)["my_gateway"]
    other = {**ITEM, "what": {"headline": "Other", "rule": "r-8"}}
    made = read(source, {"batch": {"items": [ITEM, other, 3]}})
    assert [one.dedup_key for one in made] == ["r-7", "r-8"]


@pytest.mark.parametrize(
    ("value", "note"),
    [({"title": "Other shape"}, NO_ALERTS), ({"batch": {"items": [{}]}}, NO_TITLE)],
)
def test_a_path_that_finds_nothing_is_said_and_the_alert_is_kept(
    value: object, note: str
) -> None:
    (made,) = read(sources(my_gateway=GATEWAY)["my_gateway"], value)
    assert note in made.notes


def test_plain_text_is_read_as_plain_text() -> None:
    (made,) = read(sources(my_gateway=GATEWAY)["my_gateway"], b"Disk is full")
    assert (made.title.for_slack(), made.source) == ("Disk is full", "my_gateway")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"gateway": {}}, "no integration gateway; "),
        ({"gw": {"reads": "alertmanger"}}, "the nearest is alertmanager"),
        ({"webhook": {"reads": "alertmanager"}}, "read by webhook and by nothing"),
    ],
)
def test_a_source_that_nothing_reads_is_refused(given: Any, says: str) -> None:
    with pytest.raises(BadSettings, match=says):
        sources(**given)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ('title = "a[.b"', "sources.gw.title: .*bracket that does not close"),
        ('title = "a[x]"', "sources.gw.title: .*no number in a bracket"),
        ('dedup = ["a", "b..c"]', "sources.gw.dedup: .*empty part"),
        (
            'entities.modle = "a"',
            "sources.gw.entities: .*'modle'; the nearest is model",
        ),
        ('status_words.gone = "resolve"', "'resolve'; the nearest is resolved"),
        ('outcome_words.x = "stopped"', "known: blocked, allowed, unknown"),
        ('titel = "a"', "no setting sources.gw.titel; the nearest is title"),
        ('signature = "githup"', "'githup'; the nearest is github"),
        ('signed_time_header = "X-T"', "gw has no signed_time_header; only grafana"),
        ('previous_secret = "x"', "gw has a previous_secret, but no secret"),
    ],
)
def test_a_mistake_in_the_settings_names_the_key_and_the_nearest(
    tmp_path: Path, lines: str, says: str
) -> None:
    config = tmp_path / "tocsin.toml"
    config.write_text(f'[sources.gw]\nreads = "webhook"\n{lines}\n')
    with pytest.raises(BadSettings, match=says):
        load({"TOCSIN_CONFIG": str(config)})


def test_fields_are_for_the_webhook_only() -> None:
    with pytest.raises(ValueError, match="pd has no title; only webhook has"):
        Settings.model_validate({"sources": {"pd": {"reads": "x", "title": "a"}}})


def test_the_environment_names_what_the_file_does(tmp_path: Path) -> None:
    config = tmp_path / "tocsin.toml"
    config.write_text('[sources.pager-eu]\nreads = "webhook"\n')
    given = load(
        {
            "TOCSIN_CONFIG": str(config),
            "TOCSIN_SOURCES_PAGER_EU_PATH_SECRET": "in the path",
            "TOCSIN_SOURCES_PAGER_EU_ENTITIES": "model=a.b, agent = c",
            "TOCSIN_SOURCES_PAGER_EU_TITLE": "a.b,c",
        }
    ).sources["pager-eu"]
    assert given.path_secret is not None
    assert given.path_secret.get_secret_value() == "in the path"
    assert given.secret is None
    assert given.entities == {"model": "a.b", "agent": "c"}
    assert given.title == ("a.b", "c")


@pytest.mark.parametrize("name", ["Upper", "a b", "-a", "a/b", "x" * 64])
def test_a_name_that_cannot_stand_in_an_address_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no name"):
        Settings.model_validate({"sources": {name: {"reads": "webhook"}}})
