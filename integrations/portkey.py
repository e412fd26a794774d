"""Portkey AI gateway: guardrail results of a call, and lines of its log.

446 was denied, 246 failed and was let through. `hook_results` tells which guardrail
failed before or after the call; a log entry without them only has its status. What
was asked and answered, and the checks' explanations that quote it, are never read.

Source:
    https://portkey.ai/docs/product/guardrails, "Guardrail response structure", and
    "Logs export".
"""

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.calls import Call
from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.shapes import Shape, fits, recognizer
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="portkey",
    title="Portkey",
    docs="https://portkey.ai/docs/product/guardrails",
    summary="Guardrail results and log entries of Portkey's gateway.",
)
_HOOKS = (
    "hook_results",
    "response.hook_results",
    "response.body.hook_results",
    "error.hook_results",
    "metadata.hook_results",
)
_PHASES = (
    ("before_request_hooks", Where.PROMPT),
    ("after_request_hooks", Where.ANSWER),
)
_STATUS = ("response_status_code", "status_code", "response.status", "status")
_DENIED, _LET_THROUGH = "446", "246"
_HOOKED = tuple(
    Shape(any_of=tuple(f"{path}.{phase}" for phase, _ in _PHASES)) for path in _HOOKS
)
_REFUSED = Shape(words={"error.type": ("hooks_failed",)})
_LOGGED = Shape(
    has=("response_status_code",), any_of=("ai_model", "ai_org", "ai_provider")
)
_SHAPES = (*_HOOKED, _REFUSED, _LOGGED)
_MODEL = ("ai_model", "model", "response.model", "request.model")
_APP = ("metadata.app", "prompt_slug", "config_slug", "workspace")
_ID = ("trace_id", "request_id", "id", "response.id")
_AT = ("created_at", "timestamp", "time_of_generation")
_CREATED = ("created", "response.created")
# Names of Portkey's own plugins that say nothing.
_OWN = ("default.", "portkey.")
_FAILS = 400

recognizes = recognizer(*_SHAPES)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a guardrail phase or a call that failed.

    Raises:
        Unparsed: Not JSON, or nothing in it is of Portkey.
    """
    document = read_values(payload.body)
    made = [
        verdict
        for entry in entries_of(document.value)
        if any(fits(entry, shape) for shape in _SHAPES)
        for verdict in _verdicts(entry, document.notes)
    ]
    if not made:
        raise Unparsed(
            "The payload is not one of Portkey",
            because="it holds neither hook_results nor a log entry",
            next_move="Post the gateway's response or its exported log.",
        )
    return envelopes_for(made)


def _verdicts(entry: Json, notes: tuple[str, ...]) -> list[Verdict | Call]:
    hooks = first(entry, *_HOOKS)
    failed = [
        (where, [one for one in every(hooks, f"{phase}[]") if _fails(one)])
        for phase, where in _PHASES
    ]
    made: list[Verdict | Call] = [
        _verdict(entry, where, them, notes) for where, them in failed if them
    ]
    return made or [_without_hooks(entry, notes)]


def _fails(hook: Json) -> bool:
    if text_of(member(hook, "skipped")) == "true":
        return False
    return text_of(member(hook, "verdict")) == "false"


def _verdict(
    entry: Json, where: Where, hooks: list[Json], notes: tuple[str, ...]
) -> Verdict:
    checks = [one for hook in hooks for one in every(hook, "checks[]")]
    bad = [one for one in checks if text_of(member(one, "verdict")) == "false"]
    named = tuple(_check(one) for one in bad) or tuple(
        first_text(one, "guardrail_name", "name", "id") for one in hooks
    )
    denies = "true" in {text_of(member(one, "deny")) for one in hooks}
    status = first_text(entry, *_STATUS)
    outcome = Outcome.BLOCKED if denies or status == _DENIED else Outcome.ALLOWED
    if status == _LET_THROUGH:
        outcome = Outcome.ALLOWED
    return _about(
        entry,
        notes,
        found=tuple(one for one in named if one),
        where=where,
        outcome=outcome,
        guardrail=first_text(hooks[0], "guardrail_name", "id"),
        began=first_text(hooks[0], "created_at"),
    )


def _check(check: Json) -> str:
    name = first_text(check, "id", "name")
    for own in _OWN:
        name = name.removeprefix(own)
    return name


def _without_hooks(entry: Json, notes: tuple[str, ...]) -> Verdict | Call:
    """Read what only a status or the type of an error tells."""
    status = first_text(entry, *_STATUS)
    if fits(entry, _REFUSED) or status == _DENIED:
        return _about(entry, notes, found=(), outcome=Outcome.BLOCKED)
    if status == _LET_THROUGH:
        return _about(entry, notes, found=(), outcome=Outcome.ALLOWED)
    if not (status.isdigit() and int(status) >= _FAILS):
        unknown = Outcome.UNKNOWN
        return _about(entry, notes, found=(), flagged=False, outcome=unknown)
    return Call(
        source=MANIFEST.name,
        error=status,
        model=first_text(entry, *_MODEL),
        provider=first_text(entry, "ai_org", "ai_provider"),
        app=first_text(entry, *_APP),
        facts={"status_code": status},
        event_id=first_text(entry, *_ID),
        at=read_time(first_text(entry, *_AT) or None),
        notes=notes,
    )


def _about(
    entry: Json,
    notes: tuple[str, ...],
    *,
    found: tuple[str, ...],
    flagged: bool = True,
    where: Where = Where.PROMPT,
    outcome: Outcome,
    guardrail: str = "",
    began: str = "",
) -> Verdict:
    at = first_text(entry, *_AT) or began or first_text(entry, *_CREATED)
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=found,
        flagged=flagged,
        where=where,
        outcome=outcome,
        app=first_text(entry, *_APP),
        model=first_text(entry, *_MODEL),
        things=((EntityKind.GUARDRAIL, guardrail),),
        facts={"status_code": first_text(entry, *_STATUS)},
        event_id=first_text(entry, *_ID),
        group=first_text(entry, "metadata.session_id", "metadata.conversation_id"),
        at=read_time(at or None),
        notes=notes,
    )
