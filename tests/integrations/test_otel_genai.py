"""What GenAI spans and log records say."""

from typing import Any

from tests.integrations.triaging import PRIVATE, judged, only, title, verdict

QUIET = ("ignored", "none", "NONE")


def attributes(**named: Any) -> list[dict[str, Any]]:
    made = []
    for name, one in named.items():
        values = (
            [{"stringValue": each} for each in one] if isinstance(one, list) else []
        )
        typed = {"arrayValue": {"values": values}} if values else {"stringValue": one}
        made.append({"key": name.replace("__", "."), "value": typed})
    return made


def span(*, failed: bool = False, **named: Any) -> dict[str, Any]:
    base = {
        "gen_ai__provider__name": "openai",
        "gen_ai__request__model": "gpt-4o",
        "gen_ai__input__messages": PRIVATE,
    }
    return {
        "traceId": "5b8e",
        "spanId": "eee1",
        "startTimeUnixNano": "1779271200000000000",
        "attributes": attributes(**{**base, **named}),
        "status": {"code": 2 if failed else 0, "message": PRIVATE},
    }


def exported(*spans: dict[str, Any]) -> dict[str, Any]:
    resource = {"attributes": attributes(service__name="claims")}
    scoped = [{"spans": list(spans)}]
    return {"resourceSpans": [{"resource": resource, "scopeSpans": scoped}]}


def record(event: str, **named: Any) -> dict[str, Any]:
    log = {"eventName": event, "attributes": attributes(**named), "body": PRIVATE}
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [log]}]}]}


def test_calls_that_ended_well_need_nobody() -> None:
    assert verdict(exported(span(), span())) == QUIET


def test_of_many_spans_the_failed_one_opens_something_small() -> None:
    found = judged(exported(span(), span(failed=True, error__type="timeout"), span()))
    (alert,) = found.alerts
    assert alert.assessment.severity.value == "SEV4"
    said = "A call of gpt-4o at openai for claims failed: timeout"
    assert alert.envelope.title.for_rules() == said
    assert alert.envelope.source_event_id == "5b8e eee1"


def test_the_provider_has_its_old_and_its_new_name() -> None:
    old = span(failed=True, gen_ai__provider__name="", gen_ai__system="az.ai.openai")
    assert "at az.ai.openai" in title(exported(old))


def test_what_a_content_filter_cut_is_no_failure_of_the_service() -> None:
    cut = span(gen_ai__response__finish_reasons=["content_filter"])
    assert verdict(exported(cut)) == ("opens", "harmful_output", "SEV4")
    long = span(gen_ai__response__finish_reasons=["length"])
    assert verdict(exported(long)) == QUIET


def test_an_evaluation_counts_when_it_rejects() -> None:
    def rated(label: str) -> dict[str, Any]:
        return record(
            "gen_ai.evaluation.result",
            gen_ai__evaluation__name="Relevance",
            gen_ai__evaluation__score__label=label,
            gen_ai__evaluation__explanation=PRIVATE,
        )

    assert verdict(rated("not_relevant"))[1] == "misinformation"
    assert verdict(rated("relevant")) == QUIET


def test_records_of_messages_need_nobody() -> None:
    assert verdict(record("gen_ai.user.message", gen_ai__system="openai")) == QUIET


def test_repeats_of_one_error_are_one_problem() -> None:
    first, second = (
        only(exported({**span(failed=True), "spanId": one})).envelope for one in "ab"
    )
    assert first.dedup_key == second.dedup_key
    assert first.source_event_id != second.source_event_id


def test_telemetry_without_a_model_is_somebody_else_s() -> None:
    plain = {"traceId": "a", "attributes": attributes(http__route="/x")}
    assert judged(exported(plain)).source == "webhook"
    assert verdict(exported(plain), "otel_genai") == QUIET
