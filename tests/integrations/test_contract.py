"""What every integration promises, those of today and those to come.

A new file in `integrations/` with fixtures is under this contract without another
line here.
"""

import importlib
import json
import pkgutil
import sys
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import integrations
from bot.dispatch import read
from bot.domain.envelope import EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.domain.registry import Registry
from bot.envelopes.jsonbody import read_json
from bot.envelopes.mapping import MAX_ALERTS
from bot.ports.integration import Manifest
from bot.rules import read_rulebook
from bot.triage import Triaged, load_integrations, triage
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW, SAMPLES, Sample, broken
from tests.searching import examples

NAMES = [one.name for one in pkgutil.iter_modules(integrations.__path__)]
PARSERS = load_integrations()
RULES = read_rulebook()
# One event with its headers, and the lines of one report: a list is still one of it.
ONE_WHATEVER_COMES = {"binary-event", "held"}
OURS, FEW = ("bot.", "integrations."), 30


def _samples(name: str) -> list[Sample]:
    return [one for one in SAMPLES if one.source == name]


def _triaged(sample: Sample, source: str) -> Triaged:
    return triage(
        sample.payload,
        source=source,
        parsers=PARSERS,
        redactor=FakeRedactor(),
        rulebook=RULES,
        registry=Registry(),
        alert_id="al_1",
        received_at=NOW,
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_has_the_name_of_the_file(name: str) -> None:
    module: Any = importlib.import_module(f"integrations.{name}")
    assert isinstance(module.MANIFEST, Manifest)
    assert module.MANIFEST.name == name
    assert module.MANIFEST.docs.startswith("https://")
    assert module.MANIFEST.summary.endswith(".")


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_has_fixtures(name: str) -> None:
    assert _samples(name)


def test_exactly_one_parser_takes_anything_and_is_asked_last() -> None:
    greedy = [name for name, one in PARSERS.items() if one.MANIFEST.takes_anything]
    assert greedy == [list(PARSERS)[-1]] == ["webhook"]


@pytest.mark.parametrize("name", PARSERS)
def test_no_two_parsers_of_one_level_know_the_same_fixture(name: str) -> None:
    """So it is recognized first, and the order of files decides nothing."""
    own = PARSERS[name].MANIFEST
    asked = [one for one in PARSERS.values() if _level(one.MANIFEST) <= _level(own)]
    knows = {
        sample.name: [
            one.MANIFEST.name for one in asked if one.recognizes(sample.payload)
        ]
        for sample in _samples(name)
    }
    assert knows == {key: [name] for key in knows}


def _level(manifest: Manifest) -> tuple[bool, bool]:
    return manifest.takes_anything, manifest.general


def test_no_parser_changes_the_document_that_all_of_them_read() -> None:
    for sample in SAMPLES:
        try:
            value = read_json(sample.body).value
        except Unparsed:
            continue
        before = deepcopy(value)
        for parser in PARSERS.values():
            parser.recognizes(sample.payload)
        PARSERS[sample.source].parse(sample.payload)
        assert read_json(sample.body).value is value
        assert value == before


@pytest.mark.parametrize("name", PARSERS)
def test_a_fixture_becomes_what_stands_beside_it(name: str) -> None:
    expected = {
        sample.name: {
            key: value for key, value in sample.expected.items() if key != "headers"
        }
        for sample in _samples(name)
    }
    assert {one.name: _became(one) for one in _samples(name)} == expected


def _became(sample: Sample) -> dict[str, object]:
    found = _triaged(sample, sample.source)
    worst = found.worst
    assert worst is not None, sample.name
    return {
        "outcome": found.outcome,
        "category": worst.assessment.category,
        "severity": worst.assessment.severity.value,
        "alerts": len(found.alerts),
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_a_long_list_is_a_bounded_number_of_alerts_that_count_it_all(name: str) -> None:
    """What one payload costs is bounded, and nothing of it goes uncounted."""
    asked = (_of_a_list(one, MAX_ALERTS + 100) for one in _samples(name))
    counts = dict(islice(filter(None, asked), 1))
    assert _uncounted(counts, most=MAX_ALERTS, asked=MAX_ALERTS + 100) == set()


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_whatever_is_listed_the_limit_is_the_one_that_is_written_down(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a low limit every fixture can be asked; a limit of its own would show."""
    for module in [one for key, one in sys.modules.items() if key.startswith(OURS)]:
        if hasattr(module, "MAX_ALERTS"):
            monkeypatch.setattr(module, "MAX_ALERTS", FEW)
    counts = dict(filter(None, (_of_a_list(one, 2 * FEW) for one in _samples(name))))
    assert _uncounted(counts, most=FEW, asked=2 * FEW) == set()


def _of_a_list(sample: Sample, times: int) -> tuple[str, tuple[int, int]] | None:
    """Return how many alerts a list of a fixture is, and how many they stand for."""
    try:
        raw = json.dumps([read_json(sample.body).value] * times).encode()
        _, made = read(replace(sample.payload, body=raw), sample.source, PARSERS)
    except Unparsed:
        return None
    return sample.name, (len(made), sum(each.stands_for for each in made))


def _uncounted(
    counts: dict[str, tuple[int, int]], *, most: int, asked: int
) -> set[str]:
    """Return the fixtures whose lists are too many alerts, or count too little."""
    many = {key for key, (n, _) in counts.items() if n > most}
    short = {key for key, (_, total) in counts.items() if total < asked}
    return many | (short - ONE_WHATEVER_COMES)


@pytest.mark.parametrize("name", PARSERS)
def test_envelopes_keep_the_rules_of_envelopes(name: str) -> None:
    for one in _envelopes(name):
        assert one.source == name
        assert one.dedup_key
        assert one.title
        assert one.stands_for >= 1
        assert len(one.texts) <= 400
        assert all(link.startswith(("https://", "http://")) for link in one.links)
        assert {entity.kind for entity in one.entities} <= set(EntityKind)
        assert one.occurred_at is None or one.occurred_at.utcoffset() is not None


@pytest.mark.parametrize("name", PARSERS)
def test_the_same_payload_gives_the_same_keys(name: str) -> None:
    assert _envelopes(name) == _envelopes(name)


def _envelopes(name: str) -> list[Envelope]:
    """Return what a parser makes of all its fixtures."""
    return [one for each in _samples(name) for one in PARSERS[name].parse(each.payload)]


@pytest.mark.parametrize("name", PARSERS)
@settings(
    max_examples=examples(0.4),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(choices=st.data())
def test_a_broken_payload_is_unparsed_or_an_alert_and_never_nothing(
    name: str, choices: st.DataObject
) -> None:
    sample = choices.draw(st.sampled_from(_samples(name)))
    payload = choices.draw(broken(sample))
    parser = PARSERS[name]
    parser.recognizes(payload)
    with suppress(Unparsed):
        assert parser.parse(payload)
