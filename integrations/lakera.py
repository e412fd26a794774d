"""Lakera Guard: what its screening said, from the API or out of a gateway's log.

Reads version 2 (`breakdown`, `payload`) and version 1 (`results[].categories`). The
API only flags; whether somebody stopped it is known where a project's mode or a
gateway's action stands beside. Matches hold personal data and are never read.

Source:
    https://docs.lakera.ai/api-reference/lakera-api/guard, "Screening results".
"""

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.outcomes import outcome_of
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="lakera",
    title="Lakera Guard",
    docs="https://docs.lakera.ai/api-reference/lakera-api/guard",
    summary="Screening results of Lakera Guard, alone or as lines of a log.",
)
# Where a log keeps the answer of the API.
_WRAPPED = ("", "response.body", "response", "result", "lakera", "lakera_response")
_SECOND = Shape(
    has=("flagged",),
    any_of=(
        "breakdown[].detector_type",
        "payload[].detector_type",
        "metadata.request_uuid",
        "dev_info.git_revision",
    ),
)
_EMPTY = Shape(has=("flagged", "payload", "breakdown"))
_FIRST = Shape(
    has=("results[].flagged", "results[].categories"), words={"model": ("lakera*",)}
)
_SHAPES = (_SECOND, _EMPTY, _FIRST)
_ACTION = ("action", "mode", "decision", "project_mode", "verdict", "enforcement")
_ROLES = {"assistant": Where.ANSWER, "tool": Where.TOOL}

recognizes = recognizer(
    *_SHAPES,
    *(
        Shape(
            has=(f"{path}.flagged",),
            any_of=(f"{path}.breakdown[].detector_type", f"{path}.dev_info"),
        )
        for path in _WRAPPED
        if path
    ),
)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a screening that found something.

    Raises:
        Unparsed: Not JSON, or nothing in it is a screening.
    """
    document = read_values(payload.body)
    found = [
        _verdict(answer, entry, document.notes)
        for entry in entries_of(document.value)
        if (answer := _answer(entry)) is not None
    ]
    if not found:
        raise Unparsed(
            "The payload is not one of Lakera Guard",
            because="it holds no screening result",
            next_move="Post the answer of /v2/guard, with breakdown switched on.",
        )
    return envelopes_for(found)


def _answer(entry: Json) -> Json:
    places = (first(entry, path) if path else entry for path in _WRAPPED)
    return next(
        (one for one in places if any(fits(one, shape) for shape in _SHAPES)), None
    )


def _verdict(answer: Json, entry: Json, notes: tuple[str, ...]) -> Verdict:
    found = _found(answer)
    says = "true" in {
        text_of(one)
        for one in every(answer, "flagged") + every(answer, "results[].flagged")
    }
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=found,
        flagged=says or bool(found),
        where=_where(answer, entry),
        outcome=_outcome(answer, entry, says=says),
        app=_named(answer, entry, "project_name", "application", "app", "project_id"),
        model=_named(entry, entry, "llm", "llm_model", "metadata.model"),
        things=(
            (EntityKind.GUARDRAIL, _named(answer, entry, "policy_id", "policy")),
            (EntityKind.PRINCIPAL, _named(answer, entry, "user_id", "user")),
        ),
        facts=_facts(answer),
        event_id=_named(answer, entry, "request_uuid", "request_id", "id"),
        group=_named(answer, entry, "session_id", "conversation_id"),
        at=read_time(_named(answer, entry, "timestamp", "created_at", "time") or None),
        notes=notes,
    )


def _found(answer: Json) -> tuple[str, ...]:
    """Return what fired; each kind of personal data once, nothing of its values."""
    listed = [*every(answer, "breakdown[]")]
    fired = [one for one in listed if text_of(member(one, "detected")) == "true"]
    named = [first_text(one, "detector_type", "detector_id") for one in fired]
    if not listed:
        named += [text_of(one) for one in every(answer, "payload[].detector_type")]
    for result in every(answer, "results[].categories"):
        pairs = result.items() if isinstance(result, dict) else ()
        named += [name for name, one in pairs if one is True]
    return tuple(dict.fromkeys(one for one in named if one.strip()))


def _where(answer: Json, entry: Json) -> Where:
    """Tell from the roles, where the log kept the messages, what was flagged."""
    roles = [text_of(one) for one in every(entry, "request.body.messages[].role")]
    roles = roles or [text_of(one) for one in every(entry, "messages[].role")]
    for one in every(answer, "breakdown[]"):
        at = member(one, "message_id")
        is_there = isinstance(at, int) and 0 <= at < len(roles)
        if (
            text_of(member(one, "detected")) == "true"
            and isinstance(at, int)
            and is_there
        ):
            return _ROLES.get(roles[at], Where.PROMPT)
    said = _named(answer, entry, "direction", "stage").casefold()
    return Where.ANSWER if said in ("output", "response") else Where.PROMPT


def _outcome(answer: Json, entry: Json, *, says: bool) -> Outcome:
    said = outcome_of(_named(answer, entry, *_ACTION))
    if said is Outcome.BLOCKED:
        return Outcome.BLOCKED if says else Outcome.ALLOWED
    stopped = text_of(member(entry, "blocked"))
    if stopped in ("true", "false"):
        return Outcome.BLOCKED if stopped == "true" else Outcome.ALLOWED
    if said is Outcome.ALLOWED:
        return Outcome.ALLOWED
    # A detector fired and the API did not flag: the project only watches.
    return Outcome.UNKNOWN if says else Outcome.ALLOWED


def _facts(answer: Json) -> dict[str, str]:
    fired = [
        one
        for one in every(answer, "breakdown[]")
        if text_of(member(one, "detected")) == "true"
    ]
    sure = next((first_text(one, "result", "confidence") for one in fired), "")
    matches = len(every(answer, "payload[]"))
    return {"confidence": sure, "matches": str(matches) if matches else ""}


def _named(answer: Json, entry: Json, *names: str) -> str:
    """Return the first of some fields, in the answer, its metadata or beside it."""
    places = (answer, member(answer, "metadata"), entry, member(entry, "metadata"))
    breakdown = first(answer, "breakdown[0]")
    found = (
        first_text(place, name) for name in names for place in (*places, breakdown)
    )
    return next((one for one in found if one), "")
