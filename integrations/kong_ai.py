"""Kong AI gateway: entries of its logging plugins for calls of models and tools.

An entry holds every call; one asks for somebody when a guard stopped it, a guard saw
something, data was not masked, a tool was denied, or the model failed. The plain
prompt guard leaves no trace but a 400 before any model was asked. Payloads, masked
originals and JSON-RPC bodies are never read.

Source:
    https://developer.konghq.com/ai-gateway/ai-audit-log-reference/ and the reference
    of the HTTP Log plugin.
"""

from collections.abc import Iterator

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.calls import Call
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="kong_ai",
    title="Kong AI Gateway",
    docs="https://developer.konghq.com/ai-gateway/ai-audit-log-reference/",
    summary="Log entries of Kong's AI plugins, one call or many.",
)
_ENTRY = Shape(
    has=("ai", "response.status"),
    any_of=("latencies", "route", "service", "upstream_uri", "started_at"),
)
_REFUSAL = Shape(
    words={"error.message": ("prompt pattern is blocked*", "prompt doesn't match any*")}
)
_PLACES = ("ai.proxy", "ai")
_DIRECTIONS = (
    ("input", Where.PROMPT),
    ("request", Where.PROMPT),
    ("output", Where.ANSWER),
    ("response", Where.ANSWER),
)
_TOO_MANY, _REFUSED, _FAILS = 429, 400, 500

recognizes = recognizer(_ENTRY, _REFUSAL)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a call that somebody must know of.

    Raises:
        Unparsed: Not JSON, or no entry in it is of an AI plugin.
    """
    document = read_values(payload.body)
    made: list[Verdict | Call] = []
    for entry in entries_of(document.value):
        if fits(entry, _REFUSAL):
            refused = Outcome.BLOCKED
            made.append(_verdict(entry, document.notes, ["prompt guard"], refused))
        elif fits(entry, _ENTRY):
            made += list(_noted(entry, document.notes)) or [
                _call(entry, document.notes)
            ]
    if not made:
        raise Unparsed(
            "The payload is not one of Kong AI Gateway",
            because="it holds no log entry with an ai part",
            next_move="Post the entries of Kong's http-log plugin.",
        )
    return envelopes_for(made)


def _noted(entry: Json, notes: tuple[str, ...]) -> Iterator[Verdict]:
    for where, found in _stopped(entry):
        yield _verdict(entry, notes, found, Outcome.BLOCKED, where)
    seen = [name for name, level in _categories(entry) if level not in ("", "0")]
    status = _status(entry)
    if seen:
        stopped = status == _REFUSED
        outcome = Outcome.BLOCKED if stopped else Outcome.ALLOWED
        yield _verdict(entry, notes, seen, outcome)
    elif status == _REFUSED and not _reached_a_model(entry) and not _why(entry):
        yield _verdict(entry, notes, ["prompt guard"], Outcome.BLOCKED)
    left = _count(entry, "ai.sanitizer.pii_identified") - _count(
        entry, "ai.sanitizer.pii_sanitized"
    )
    if left > 0:
        yield _verdict(entry, notes, ["pii not sanitized"], Outcome.ALLOWED)
    denied = [
        first_text(one, "primitive_name", "primitive")
        for one in every(entry, "ai.mcp.audit[]")
        if text_of(member(one, "action")) == "deny"
    ]
    if denied:
        names = [f"tool call denied: {one}" for one in denied]
        yield _verdict(entry, notes, names, Outcome.BLOCKED, Where.TOOL)


def _stopped(entry: Json) -> Iterator[tuple[Where, list[str]]]:
    """Yield by direction what the guards say stopped it."""
    found: dict[Where, list[str]] = {}
    for name, plugin in _plugins(entry):
        for side, where in _DIRECTIONS:
            details = every(plugin, f"{side}_block_detail[]")
            fired = [first_text(one, "detector_type") for one in details]
            reason = first_text(plugin, f"{side}_block_reason")
            # A reason in a sentence may quote what was asked.
            told = [reason] if reason and " " not in reason else []
            named = [one for one in fired if one] or told or [name] * bool(reason)
            if named:
                found.setdefault(where, []).extend(named)
    yield from found.items()


def _plugins(entry: Json) -> Iterator[tuple[str, Json]]:
    for place in _PLACES:
        for one in every(entry, place):
            yield from (one.items() if isinstance(one, dict) else ())


def _categories(entry: Json) -> Iterator[tuple[str, str]]:
    for one in every(entry, "ai.audit.azure_content_safety"):
        pairs = one.items() if isinstance(one, dict) else ()
        yield from ((name, text_of(level)) for name, level in pairs)


def _why(entry: Json) -> bool:
    return any(True for _ in _stopped(entry))


def _reached_a_model(entry: Json) -> bool:
    return bool(first_text(entry, "ai.proxy.meta.llm_latency", "upstream_status"))


def _status(entry: Json) -> int:
    said = first_text(entry, "response.status")
    return int(said) if said.isdecimal() and len(said) <= 3 else 0  # noqa: PLR2004 - a status has three digits


def _count(entry: Json, path: str) -> int:
    said = first_text(entry, path)
    return int(said) if said.isdecimal() else 0


def _verdict(
    entry: Json,
    notes: tuple[str, ...],
    found: list[str],
    outcome: Outcome,
    where: Where = Where.PROMPT,
) -> Verdict:
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=tuple(found),
        where=where,
        outcome=outcome,
        app=_app(entry),
        model=_model(entry),
        things=(
            (EntityKind.GUARDRAIL, first_text(entry, _GUARDRAIL, _PROJECT)),
            (EntityKind.PRINCIPAL, first_text(entry, *_CONSUMER)),
        ),
        facts={"status_code": first_text(entry, "response.status")},
        event_id=_id(entry),
        at=read_time(member(entry, "started_at")),
        notes=notes,
    )


_GUARDRAIL = "ai.proxy.aws-guardrails.guardrails_id"
_PROJECT = "ai.proxy.lakera-guard.lakera_project_id"
_CONSUMER = ("consumer.username", "consumer.custom_id", "ai.mcp.audit[].consumer.name")


def _call(entry: Json, notes: tuple[str, ...]) -> Call:
    status = _status(entry)
    fails = status == _TOO_MANY or status >= _FAILS
    return Call(
        source=MANIFEST.name,
        error=str(status) if fails else "",
        model=_model(entry),
        provider=first_text(entry, "ai.proxy.meta.provider_name"),
        app=_app(entry),
        things=((EntityKind.PRINCIPAL, first_text(entry, *_CONSUMER)),),
        facts={
            "status_code": str(status),
            "total_tokens": first_text(entry, "ai.proxy.usage.total_tokens"),
            "cost": first_text(entry, "ai.proxy.usage.cost"),
        },
        event_id=_id(entry),
        at=read_time(member(entry, "started_at")),
        notes=notes,
    )


def _model(entry: Json) -> str:
    meta = "ai.proxy.meta"
    return first_text(entry, f"{meta}.request_model", f"{meta}.response_model")


def _app(entry: Json) -> str:
    return first_text(entry, "route.name", "service.name", "route.id")


def _id(entry: Json) -> str:
    return first_text(entry, "request.id", "request.headers['x-kong-request-id']")
