"""LiteLLM's standard logging payload: one call with the guardrails it went through.

Its messages and the response are never read. What else the proxy sends is in
`integrations/litellm.py`.

Source:
    https://docs.litellm.ai/docs/proxy/logging_spec.
"""

from collections.abc import Iterator
from datetime import datetime

from bot.domain.envelope import EntityKind, Outcome
from bot.envelopes.calls import Call
from bot.envelopes.detections import detections_in
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.noted import Noted
from bot.envelopes.outcomes import outcome_of
from bot.envelopes.shapes import Shape
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where

CALL = Shape(
    has=("call_type",),
    any_of=(
        "guardrail_information",
        "model_map_information",
        "hidden_params",
        "response_cost",
        "model_group",
        "spend",
        "metadata.guardrail_information",
    ),
)
WRAPPED = "standard_logging_object"
_NO_ANSWER = frozenset({"guardrail_failed_to_respond", "failure"})

_LOOKS = ("guardrail_information", "metadata.guardrail_information")


def noted_in(entry: Json, notes: tuple[str, ...], *, source: str) -> Iterator[Noted]:
    """Yield what the guardrails of a logged call said, and the call itself.

    Args:
        entry: One standard logging payload.
        notes: What had to be bent to read it.
        source: Name of the integration.
    """
    looks = first(entry, *_LOOKS)
    for look in looks if isinstance(looks, list) else [looks]:
        status = first_text(look, "guardrail_status")
        if status and status not in ("success", "not_run"):
            yield _look(entry, look, notes, source)
    yield _call(entry, notes, source)


def _look(entry: Json, look: Json, notes: tuple[str, ...], source: str) -> Verdict:
    status = first_text(look, "guardrail_status")
    name = first_text(look, "guardrail_name")
    masked = member(look, "masked_entity_count")
    kinds = [f"pii {one}" for one in masked] if isinstance(masked, dict) else []
    listed = [text_of(one) for one in every(look, "violation_categories[]")]
    found = (*listed, *detections_in(member(look, "guardrail_response")), *kinds)
    blind = status in _NO_ANSWER
    mode = first_text(look, "guardrail_mode", "guardrail_mode[0]").casefold()
    outcome = Outcome.ALLOWED if mode == "logging_only" else outcome_of(status)
    return Verdict(
        source=source,
        product=f"LiteLLM guardrail {name}".strip(),
        found=() if blind else found or (name,),
        blind=blind,
        where=Where.ANSWER if "post" in mode else Where.PROMPT,
        outcome=Outcome.UNKNOWN if blind else outcome,
        app=_app(entry),
        model=first_text(entry, "model_group", "model"),
        things=((EntityKind.GUARDRAIL, name), (EntityKind.KEY, _key(entry))),
        facts={"guardrail_status": status},
        event_id=first_text(entry, "id", "request_id", "trace_id"),
        group=first_text(entry, "metadata.session_id", "session_id"),
        at=_at(entry),
        notes=notes,
    )


def _call(entry: Json, notes: tuple[str, ...], source: str) -> Call:
    fails = first_text(entry, "status") == "failure"
    info = "error_information"
    error = first_text(entry, f"{info}.error_class", f"{info}.error_code") or "failure"
    # A guardrail that stopped it is told above, and is no failure.
    told = first_text(entry, "status_fields.guardrail_status")
    guarded = "guardrail" in error.casefold() or told == "guardrail_intervened"
    return Call(
        source=source,
        error=error if fails and not guarded else "",
        model=first_text(entry, "model_group", "model"),
        provider=first_text(entry, "custom_llm_provider", f"{info}.llm_provider"),
        app=_app(entry),
        things=((EntityKind.KEY, _key(entry)),),
        facts={"error_code": first_text(entry, f"{info}.error_code")},
        event_id=first_text(entry, "id", "request_id", "trace_id"),
        at=_at(entry),
        notes=notes,
    )


def _app(entry: Json) -> str:
    return first_text(entry, "metadata.user_api_key_team_alias", "metadata.app")


def _key(entry: Json) -> str:
    return first_text(entry, "metadata.user_api_key_alias")


def _at(entry: Json) -> datetime | None:
    return read_time(first(entry, "startTime", "start_time", "endTime"))
