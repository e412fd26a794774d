"""What a payload means, end to end but for the redactor: for tests of many cases."""

import json
from functools import cache
from typing import Any

from bot.domain.classification_rules import Rulebook
from bot.domain.registry import Registry
from bot.ports.integration import Payload
from bot.rules import read_rulebook
from bot.triage import Triaged, load_integrations, triage
from tests.fakes.redactor import FakeRedactor
from tests.integrations.samples import NOW

PARSERS = load_integrations()


@cache
def _rules() -> Rulebook:
    return read_rulebook()


def triaged(value: Any, *, source: str = "auto", **headers: str) -> Triaged:
    """Return what becomes of a JSON value (or bytes) that is posted with headers."""
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    named = {key.replace("_", "-"): text for key, text in headers.items()}
    return triage(
        Payload(body=raw, headers=named, received_at=NOW),
        source=source,
        parsers=PARSERS,
        redactor=FakeRedactor(),
        rulebook=_rules(),
        registry=Registry(),
        alert_id="al_1",
        received_at=NOW,
    )


def verdict(value: Any, **headers: str) -> str:
    """Return source, category and severity, or what the payload does instead."""
    found = triaged(value, **headers)
    if found.outcome in ("resolves", "updates", "unparsed"):
        return f"{found.source} {found.outcome}"
    assert found.worst is not None
    assessed = found.worst.assessment
    return f"{found.source} {assessed.category} {assessed.severity.value}"
