"""LiteLLM proxy: budget events, alerts in words, refusals and logged calls.

Four shapes: the webhook's events, the Slack texts that alerting posts, error bodies,
and the standard logging payload. The webhook has neither id nor time and reports every
single completion as `spend_tracked`. Alert texts quote prompts and events carry the
key's token: neither gets into an alert.

Source: https://docs.litellm.ai/docs/proxy/alerting and .../logging_spec.
"""

from collections.abc import Iterator, Mapping

import re2

from bot.domain.envelope import Entity, EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.alert_lines import lines_of
from bot.envelopes.calls import Call
from bot.envelopes.detections import detections_in, detections_said
from bot.envelopes.fields import first, first_text, member, text_of
from bot.envelopes.jsonbody import Json, loads
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.litellm_log import CALL, WRAPPED, noted_in
from bot.envelopes.mapping import body, digest, standing_for, word
from bot.envelopes.noted import Noted, envelopes_for
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.verdicts import Verdict
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="litellm",
    title="LiteLLM",
    docs="https://docs.litellm.ai/docs/proxy/alerting",
    summary="Budget events, alert texts, refusals and logged calls of LiteLLM's proxy.",
)
_EVENT = Shape(
    has=("event", "event_group"),
    any_of=("event_message", "spend", "token", "key_alias"),
)
_TEXT = Shape(words={"text": ("level: `*", "alert type: `*", "*level: `*")})
_ERROR = Shape(
    has=("error.message",),
    any_of=("error.message.error", "error.message.bedrock_guardrail_response"),
)
_ERROR_TEXT = Shape(
    words={
        "error.message": (
            *("litellm.*", "budget has been exceeded*", "{'error': *", "violated *"),
            *("blocked entity detected*", "content blocked*"),
        )
    }
)

recognizes = recognizer(
    *(_EVENT, _TEXT, _ERROR, _ERROR_TEXT, CALL),
    Shape(has=(f"{WRAPPED}.guardrail_information",)),
    Shape(has=(f"{WRAPPED}.call_type",)),
)

_SAYS: Mapping[str, str] = {
    "budget_crossed": "the budget of {who} is used up",
    "threshold_crossed": "{who} nears its budget",
    "soft_budget_crossed": "{who} is over its soft budget",
    "max_budget_alert": "{who} nears its budget",
    "projected_limit_exceeded": "{who} will exceed its budget at this rate",
    "spend_tracked": "spend of {who} tracked",
    "key_created": "key {who} was created",
    "key_rotated": "key {who} was rotated",
    "internal_user_created": "user {who} was created",
}
_WHO = (
    *("key_alias", "team_alias", "customer_id", "organization_alias", "user_id"),
    *("team_id", "organization_id"),
)
_TEXTS = (
    *("event", "event_group", "event_message", "spend", "max_budget", "soft_budget"),
    *("projected_spend", "projected_exceeded_date", "key_alias", "team_alias"),
    *("customer_id", "user_id", "team_id", "organization_id"),
)
_KINDS = {
    "key_alias": EntityKind.KEY,
    "team_alias": EntityKind.SERVICE,
    "customer_id": EntityKind.PRINCIPAL,
    "user_id": EntityKind.PRINCIPAL,
}
# Of an alert's text only these lines are read; the others may quote a prompt.
_LINES = ("alert type", "level", "model", "model name", "request model", "provider")
_TOLD: Mapping[str, str] = {
    "llm_exceptions": "calls of {what} fail",
    "outage_alerts": "outage of {what}",
    "region_outage_alerts": "outage of a region of {what}",
    "llm_too_slow": "{what} answers slowly",
    "llm_requests_hanging": "requests to {what} hang",
    "db_exceptions": "the database of the proxy fails",
    "cooldown_deployment": "{what} is left out for a while",
    "budget_alerts": "a budget is used up, or nearly",
    "failed_tracking_spend": "spend is no longer tracked",
}
_ERROR_CLASS = re2.compile(
    r"\b(?:litellm\.)?([A-Z][A-Za-z]{1,40}(?:Error|Exceeded|Exception)|Timeout)\b"
)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope an event, alert or refusal, and one a call that failed.

    Raises:
        Unparsed: Not JSON, or none of LiteLLM's shapes.
    """
    document = read_values(payload.body)
    entries = entries_of(document.value)
    noted = [one for entry in entries for one in _noted(entry, document.notes)]
    told = [
        _of_event(entry, document.notes) if fits(entry, _EVENT) else _of_text(entry)
        for entry in entries
        if fits(entry, _EVENT) or fits(entry, _TEXT)
    ]
    if not noted and not told:
        raise Unparsed(
            "The payload is not one of LiteLLM",
            because="it is neither an event nor an alert nor a logged call",
            next_move="Point WEBHOOK_URL or the generic API logger here.",
        )
    found = envelopes_for(noted) if noted else ()
    return standing_for((*told, *found)[:500], max(0, len(told) + len(found) - 500))


def _of_event(event: Json, notes: tuple[str, ...]) -> Envelope:
    name = first_text(event, "event")
    who = first_text(event, *_WHO) or first_text(event, "event_group") or "somebody"
    spend, most = first_text(event, "spend"), first_text(event, "max_budget")
    ours = _SAYS.get(name)
    says = ours.format(who=who) if ours else first_text(event, "event_message") or name
    figures = (
        f", {spend} of {most} spent" if spend and most and "budget" in says else ""
    )
    texts = {key: first_text(event, key) for key in _TEXTS}
    texts["observed_over_threshold"] = _ratio(event)
    things = (
        Entity.named(kind, first_text(event, key)) for key, kind in _KINDS.items()
    )
    same = [name, first_text(event, "event_group"), first_text(event, "token") or who]
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest(same),
        title=body(f"LiteLLM: {says}{figures}"),
        texts={key: body(text) for key, text in texts.items() if text.strip()},
        entities=tuple(one for one in things if one.id),
        notes=notes,
    )


def _ratio(event: Json) -> str:
    spend, most = member(event, "spend"), member(event, "max_budget")
    if not isinstance(spend, int | float) or not isinstance(most, int | float):
        return ""
    return f"{spend / most:.2f}" if most > 0 else ""


def _of_text(entry: Json) -> Envelope:
    """Read an alert in words by the lines that cannot hold a prompt."""
    text = first_text(entry, "text")
    lines = lines_of(text, _LINES)
    kind = lines.get("alert type", "") or _kind_in(text)
    named = (lines.get(one, "") for one in ("request model", "model name", "model"))
    model = next(filter(None, named), "")
    error = _error_in(text.partition("Messages:")[0])
    says = _TOLD.get(kind, kind.replace("_", " ") or "an alert")
    about = says.format(what=model or "a model") if kind in _TOLD else says
    facts = {"event": kind, "error.type": error, "model": model}
    facts |= {"level": lines.get("level", ""), "provider": lines.get("provider", "")}
    return Envelope(
        source=MANIFEST.name,
        dedup_key=digest([kind, model, error]),
        title=body(f"LiteLLM: {about}" + (f": {error}" if error else "")),
        texts={name: body(one) for name, one in facts.items() if one},
        entities=(Entity.named(EntityKind.MODEL, model),) if model else (),
        vendor_severity=word(lines.get("level", "")),
    )


def _error_in(text: str) -> str:
    """Return the class of the first error that is named."""
    return next((one.group(1) for one in _ERROR_CLASS.finditer(text)), "")


_IN_WORDS = (
    ("outage", "outage_alerts"),
    ("hanging", "llm_requests_hanging"),
    ("slow", "llm_too_slow"),
    ("budget", "budget_alerts"),
    ("report", "daily_reports"),
    ("exception", "llm_exceptions"),
    ("failed", "llm_exceptions"),
)


def _kind_in(text: str) -> str:
    """Return the kind that an older proxy's alert names in its first words."""
    head = text.partition("Message:")[2][:120].casefold()
    return next((kind for said, kind in _IN_WORDS if said in head), "")


def _noted(entry: Json, notes: tuple[str, ...]) -> Iterator[Noted]:
    if fits(entry, _ERROR) or fits(entry, _ERROR_TEXT):
        yield _refusal(entry, notes)
    logged = first(entry, WRAPPED) or entry
    if fits(logged, CALL):
        yield from noted_in(_opened(logged), notes, source=MANIFEST.name)


def _opened(call: Json) -> Json:
    """Return a call whose metadata is JSON and no text, as a row of the spend log."""
    said = member(call, "metadata")
    if not isinstance(said, str) or not isinstance(call, dict):
        return call
    try:
        return {**call, "metadata": loads(said).value}
    except Unparsed:
        return call


def _refusal(entry: Json, notes: tuple[str, ...]) -> Noted:
    message = first(entry, "error.message")
    said = text_of(message)
    code = first_text(entry, "error.code")
    guarded = ("guardrail", "violated", "blocked entity", "content blocked")
    if isinstance(message, dict) or any(one in said.casefold() for one in guarded):
        return Verdict(
            source=MANIFEST.name,
            product=MANIFEST.title,
            found=detections_in(message) or detections_said(_head(message)),
            outcome=Outcome.BLOCKED,
            facts={"status_code": code},
            notes=notes,
        )
    named = _error_in(said)
    is_budget = said.casefold().startswith("budget has been exceeded")
    error = "budget exceeded" if is_budget else named or code or "error"
    verb = "was refused" if is_budget else "failed"
    return Call(source=MANIFEST.name, error=error, verb=verb, notes=notes)


def _head(message: Json) -> str:
    """Return what a refusal says in words, not what it quotes."""
    return text_of(message) or first_text(message, "error")
