"""Google Model Armor: sanitization results, bare or as entries of Cloud Logging.

Results come as an object by filter or as a list, states as words or as numbers.
Whether it was stopped says the verdict of the log entry or the enforcement of the
template; the API itself only tells. What was sanitized is never read.

Source:
    https://cloud.google.com/security-command-center/docs/model-armor-overview,
    reference of `SanitizationResult`, and "Configure logging".
"""

import base64
import binascii
from collections.abc import Iterator

from bot.domain.envelope import EntityKind, Envelope, Outcome
from bot.domain.errors import Unparsed
from bot.envelopes.fields import first, first_text, leaves, member, text_of
from bot.envelopes.jsonbody import Json, loads
from bot.envelopes.jsonlines import entries_of, read_values
from bot.envelopes.noted import envelopes_for
from bot.envelopes.outcomes import outcome_of
from bot.envelopes.shapes import Shape, recognizer
from bot.envelopes.things import folded
from bot.envelopes.times import read_time
from bot.envelopes.verdicts import Verdict, Where
from bot.envelopes.wording import last_part
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="model_armor",
    title="Google Model Armor",
    docs="https://cloud.google.com/security-command-center/docs/model-armor-overview",
    summary="Sanitization results of Model Armor, bare or from Cloud Logging.",
)
_RESULTS = (
    "sanitizationResult",
    "sanitization_result",
    "jsonPayload.sanitizationResult",
    "jsonPayload.response.sanitizationResult",
    "protoPayload.response.sanitizationResult",
    "response.sanitizationResult",
)
_BY_FOLDED = {
    "piandjailbreak": "pi_and_jailbreak",
    "maliciousuri": "malicious_uris",
    "maliciousuris": "malicious_uris",
    "sdp": "sdp",
    "rai": "rai",
    "csam": "csam",
    "csamfilter": "csam",
    "virusscan": "virus_scan",
}
_WORDS = {
    "pi_and_jailbreak": "prompt injection or jailbreak",
    "sdp": "sensitive data",
    "malicious_uris": "malicious addresses",
    "csam": "abuse of children",
    "rai/dangerous": "dangerous content",
    "rai/harassment": "harassment",
    "rai/hate_speech": "hate speech",
    "rai/sexually_explicit": "sexual content",
}
_MATCH = frozenset({"match_found", "2"})
_STATE = frozenset({"matchstate", "filtermatchstate"})
_NOT_LOOKED = frozenset({"partial", "failure", "2", "3"})
_SKIPPED = frozenset({"execution_skipped", "2"})
_BLIND = "a filter of the guardrail did not run"
_OPERATION = "labels['modelarmor.googleapis.com/operation_type']"
_CLIENT = "labels['modelarmor.googleapis.com/client_name']"
_MOST_LEAVES = 500

_RECOGNIZED = recognizer(
    *(
        Shape(any_of=(f"{path}.filterMatchState", f"{path}.filterResults"))
        for path in _RESULTS
    ),
    Shape(has=("sanitization_result.filter_match_state",)),
    Shape(words={"promptFeedback.blockReason": ("model_armor",)}),
    Shape(words={"message.attributes['logging.googleapis.com/log']": ("modelarmor*",)}),
)


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload holds a sanitization result."""
    if _RECOGNIZED(payload):
        return True
    try:
        pushed = _pushed(read_values(payload.body).value)
    except Unparsed:
        return False
    return pushed is not None and _result(pushed) is not None


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a prompt or answer in which a filter matched.

    Raises:
        Unparsed: Not JSON, or it holds no sanitization result.
    """
    document = read_values(payload.body)
    made = []
    for entry in entries_of(document.value):
        inner = _pushed(entry) or entry
        result = _result(inner)
        if result is not None:
            made.append(_verdict(result, inner, document.notes))
    if not made:
        raise Unparsed(
            "The payload is not one of Model Armor",
            because="it holds no sanitization result",
            next_move="Route the log sanitize_operations here.",
        )
    return envelopes_for(made)


def _pushed(value: Json) -> Json:
    """Return the log entry in a push of Pub/Sub, where it lies in base 64."""
    data = first_text(value, "message.data")
    if not data:
        return None
    try:
        return loads(base64.b64decode(data, validate=True).decode("utf-8")).value
    except (binascii.Error, UnicodeDecodeError, Unparsed):
        return None


def _result(entry: Json) -> Json:
    found = first(entry, *_RESULTS)
    if isinstance(found, dict):
        return found
    blocked = first_text(entry, "promptFeedback.blockReason").casefold()
    return {"sanitizationVerdict": "BLOCK"} if blocked == "model_armor" else None


def _verdict(result: Json, entry: Json, notes: tuple[str, ...]) -> Verdict:
    matched = dict(_matched(result))
    found = tuple(name for names in matched.values() for name in names)
    is_blind = not found and _did_not_look(result)
    outcome = _outcome(result, entry, matched)
    says = first_text(result, "filterMatchState", "filter_match_state").casefold()
    template = first_text(entry, "resource.labels.template_id", "jsonPayload.name")
    return Verdict(
        source=MANIFEST.name,
        product=MANIFEST.title,
        found=found,
        blind=is_blind,
        words=_WORDS,
        flagged=bool(found) or is_blind or says in _MATCH or outcome is Outcome.BLOCKED,
        where=_where(entry),
        outcome=Outcome.UNKNOWN if is_blind else outcome,
        app=first_text(entry, _CLIENT, "jsonPayload.clientName"),
        model=first_text(entry, "model", "modelVersion"),
        things=(
            (EntityKind.GUARDRAIL, last_part(template)),
            (EntityKind.ACCOUNT, first_text(entry, "resource.labels.project_id")),
        ),
        facts={
            "info_type": ", ".join(_info_types(result)),
            "invocation_result": first_text(result, "invocationResult"),
        },
        event_id=first_text(entry, "insertId", "responseId"),
        at=read_time(
            first_text(entry, "timestamp", "receiveTimestamp", "createTime") or None
        ),
        severity=first_text(entry, "severity"),
        notes=(*notes, *((_BLIND,) * _did_not_look(result))),
    )


def _filters(result: Json) -> Iterator[tuple[str, Json]]:
    """Yield each filter with its result, from an object or from a list."""
    found = first(result, "filterResults", "filter_results")
    pairs = list(found.items()) if isinstance(found, dict) else []
    for one in found if isinstance(found, list) else []:
        named = member(one, "key")
        inner = list(one.items()) if isinstance(one, dict) else []
        pairs += [(text_of(named), member(one, "value"))] if named else inner
    for name, one in pairs:
        plain = folded(name).removesuffix("result").removesuffix("filter")
        yield _BY_FOLDED.get(plain, plain), one


def _matched(result: Json) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each filter that matched; the one for harm with its kinds."""
    for name, one in _filters(result):
        states = [
            leaf
            for leaf in leaves(one, most=_MOST_LEAVES)
            if folded(leaf.name) in _STATE and text_of(leaf.value).casefold() in _MATCH
        ]
        kinds = tuple(dict.fromkeys(_kinds(one))) if name == "rai" else ()
        if states:
            yield name, tuple(f"rai/{kind}" for kind in kinds) or (name,)


def _kinds(one: Json) -> Iterator[str]:
    inner = first(one, "raiFilterResult", "rai_filter_result") or one
    types = first(inner, "raiFilterTypeResults", "rai_filter_type_results")
    pairs = list(types.items()) if isinstance(types, dict) else []
    for each in types if isinstance(types, list) else []:
        pairs.append((first_text(each, "filterType", "key"), each))
    for name, each in pairs:
        state = first_text(each, "matchState", "match_state", "value.matchState")
        if state.casefold() in _MATCH:
            yield name


def _info_types(result: Json) -> tuple[str, ...]:
    """Return which kinds of data were found, never the data."""
    names = (
        leaf
        for name, one in _filters(result)
        if name == "sdp"
        for leaf in leaves(one, most=_MOST_LEAVES)
        if folded(leaf.name) in ("infotype", "infotypes") or ".infoType." in leaf.path
    )
    return tuple(dict.fromkeys(text_of(leaf.value) for leaf in names))[:10]


def _did_not_look(result: Json) -> bool:
    said = first_text(result, "invocationResult", "invocation_result").casefold()
    skipped = (
        text_of(leaf.value).casefold() in _SKIPPED
        for leaf in leaves(result, most=_MOST_LEAVES)
        if folded(leaf.name) == "executionstate"
    )
    return said in _NOT_LOOKED or any(skipped)


def _outcome(result: Json, entry: Json, matched: dict[str, tuple[str, ...]]) -> Outcome:
    stated = first_text(
        result, "sanitizationVerdict", "sanitizationMetadata.enforcementType"
    ) or first_text(
        entry,
        "templateMetadata.enforcementType",
        "jsonPayload.templateMetadata.enforcementType",
        "action",
    )
    said = outcome_of(stated)
    # Data that was only masked did not get through.
    is_masked = set(matched) == {"sdp"} and _masks(result)
    return Outcome.BLOCKED if said is Outcome.UNKNOWN and is_masked else said


def _masks(result: Json) -> bool:
    """Tell whether what was found was taken out of the text."""
    places = ("sdpFilterResult.deidentifyResult.data", "deidentifyResult.data")
    return any(
        first(one, *places) is not None
        for name, one in _filters(result)
        if name == "sdp"
    )


def _where(entry: Json) -> Where:
    said = first_text(
        entry, "jsonPayload.operationType", _OPERATION, "operationType", "operation"
    )
    return Where.ANSWER if "RESPONSE" in said.upper() else Where.PROMPT
