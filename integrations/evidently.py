"""Evidently: the tests of a report, and drift where it has no tests.

Only failed tests count; a report in which all succeed asks for nothing. Two tests may
share an id, so a test is known by its name. "Drift score is 0.00" is a p-value: there
low means drift, with a distance high does.

Source:
    https://docs.evidentlyai.com, "Report" and "Tests", JSON of versions 0.4 to 0.7.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.domain.envelope import Entity, EntityKind, Envelope
from bot.domain.errors import Unparsed
from bot.envelopes.batches import gathered
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.mapping import body, digest, identifier
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import detector
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="evidently",
    title="Evidently",
    docs="https://docs.evidentlyai.com/docs/library/output_formats",
    summary="Reports and test suites of Evidently as JSON.",
)
P_VALUE = "the score is a p-value: low means drift"
BROKEN = "a test could not be evaluated"
_SHAPES = (
    Shape(has=("_evidently_version",)),
    Shape(words={"metrics[].config.type": ("evidently:*",)}),
    Shape(has=("tests[].bound_test", "tests[].status")),
    Shape(has=("tests[].status", "summary.all_passed")),
    Shape(
        has=("metrics[].metric", "metrics[].result"), any_of=("timestamp", "version")
    ),
)
_FAILED = "FAIL"
_MOST, _NAMED = 20, 3

recognizes = recognizer(*_SHAPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """One failed test, or one column that drifted."""

    name: str
    column: str = ""
    method: str = ""
    value: str = ""
    threshold: str = ""


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a report.

    Raises:
        Unparsed: Not JSON, or no report in it.
    """
    document = read_values(payload.body)
    made = [
        _envelope(one, document)
        for one in entries_of(document.value)
        if any(fits(one, shape) for shape in _SHAPES)
    ]
    if not made:
        raise Unparsed(
            "The payload is not one of Evidently",
            because="it holds neither tests nor metrics",
            next_move="Post the report's json().",
        )
    return gathered(made)


def _envelope(report: Json, document: Document) -> Envelope:
    tests = every(report, "tests[]")
    found = _failed(report, tests) if tests else list(_drifted(report))
    columns = tuple(dict.fromkeys(one.column for one in found if one.column))
    model = first_text(report, *_MODEL)
    p_values = any("p_value" in one.method for one in found)
    broken = "ERROR" in {first_text(one, "status").upper() for one in tests}
    texts = {"tests_failed": str(len(found)), "tests": str(len(tests))}
    for place, one in enumerate(found[:_MOST], 1):
        texts["test" + ("" if place == 1 else f"#{place}")] = _told(one)
    texts["columns"] = ", ".join(columns[:_MOST])
    return Envelope(
        source=MANIFEST.name,
        source_event_id=identifier(first_text(report, "id", "run_id")),
        dedup_key=digest([model, sorted({one.name for one in found})]),
        occurred_at=read_time(first(report, "timestamp", "metadata.timestamp")),
        title=body(_title(found, columns, len(tests), model)),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=(Entity.named(EntityKind.MODEL, model),) if model else (),
        notes=(*document.notes, *((P_VALUE,) * p_values), *((BROKEN,) * broken)),
    )


_MODEL = (
    *("metadata.model_id", "metadata.model", "model", "project_name", "name"),
    "metadata.project",
)


def _failed(report: Json, tests: Sequence[Json]) -> list[_Finding]:
    values = {
        first_text(one, "id"): text_of(member(one, "value"))
        for one in every(report, "metrics[]")
    }
    return [
        _of_test(one, values)
        for one in tests
        if first_text(one, "status").upper() == _FAILED
    ]


def _of_test(test: Json, values: dict[str, str]) -> _Finding:
    params = first(test, "metric_config.params", "parameters")
    print_of_metric = first_text(test, "metric_config.metric_id", "metric_fingerprint")
    return _Finding(
        name=detector(first_text(test, "name", "id")),
        column=detector(first_text(params, "column", "column_name")),
        method=detector(first_text(params, "method", "stattest", "stattest_name")),
        value=values.get(print_of_metric, "") or first_text(params, "score"),
        threshold=first_text(params, "threshold", "stattest_threshold", "drift_share"),
    )


def _drifted(report: Json) -> Iterator[_Finding]:
    """Yield what drifted in a report that has no tests."""
    for metric in every(report, "metrics[]"):
        result = member(metric, "result")
        if text_of(member(result, "dataset_drift")) == "true":
            yield _Finding(name="dataset drift")
        for name, column in _columns(result):
            if text_of(member(column, "drift_detected")) == "true":
                yield _of_column(name, column)
        if _has_drifted(metric):
            yield _of_metric(metric)


def _columns(result: Json) -> Iterator[tuple[str, Json]]:
    by_name = member(result, "drift_by_columns")
    yield from by_name.items() if isinstance(by_name, dict) else ()
    if isinstance(result, dict) and "drift_detected" in result:
        yield first_text(result, "column_name"), result


def _of_column(name: str, column: Json) -> _Finding:
    return _Finding(
        name=f"drift of {detector(name)}",
        column=detector(name),
        method=detector(first_text(column, "stattest_name")),
        value=first_text(column, "drift_score"),
        threshold=first_text(column, "stattest_threshold"),
    )


def _has_drifted(metric: Json) -> bool:
    """Tell for a metric of the new format whether its value is beyond its limit."""
    kind = first_text(metric, "config.type").rpartition(":")[2]
    if kind == "DriftedColumnsCount":
        share, limit = first(metric, "value.share"), first(metric, "config.drift_share")
        return _is_number(share, limit) and float(str(share)) >= float(str(limit))
    value, limit = first(metric, "value"), first(metric, "config.threshold")
    if kind != "ValueDrift" or not _is_number(value, limit):
        return False
    low = "p_value" in first_text(metric, "config.method")
    drift, edge = float(str(value)), float(str(limit))
    return drift < edge if low else drift >= edge


def _is_number(*values: Json) -> bool:
    return all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in values
    )


def _of_metric(metric: Json) -> _Finding:
    column = detector(first_text(metric, "config.column"))
    return _Finding(
        name=f"drift of {column}" if column else "share of drifted columns",
        column=column,
        method=detector(first_text(metric, "config.method")),
        value=first_text(metric, "value.share", "value"),
        threshold=first_text(metric, "config.threshold", "config.drift_share"),
    )


def _told(one: _Finding) -> str:
    how = f" ({one.method})" if one.method else ""
    value = f", value {one.value}" if one.value else ""
    limit = f", threshold {one.threshold}" if one.threshold else ""
    return f"{one.name}{how}{value}{limit}"


def _title(
    found: Sequence[_Finding], columns: Sequence[str], tests: int, model: str
) -> str:
    about = f" for {model}" if model else ""
    if not found:
        return f"Evidently: nothing failed{about}"
    count = f"{len(found)} of {tests} tests failed" if tests else "drift found"
    drifted = all(one.column and one.method for one in found)
    named = list(columns) if drifted else [one.name for one in found]
    more = len(named) - _NAMED
    names = ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")
    what = "drift in " if drifted else ""
    return f"Evidently: {count}{about}: {what}{names}"
