"""From a body to what Tocsin makes of it, as `tocsin triage` does."""

import json
from functools import cache
from typing import Any

from bot.domain.classification_rules import Rulebook
from bot.domain.envelope import Alert
from bot.domain.registry import Registry
from bot.ports.integration import Payload
from bot.rules import read_rulebook
from bot.triage import Triaged, load_integrations, triage
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW

PRIVATE = "078-05-1120"
"""A number that stands in for whatever a person asked or a model answered."""


@cache
def _rules() -> Rulebook:
    return read_rulebook()


PARSERS = load_integrations()


def payload(body: Any) -> Payload:
    """Return a body as it would be posted."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Payload(body=raw, headers={}, received_at=NOW)


def judged(body: Any, source: str = "auto") -> Triaged:
    """Return what becomes of a body."""
    return triage(
        payload(body),
        source=source,
        parsers=PARSERS,
        redactor=FakeRedactor(),
        rulebook=_rules(),
        registry=Registry(),
        alert_id="al_1",
        received_at=NOW,
    )


def only(body: Any, source: str = "auto") -> Alert:
    """Return the one alert of a body."""
    (alert,) = judged(body, source).alerts
    return alert


def verdict(body: Any, source: str = "auto") -> tuple[str, str, str]:
    """Return outcome, category and severity."""
    found = judged(body, source)
    worst = found.worst
    assert worst is not None
    return (
        found.outcome,
        worst.assessment.category,
        worst.assessment.severity.value,
    )


def title(body: Any) -> str:
    """Return the title of the first alert."""
    return judged(body).alerts[0].envelope.title.for_rules()
