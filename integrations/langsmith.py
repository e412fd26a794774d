"""LangSmith: alerts of a project, and rules that post the runs they match.

The fields of an alert are merged into whatever template the user wrote, so only they
are read. There is no "resolved". A rule's runs hold inputs and outputs, which are not
read; what failed and how often is.

Source:
    https://docs.langchain.com/langsmith/alerts-webhook and .../webhooks.
"""

from collections import Counter

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.batches import gathered
from bot.envelopes.fields import every, first, first_text, text_of
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.mapping import body, digest, identifier
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="langsmith",
    title="LangSmith",
    docs="https://docs.langchain.com/langsmith/alerts-webhook",
    summary="Alerts of LangSmith projects, and runs that a rule matched.",
)
_ALERT = Shape(
    any_of=("alert_rule_id", "alert_rule_name"),
    has=("alert_rule_attribute",),
)
_RUNS = Shape(
    has=("rule_id", "runs"),
    any_of=("start_time", "feedback_stats", "runs[].run_type", "runs[].session_id"),
)
_FIELDS = (
    *("alert_rule_name", "alert_rule_type", "alert_rule_attribute", "project_name"),
    *("triggered_metric_value", "triggered_threshold", "triggered_window", "severity"),
)
_WORDS = {"error_count": "errors", "feedback_score": "feedback", "latency": "latency"}
_MOST_NAMED = 3

recognizes = recognizer(_ALERT, _RUNS)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an alert, or one for the runs that a rule matched.

    Raises:
        Unparsed: Not JSON, or neither of the two.
    """
    document = read_values(payload.body)
    made = [
        _of_alert(one, document) if fits(one, _ALERT) else _of_runs(one, document)
        for one in entries_of(document.value)
        if fits(one, _ALERT) or fits(one, _RUNS)
    ]
    if not made:
        raise Unparsed(
            "The payload is not one of LangSmith",
            because="it holds no alert_rule_attribute and no runs",
            next_move="Keep the default fields in the template of the alert's webhook.",
        )
    return gathered(made)


def _of_alert(alert: Json, document: Document) -> Envelope:
    project = first_text(alert, "project_name")
    name = first_text(alert, "alert_rule_name", "alert_rule_id")
    attribute = first_text(alert, "alert_rule_attribute")
    value = first_text(alert, "triggered_metric_value")
    limit = first_text(alert, "triggered_threshold")
    figures = f" {value} (threshold {limit})" if value and limit else ""
    what = _WORDS.get(attribute, attribute)
    about = f" of {project}" if project else ""
    texts = {key: first_text(alert, key) for key in _FIELDS}
    return Envelope(
        source=MANIFEST.name,
        dedup_key=identifier(first_text(alert, "alert_rule_id"))
        or digest([project, name]),
        occurred_at=read_time(first(alert, "timestamp")),
        title=body(f"LangSmith: {name}: {what}{about}{figures}"),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=_service(project),
        notes=document.notes,
    )


def _of_runs(rule: Json, document: Document) -> Envelope:
    runs = every(rule, "runs[]")
    failed = [one for one in runs if _failed(one)]
    names = Counter(first_text(one, "name", "run_type") for one in runs)
    most = [name for name, _ in names.most_common(_MOST_NAMED) if name]
    shown = ", ".join(most) or "a project"
    count = f"{len(failed)} of {len(runs)}" if failed else str(len(runs))
    says = "failed" if failed else "were matched by a rule"
    scored = bool(first(rule, "feedback_stats", "runs[0].feedback_stats"))
    texts = {
        "rule_id": first_text(rule, "rule_id"),
        "runs_failed": str(len(failed)),
        "runs_matched": str(len(runs)),
        "scored": "true" if scored else "",
        "error_type": _error(failed),
    }
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(rule, "runs[0].id")),
        dedup_key=identifier(f"rule {first_text(rule, 'rule_id')}"),
        occurred_at=read_time(first(rule, "end_time", "start_time")),
        title=body(f"LangSmith: {count} runs of {shown} {says}"),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=_service(first_text(rule, "project_name", "runs[0].session_name")),
        notes=document.notes,
    )


def _failed(run: Json) -> bool:
    status = first_text(run, "status").casefold()
    return status == "error" or bool(first_text(run, "error"))


def _error(failed: list[Json]) -> str:
    """Return the class of the first error; its message may quote a prompt."""
    said = next((text_of(first(one, "error")) for one in failed), "")
    named = said.partition(":")[0].partition("(")[0].strip()
    return named if named.isidentifier() else ""


def _service(name: str) -> tuple[Entity, ...]:
    return (Entity.named(EntityKind.SERVICE, name),) if name.strip() else ()
