"""OpenTelemetry GenAI: spans and log records over OTLP/HTTP JSON.

A call that ended well asks for nobody. One that failed, was cut by a content filter, or
whose answer an evaluation rejects, does. Reads the conventions up to 1.36
(`gen_ai.system`) and from 1.37 (`gen_ai.provider.name`). Messages, prompts, tool
arguments and bodies of events are never read.

Source:
    https://github.com/open-telemetry/semantic-conventions-genai and the JSON encoding
    of the OTLP specification.
"""

from collections.abc import Iterator, Mapping

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.calls import Call
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import Noted, envelopes_for
from bot.envelopes.otlp import ALONE, EXPORT, Record, records_in
from bot.envelopes.shapes import fits, recognizer
from bot.envelopes.verdicts import Verdict, Where, detector, readable
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="otel_genai",
    title="OpenTelemetry GenAI",
    docs="https://opentelemetry.io/docs/specs/semconv/gen-ai/",
    summary="GenAI spans and log records over OTLP/HTTP JSON.",
)
_ATTRIBUTE = "gen_ai."
_REASONS = "gen_ai.response.finish_reasons"
_EVALUATION = "gen_ai.evaluation.result"
_FILTERED = frozenset({"content_filter", "content_filtered", "safety", "guardrail"})
# How evaluators say that an answer is good; any other label is not.
_GOOD = frozenset(
    {"pass", "passed", "true", "yes", "good", "correct", "relevant", "grounded"}
    | {"safe", "ok", "success", "excellent", "faithful", "factual", "very good"}
    | {"acceptable", "complete", "low", "none", "no_hallucination", "not_toxic"}
)
_MOST_RECORDS = 5_000
_KINDS: Mapping[str, EntityKind] = {
    "gen_ai.agent.name": EntityKind.AGENT,
    "gen_ai.agent.id": EntityKind.AGENT,
    "server.address": EntityKind.ENDPOINT,
}
_FACTS: Mapping[str, str] = {
    "gen_ai.operation.name": "operation",
    "gen_ai.tool.name": "tool",
    "gen_ai.usage.input_tokens": "input_tokens",
    "gen_ai.usage.output_tokens": "output_tokens",
    "server.address": "server",
    "http.response.status_code": "status_code",
    "gen_ai.evaluation.name": "evaluation",
    "gen_ai.evaluation.score.label": "score_label",
    "gen_ai.evaluation.score.value": "score",
}

_SHAPED = recognizer(EXPORT, ALONE)


def recognizes(payload: Payload) -> bool:
    """Tell whether a payload is OTLP, or one span or event, with GenAI attributes."""
    if _ATTRIBUTE.encode() not in payload.body or not _SHAPED(payload):
        return False
    first = entries_of(read_values(payload.body).value)[0]
    return fits(first, EXPORT) or any(_speaks(one) for one in records_in(first))


def _speaks(record: Record) -> bool:
    return any(name.startswith(_ATTRIBUTE) for name in record.attributes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a record that somebody must know of.

    Raises:
        Unparsed: Not JSON, or neither OTLP nor a span.
    """
    document = read_values(payload.body)
    entries = entries_of(document.value)
    if not any(fits(one, EXPORT) or fits(one, ALONE) for one in entries):
        raise Unparsed(
            "The payload is not one of OpenTelemetry",
            because="it holds neither resourceSpans nor resourceLogs nor a span",
            next_move="Export with OTLP/HTTP as JSON.",
        )
    records = [one for entry in entries for one in records_in(entry)][:_MOST_RECORDS]
    noted = [one for record in records for one in _noted(record, document.notes)]
    return envelopes_for(noted or [Call(source=MANIFEST.name, notes=document.notes)])


def _noted(record: Record, notes: tuple[str, ...]) -> Iterator[Noted]:
    if not _speaks(record):
        return
    if record.event == _EVALUATION:
        yield _evaluation(record, notes)
    elif record.is_span or "exception" in record.event:
        yield _call(record, notes)
    if (record.is_span or not record.event) and _is_filtered(record):
        yield _filtered(record, notes)


def _call(record: Record, notes: tuple[str, ...]) -> Call:
    error = _error(record)
    tool = record.attributes.get("gen_ai.tool.name", "")
    return Call(
        source=MANIFEST.name,
        error="" if _is_filtered(record) else error,
        what=f"the tool {tool}" if tool else "",
        model=_model(record),
        provider=_provider(record),
        app=record.service,
        things=_things(record),
        facts=_facts(record),
        event_id=f"{record.trace_id} {record.span_id}".strip(),
        group=record.attributes.get("gen_ai.conversation.id", ""),
        at=record.at,
        notes=notes,
    )


def _error(record: Record) -> str:
    attributes = record.attributes
    named = attributes.get("error.type") or attributes.get("exception.type")
    status = attributes.get("http.response.status_code", "")
    return named or (status or "an error" if record.failed else "")


def _is_filtered(record: Record) -> bool:
    said = {one.casefold() for one in (*_reasons(record), _error(record))}
    return not said.isdisjoint(_FILTERED)


def _reasons(record: Record) -> tuple[str, ...]:
    """Return why the model stopped; older emitters write the list as one text."""
    listed = record.lists.get(_REASONS)
    if listed is not None:
        return listed
    said = record.attributes.get(_REASONS, "")
    return tuple(one.strip(" []\"'") for one in said.split(","))


def _filtered(record: Record, notes: tuple[str, ...]) -> Verdict:
    provider = _provider(record)
    return _verdict(
        record,
        notes,
        product=f"The content filter of {provider or 'the provider'}",
        found=("content filter",),
        outcome=Outcome.BLOCKED,
    )


def _evaluation(record: Record, notes: tuple[str, ...]) -> Noted:
    name = record.attributes.get("gen_ai.evaluation.name", "an evaluation")
    label = record.attributes.get("gen_ai.evaluation.score.label", "").strip()
    if _error(record):
        # The evaluator itself failed: nothing is known of the answer.
        return _call(record, notes)
    good = not label or label.casefold() in _GOOD
    return _verdict(
        record,
        notes,
        product=f"Evaluation {name}",
        found=() if good else (f"{name}: {label}",),
        says="" if good else _rejected(record, name, label),
        flagged=not good,
        outcome=Outcome.ALLOWED,
    )


def _rejected(record: Record, name: str, label: str) -> str:
    about = record.service or _model(record)
    of = f" of {detector(about)}" if about else ""
    return f"The evaluation {detector(name)} calls an answer{of} {readable(label)}"


def _verdict(
    record: Record,
    notes: tuple[str, ...],
    *,
    product: str,
    found: tuple[str, ...],
    outcome: Outcome,
    flagged: bool = True,
    says: str = "",
) -> Verdict:
    return Verdict(
        source=MANIFEST.name,
        product=product,
        found=found,
        flagged=flagged,
        says=says,
        where=Where.ANSWER,
        outcome=outcome,
        app=record.service,
        model=_model(record),
        things=_things(record),
        facts=_facts(record),
        event_id=f"{record.trace_id} {record.span_id}".strip(),
        group=record.attributes.get("gen_ai.conversation.id", ""),
        at=record.at,
        notes=notes,
    )


def _model(record: Record) -> str:
    names = ("gen_ai.request.model", "gen_ai.response.model")
    return next(
        (record.attributes[one] for one in names if record.attributes.get(one)), ""
    )


def _provider(record: Record) -> str:
    names = ("gen_ai.provider.name", "gen_ai.system")
    return next(
        (record.attributes[one] for one in names if record.attributes.get(one)), ""
    )


def _things(record: Record) -> tuple[tuple[EntityKind, str], ...]:
    return tuple(
        (kind, record.attributes.get(name, "")) for name, kind in _KINDS.items()
    )


def _facts(record: Record) -> dict[str, str]:
    facts = {short: record.attributes.get(name, "") for name, short in _FACTS.items()}
    return facts | {"trace_id": record.trace_id, "span_id": record.span_id}
