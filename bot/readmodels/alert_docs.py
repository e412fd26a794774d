"""An alert as JSON values, and back: how it is kept beside an incident."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bot.domain.envelope import (
    Alert,
    Assessment,
    Entity,
    EntityKind,
    Envelope,
    Mask,
    Outcome,
    Status,
)
from bot.domain.severity import Reason, Severity
from bot.domain.untrusted import Untrusted


def to_doc(alert: Alert) -> dict[str, Any]:
    """Return an alert as JSON values."""
    return {
        "id": alert.id,
        "received_at": alert.received_at.isoformat(),
        "system": alert.system,
        "masks": masks_to_doc(alert.masks),
        "envelope": envelope_to_doc(alert.envelope),
        "assessment": assessment_to_doc(alert.assessment),
    }


def from_doc(doc: dict[str, Any]) -> Alert:
    """Return the alert that `to_doc` described."""
    return Alert(
        id=doc["id"],
        received_at=datetime.fromisoformat(doc["received_at"]),
        system=doc["system"],
        masks=masks_from_doc(doc["masks"]),
        envelope=envelope_from_doc(doc["envelope"]),
        assessment=assessment_from_doc(doc["assessment"]),
    )


# --- its parts ---


def envelope_to_doc(envelope: Envelope) -> dict[str, Any]:
    """Return what was sent as JSON values."""
    at = envelope.occurred_at
    return {
        "source": envelope.source,
        "source_event_id": envelope.source_event_id,
        "dedup_key": envelope.dedup_key,
        "group_key": envelope.group_key,
        "status": envelope.status,
        "occurred_at": None if at is None else at.isoformat(),
        "title": envelope.title.for_redaction(),
        "texts": {k: v.for_redaction() for k, v in envelope.texts.items()},
        "entities": [[entity.kind, entity.id] for entity in envelope.entities],
        "vendor_severity": envelope.vendor_severity,
        "outcome": envelope.outcome,
        "links": list(envelope.links),
        "stands_for": envelope.stands_for,
        "notes": list(envelope.notes),
        "reader": envelope.reader,
    }


def assessment_to_doc(assessment: Assessment) -> dict[str, Any]:
    """Return what the rules say as JSON values."""
    return {
        "category": assessment.category,
        "rule": assessment.rule,
        "severity": assessment.severity,
        "reasons": [[r.code, r.text, r.steps] for r in assessment.reasons],
        "notices": list(assessment.notices),
        "origin": assessment.origin,
        "confidence": assessment.confidence,
        "owasp": list(assessment.owasp),
        "atlas": list(assessment.atlas),
        "lured": list(assessment.lured),
    }


def masks_to_doc(masks: Iterable[Mask]) -> list[list[Any]]:
    """Return what was masked as JSON values."""
    return [[mask.kind, mask.count, mask.path] for mask in masks]


def masks_from_doc(doc: Iterable[Sequence[Any]]) -> tuple[Mask, ...]:
    """Return what `masks_to_doc` described."""
    return tuple(Mask(kind=kind, count=n, path=path) for kind, n, path in doc)


def envelope_from_doc(doc: dict[str, Any]) -> Envelope:
    """Return what `envelope_to_doc` described."""
    at = doc["occurred_at"]
    return Envelope(
        source=doc["source"],
        source_event_id=doc["source_event_id"],
        dedup_key=doc["dedup_key"],
        group_key=doc["group_key"],
        status=Status(doc["status"]),
        occurred_at=None if at is None else datetime.fromisoformat(at),
        title=Untrusted(doc["title"]),
        texts={path: Untrusted(text) for path, text in doc["texts"].items()},
        entities=_entities(doc["entities"]),
        vendor_severity=doc["vendor_severity"],
        outcome=Outcome(doc["outcome"]),
        links=tuple(doc["links"]),
        stands_for=doc["stands_for"],
        notes=tuple(doc["notes"]),
        reader=doc.get("reader", ""),
    )


def _entities(pairs: Iterable[Sequence[str]]) -> tuple[Entity, ...]:
    return tuple(Entity(EntityKind(kind), name) for kind, name in pairs)


def assessment_from_doc(doc: dict[str, Any]) -> Assessment:
    """Return what `assessment_to_doc` described."""
    return Assessment(
        category=doc["category"],
        rule=doc["rule"],
        severity=Severity(doc["severity"]),
        reasons=tuple(
            Reason(code=code, text=text, steps=steps)
            for code, text, steps in doc["reasons"]
        ),
        notices=tuple(doc["notices"]),
        # What follows is not there in alerts of earlier versions.
        origin=doc.get("origin", ""),
        confidence=doc.get("confidence", 0.0),
        owasp=tuple(doc.get("owasp", ())),
        atlas=tuple(doc.get("atlas", ())),
        lured=tuple(doc.get("lured", ())),
    )
