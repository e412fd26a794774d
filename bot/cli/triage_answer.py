"""What `tocsin triage` prints: one object a file, or a few lines for a person.

The keys are fixed: scripts depend on them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from bot.cli.triage_why import told_why

if TYPE_CHECKING:
    from bot.domain.envelope import Alert
    from bot.domain.links import LinkHosts
    from bot.domain.registry import Registry
    from bot.domain.summary import Summary, Written
    from bot.triage import Triaged


def answered(
    triaged: "Triaged",
    *,
    registry: "Registry",
    now: datetime,
    links: "LinkHosts",
    written: "Written | None" = None,
    no_model: str = "",
) -> dict[str, object]:
    """Return the keys that say what a payload means; scripts depend on them.

    Args:
        written: What a model wrote of it, checked.
        no_model: Why there is nothing of a model, where one was to be asked.
    """
    from bot.assistant.improving import improved
    from bot.assistant.summary import summarize

    worst = triaged.worst
    system = registry.get(worst.system) if worst and worst.system else None
    summary = improved(summarize(triaged.alerts, system=system, now=now), written)
    counts: Counter[str] = Counter()
    for alert in triaged.alerts:
        for mask in alert.masks:
            counts[mask.kind] += mask.count
    judged = _judged(worst) if worst else _NOTHING
    return {
        "source": triaged.source,
        "outcome": triaged.outcome,
        "problem": triaged.problem,
        "alerts": [_shown(alert, links) for alert in triaged.alerts],
        **judged,
        "summary": {**_summary(summary), "no_model": no_model},
        "redactions": [{"kind": k, "count": n} for k, n in sorted(counts.items())],
    }


_NOTHING: dict[str, object] = {
    "category": "none",
    "category_rule": "default.nothing",
    "severity": "NONE",
    "severity_reasons": ["the payload asks for nothing"],
    "notices": [],
    "category_file": "",
    "confidence": 0.0,
    "confidence_word": "low",
    "owasp": [],
    "atlas": [],
}


def _judged(alert: "Alert") -> dict[str, object]:
    from bot.domain.classification_category import confidence_word

    found = alert.assessment
    return {
        "category": found.category,
        "category_rule": found.rule,
        "severity": found.severity.value,
        "severity_reasons": [
            f"{one.text} ({one.steps:+d})" if one.steps else one.text
            for one in found.reasons
        ],
        "notices": list(found.notices),
        "category_file": found.origin,
        "confidence": found.confidence,
        "confidence_word": confidence_word(found.confidence),
        "owasp": list(found.owasp),
        "atlas": list(found.atlas),
    }


def _shown(alert: "Alert", links: "LinkHosts") -> dict[str, object]:
    from bot.domain.grouping import dedup_digest

    envelope = alert.envelope
    at = envelope.occurred_at
    return {
        "id": alert.id,
        "title": envelope.title.for_slack(),
        "status": envelope.status.value,
        "occurred_at": at.isoformat() if at else None,
        "clock_is_off": alert.clock_is_off,
        "source_event_id": envelope.source_event_id,
        "dedup_key": envelope.dedup_key,
        "fingerprint": dedup_digest(envelope),
        "links": [link for link in envelope.links if links.allows(link)],
        "outcome": envelope.outcome.value,
        "vendor_severity": envelope.vendor_severity,
        "entities": [
            {"kind": one.kind.value, "id": one.id} for one in envelope.entities
        ],
        "system": alert.system,
        "stands_for": envelope.stands_for,
        **_judged(alert),
    }


def _summary(summary: "Summary") -> dict[str, object]:
    claims = [
        {"text": claim.text.for_slack(), "evidence": list(claim.evidence)}
        for claim in summary.claims
    ]
    return {
        "by": summary.by,
        "text": "\n".join(f"• {claim['text']}" for claim in claims),
        "claims": claims,
        "unknown": list(summary.unknown),
        "asks": [one.for_slack() for one in summary.asks],
        "written": summary.written,
        "prompt": summary.prompt,
    }


def told(answer: Mapping[str, object]) -> str:
    """Return an answer as a few lines for a person."""
    from bot.redact import told as kinds_told

    lines = [
        f"{answer['file']}  {answer['source']}, {answer['outcome']}",
        f"  {answer['severity']} · {answer['category']} (rule {_rule(answer)})",
    ]
    lines += [f"    {reason}" for reason in _list(answer["severity_reasons"])]
    why = answer.get("why")
    lines += told_why(why) if isinstance(why, dict) else []
    summary = answer["summary"]
    if isinstance(summary, dict):
        lines += [f"  {line}" for line in str(summary["text"]).splitlines()]
        lines += [f"  ({summary['no_model']})"] if summary["no_model"] else []
        unknown = ", ".join(str(one) for one in _list(summary["unknown"]))
        lines += [f"  Unknown: {unknown}"] if unknown else []
    books = [one for one in _list(answer["runbooks"]) if isinstance(one, dict)]
    lines += [f"  Runbook: {one['id']} {one['title']}: {one['why']}" for one in books]
    ids = [*_list(answer["owasp"]), *_list(answer["atlas"])]
    lines += [f"  Threats: {', '.join(map(str, ids))}"] if ids else []
    masks = [one for one in _list(answer["redactions"]) if isinstance(one, dict)]
    masked = kinds_told({one["kind"]: one["count"] for one in masks})
    lines += [f"  Masked: {masked}"] if masked else []
    lines += [f"  Note: {one}" for one in _list(answer["notices"])]
    return "\n".join(lines)


def _rule(answer: Mapping[str, object]) -> str:
    rule, file = answer["category_rule"], answer["category_file"]
    if not file:
        return str(rule)
    sure = f"confidence {answer['confidence_word']} {answer['confidence']}"
    return f"{rule} of {file}; {sure}"


def _list(value: object) -> Iterable[object]:
    return value if isinstance(value, list) else ()
