"""HiddenLayer: runtime evaluations, the prompt analyzer, and model scans.

Three generations of runtime answers (`outcome`, `analysis`, `categories`) and the
report of the model scanner. The analyzer itself stops nothing: what its policy would
block counts as blocked. Interactions and entities are never read.

Source:
    https://docs.hiddenlayer.ai and the types of the public SDK
    hiddenlayerai/hiddenlayer-sdk-python.
"""

from dataclasses import replace

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.mapping import SourceMap, body, envelopes_of, reader
from bot.envelopes.noted import envelopes_for
from bot.envelopes.outcomes import outcome_of
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="hiddenlayer",
    title="HiddenLayer",
    docs="https://docs.hiddenlayer.ai/docs/integrations/webhook_integrations",
    summary="Runtime evaluations, prompt analyzer results and model scan reports.",
)
_EVALUATED = Shape(has=("outcome.action", "outcome.threat_level"))
_ANALYZED = Shape(has=("analysis[].detected", "analysis[].name"), any_of=("metadata",))
_CATEGORIES = Shape(
    has=("verdict", "categories"),
    any_of=("policy", "results", "frameworks", "categories.prompt_injection"),
)
_SCAN = Shape(has=("scan_id", "inventory"), any_of=("detection_count", "file_results"))

recognizes = recognizer(_EVALUATED, _ANALYZED, _CATEGORIES, _SCAN)

_REPORT = SourceMap(
    source=MANIFEST.name,
    title=("inventory.model_name",),
    title_else="A model",
    texts=(
        "severity",
        "detection_count",
        "status",
        "detection_categories[]",
        "summary.detection_categories[]",
        "file_results[].detections[].category",
        "file_results[].detections[].rule_id",
        "file_results[].detections[].risk",
        "file_results[].detections[].severity",
        "file_results[].detections[].cve[]",
        "file_results[].file_location",
        "inventory.model_version",
        "inventory.model_source",
        "compliance.status",
    ),
    event_id=("scan_id",),
    dedup=("inventory.model_version_id",),
    severity=("severity", "summary.severity"),
    occurred_at=("end_time", "start_time"),
    entities={"inventory.model_name": EntityKind.MODEL},
)
_OTHERS = SourceMap(
    source=MANIFEST.name,
    title=("title", "name", "rule_name", "detection_type", "type"),
    title_else="A detection of HiddenLayer",
    texts=("type", "detection_type", "category", "rule_name", "rule_id", "action"),
    event_id=("detection_id", "event_id", "id"),
    severity=("severity", "threat_level", "risk_level"),
    occurred_at=("detected_at", "created_at", "timestamp"),
    entities={"model": EntityKind.MODEL, "model_name": EntityKind.MODEL},
)
_OF_ANSWER = ("output", "unsafe_output", "response")
# Said of the whole, when another category says of what.
_SUMS = frozenset({"unsafe_input", "unsafe_output"})


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an evaluation that found something, or a scan.

    Raises:
        Unparsed: Not JSON, or no object in it.
    """
    document = read_values(payload.body)
    entries = entries_of(document.value)
    if not entries:
        raise Unparsed(
            "The payload is not one of HiddenLayer",
            because="it holds no object",
            next_move="It is kept; check what the webhook sends.",
        )
    if fits(entries[0], _SCAN):
        return _scans(document)
    verdicts = [one for entry in entries for one in _verdicts(entry, document.notes)]
    return envelopes_for(verdicts) if verdicts else reader(_OTHERS)(payload)


def _scans(document: Document) -> tuple[Envelope, ...]:
    made = []
    for report in entries_of(document.value):
        name = first_text(report, "inventory.model_name", "inventory.model_id")
        count = first_text(report, "detection_count", "summary.detection_count") or "0"
        worst = first_text(report, "severity", "summary.severity")
        title = f"HiddenLayer found {count} problems in the model {name or '?'}"
        title += f", the worst {worst}" if worst and count != "0" else ""
        one = Document(value=report, notes=document.notes)
        made += [
            replace(each, title=body(title)) for each in envelopes_of(one, _REPORT)
        ]
    return tuple(made)


def _verdicts(entry: Json, notes: tuple[str, ...]) -> list[Verdict]:
    if fits(entry, _EVALUATED):
        return [_evaluated(entry, notes)]
    if fits(entry, _ANALYZED):
        return [_analyzed(entry, notes)]
    return [_analyzer(entry, notes)] if fits(entry, _CATEGORIES) else []


def _evaluated(entry: Json, notes: tuple[str, ...]) -> Verdict:
    """Read the newest answer: what was done says `action`."""
    rules = [text_of(one) for one in every(entry, "outcome.detections[].rule_name")]
    action = first_text(entry, "outcome.action")
    nothing = action.upper() == "NONE" and not rules
    outcome = Outcome.UNKNOWN if nothing else outcome_of(action)
    return _about(
        entry, notes, rules, outcome, first_text(entry, "outcome.threat_level")
    )


def _analyzed(entry: Json, notes: tuple[str, ...]) -> Verdict:
    hits = [
        one
        for one in every(entry, "analysis[]")
        if text_of(member(one, "detected")) == "true"
    ]
    phases = {text_of(member(one, "phase")).casefold() for one in hits}
    action = first_text(entry, "evaluation.action", "action")
    return _about(
        entry,
        notes,
        [text_of(member(one, "name")) for one in hits],
        outcome_of(action),
        first_text(entry, "evaluation.threat_level"),
        where=Where.ANSWER if phases == {"output"} else Where.PROMPT,
    )


def _analyzer(entry: Json, notes: tuple[str, ...]) -> Verdict:
    """Read the oldest answer: `verdict` is true when the policy minds it."""
    categories = member(entry, "categories")
    pairs = categories.items() if isinstance(categories, dict) else ()
    found = [name for name, one in pairs if one is True]
    told = [one for one in found if one not in _SUMS] or found
    minds = text_of(member(entry, "verdict")) == "true"
    of_answer = all(one.startswith(_OF_ANSWER) for one in told)
    return _about(
        entry,
        notes,
        told if minds else [],
        _by_policy(entry, told),
        "",
        flagged=minds,
        where=Where.ANSWER if told and of_answer else Where.PROMPT,
    )


def _by_policy(entry: Json, found: list[str]) -> Outcome:
    said = {
        first_text(entry, f"policy.block_{name}", f"policy.block_{name}_detection")
        for name in (*found, "unsafe")
    }
    masked = {first_text(entry, f"policy.redact_{name}") for name in found}
    if "true" in said | masked:
        return Outcome.BLOCKED
    return Outcome.ALLOWED if "false" in said else Outcome.UNKNOWN


def _about(
    entry: Json,
    notes: tuple[str, ...],
    found: list[str],
    outcome: Outcome,
    severity: str,
    *,
    flagged: bool | None = None,
    where: Where = Where.PROMPT,
) -> Verdict:
    requester = first_text(entry, "metadata.requester_id")
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=tuple(found),
        flagged=bool(found) if flagged is None else flagged,
        where=where,
        outcome=outcome,
        app=first_text(
            entry, "metadata.project.project_alias", "metadata.project.name"
        ),
        model=first_text(entry, "metadata.model", "model"),
        things=((EntityKind.PRINCIPAL, requester),),
        facts={"provider": first_text(entry, "metadata.provider", "provider")},
        event_id=first_text(entry, "metadata.evaluation_id", "metadata.event_id"),
        at=read_time(
            first_text(entry, "metadata.evaluated_at", "metadata.analyzed_at") or None
        ),
        severity=severity,
        notes=notes,
    )
