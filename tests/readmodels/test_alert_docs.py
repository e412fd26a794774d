"""A stored alert is read as it was kept, also one of an earlier version."""

from datetime import UTC, datetime

from bot.domain.envelope import Alert, Assessment, Envelope
from bot.domain.severity import Reason, Severity
from bot.domain.untrusted import Untrusted
from bot.readmodels.alert_docs import from_doc, to_doc

ALERT = Alert(
    id="al_1",
    received_at=datetime(2026, 5, 4, tzinfo=UTC),
    envelope=Envelope(source="webhook", dedup_key="k", title=Untrusted("A title")),
    assessment=Assessment(
        category="prompt_injection",
        rule="injection.named",
        severity=Severity.SEV2,
        reasons=(Reason(code="outcome.allowed", text="nothing stopped it", steps=2),),
        origin="kinds/injection.yaml",
        confidence=0.9,
        owasp=("LLM01",),
        atlas=("AML.T0051",),
    ),
)


def test_what_is_kept_is_read() -> None:
    assert from_doc(to_doc(ALERT)) == ALERT


def test_an_alert_of_an_earlier_version_is_still_read() -> None:
    doc = to_doc(ALERT)
    for key in ("origin", "confidence", "owasp", "atlas"):
        del doc["assessment"][key]
    found = from_doc(doc).assessment
    assert found.rule == "injection.named"
    assert (found.origin, found.confidence, found.atlas) == ("", 0.0, ())
