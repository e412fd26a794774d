"""What every integration promises, those of today and those to come.

A new file in `integrations/` with fixtures is under this contract without another
line here.
"""

import importlib
import pkgutil
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import integrations
from bot.domain.envelope import EntityKind
from bot.domain.errors import Unparsed
from bot.domain.registry import Registry
from bot.ports.integration import Manifest
from bot.rules import read_rulebook
from bot.triage import Triaged, load_integrations, triage
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW, SAMPLES, Sample, broken

NAMES = [one.name for one in pkgutil.iter_modules(integrations.__path__)]
PARSERS = load_integrations()
RULES = read_rulebook()


def _id(sample: Sample) -> str:
    return f"{sample.source}/{sample.name}"


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
    assert [one for one in SAMPLES if one.source == name]


def test_exactly_one_parser_takes_anything_and_is_asked_last() -> None:
    greedy = [name for name, one in PARSERS.items() if one.MANIFEST.takes_anything]
    assert greedy == [list(PARSERS)[-1]] == ["webhook"]


@pytest.mark.parametrize("sample", SAMPLES, ids=_id)
def test_a_fixture_is_recognized_by_its_own_parser_first(sample: Sample) -> None:
    knows = [name for name, one in PARSERS.items() if one.recognizes(sample.payload)]
    assert knows[0] == sample.source


@pytest.mark.parametrize("sample", SAMPLES, ids=_id)
def test_a_fixture_becomes_what_stands_beside_it(sample: Sample) -> None:
    found = _triaged(sample, sample.source)
    worst = found.worst
    assert worst is not None
    expected = dict(sample.expected)
    expected.pop("headers", None)
    assert expected == {
        "outcome": found.outcome,
        "category": worst.assessment.category,
        "severity": worst.assessment.severity.value,
        "alerts": len(found.alerts),
    }


@pytest.mark.parametrize("sample", SAMPLES, ids=_id)
def test_envelopes_keep_the_rules_of_envelopes(sample: Sample) -> None:
    for one in PARSERS[sample.source].parse(sample.payload):
        assert one.source == sample.source
        assert one.dedup_key
        assert one.title
        assert one.stands_for >= 1
        assert len(one.texts) <= 400
        assert all(link.startswith(("https://", "http://")) for link in one.links)
        assert {entity.kind for entity in one.entities} <= set(EntityKind)
        assert one.occurred_at is None or one.occurred_at.utcoffset() is not None


@pytest.mark.parametrize("sample", SAMPLES, ids=_id)
def test_the_same_payload_gives_the_same_keys(sample: Sample) -> None:
    first, second = (PARSERS[sample.source].parse(sample.payload) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("sample", SAMPLES, ids=_id)
@settings(
    # There are many fixtures, and each is another way in.
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(choices=st.data())
def test_a_broken_payload_is_unparsed_or_an_alert_and_never_nothing(
    sample: Sample, choices: st.DataObject
) -> None:
    payload = choices.draw(broken(sample))
    parser = PARSERS[sample.source]
    parser.recognizes(payload)
    with suppress(Unparsed):
        assert parser.parse(payload)
