"""What a guardrail of Amazon Bedrock says of a prompt or an answer.

Assessments lie in each other in four ways: under `assessments` (ApplyGuardrail), under
`trace.guardrail` (Converse), under `amazon-bedrock-trace` (InvokeModel), and in the
trace of an agent. They quote what they found: a match, a word, a claim. Quotes are
never read here, only which policy looked, what kind it found, and what it did.

Source:
    Amazon Bedrock API Reference, `GuardrailAssessment` and the types it is made of;
    Amazon Bedrock User Guide, "Test your guardrail".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import re2

from bot.domain.envelope import Outcome
from bot.envelopes.fields import every, first_text, member, text_of
from bot.envelopes.jsonbody import Json, children
from bot.envelopes.wording import reworded

ATTACKS = frozenset(
    {"PROMPT_ATTACK", "JAILBREAK", "PROMPT_INJECTION", "PROMPT_LEAKAGE"}
)
_MOST = 60
_ID = re2.compile(r"^[a-z0-9]{6,40}$")
_DEEPEST = 8
_STOPPED = frozenset({"BLOCKED", "DENY", "GUARDRAIL_INTERVENED", "INTERVENED"})
_MASKED = frozenset({"ANONYMIZED", "MASKED"})
# Of automated reasoning: what its kinds of finding are called when the answer is wrong.
_WRONG = ("invalid", "impossible")
# Policy, where its findings lie, and which field says what kind each is. Of words and
# of personal data the match itself is never the kind.
_POLICIES = (
    ("content", "contentPolicy.filters[]", "type"),
    ("topic", "topicPolicy.topics[]", "name"),
    ("word", "wordPolicy.customWords[]", ""),
    ("word", "wordPolicy.managedWordLists[]", "type"),
    ("personal data", "sensitiveInformationPolicy.piiEntities[]", "type"),
    ("personal data", "sensitiveInformationPolicy.regexes[]", "name"),
    ("grounding", "contextualGroundingPolicy.filters[]", "type"),
)
_NAMES = (
    *{path.partition(".")[0] for _, path, _ in _POLICIES},
    "automatedReasoningPolicy",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that a guardrail found.

    Attributes:
        side: ``input``, ``output``, or "" where it is not told which was looked at.
        policy: ``content``, ``topic``, ``word``, ``personal data``, ``grounding`` or
            ``reasoning``.
        kind: What was found, e.g. ``VIOLENCE``, or the name of a topic or pattern.
        action: ``BLOCKED``, ``ANONYMIZED``, or ``NONE`` for what was only noticed.
    """

    side: str
    policy: str
    kind: str
    action: str
    confidence: str = ""

    @property
    def says(self) -> str:
        """One line for people, without anything that was quoted."""
        action, level = _quiet(self.action), _quiet(self.confidence)
        sure = f" ({level} confidence)" if level else ""
        done = "only noticed" if self.action == "NONE" else action
        return f"{self.side} {self.policy} {self.kind}{sure}: {done}".strip()


def findings(root: Json, side: str = "") -> tuple[Found, ...]:
    """Return what guardrails found, wherever assessments lie under a value.

    Args:
        root: An answer or a trace of Bedrock; never a prompt or a model's answer,
            which may hold anything.
        side: Which one was looked at, where the names on the way do not say it.
    """
    made: list[Found] = []
    waiting: list[tuple[Json, str, int]] = [(root, side, 0)]
    while waiting and len(made) < _MOST:
        value, where, depth = waiting.pop()
        if depth > _DEEPEST:
            continue
        if isinstance(value, dict) and any(member(value, name) for name in _NAMES):
            made.extend(_of_assessment(value, where))
            continue
        waiting.extend(_below(value, where, depth))
    return tuple(dict.fromkeys(made[:_MOST]))


def guardrails(root: Json) -> tuple[str, ...]:
    """Return ids and ARNs of the guardrails that a trace names, each once."""
    found: list[str] = []
    waiting: list[tuple[Json, int]] = [(root, 0)]
    while waiting:
        value, depth = waiting.pop()
        found += _named(value)
        if depth < _DEEPEST:
            waiting.extend((one, depth + 1) for one in children(value))
    return tuple(dict.fromkeys(found))[:5]


def outcome(found: Iterable[Found]) -> Outcome:
    """Return what became of it: one block stops everything.

    Without a block, an attack that was only noticed went through even where personal
    data was masked beside it.
    """
    listed = list(found)
    actions = {one.action for one in listed}
    if actions & _STOPPED:
        return Outcome.BLOCKED
    harms = {one.action for one in listed if one.policy in ("content", "topic", "word")}
    if "NONE" in harms:
        return Outcome.ALLOWED
    if actions & _MASKED:
        return Outcome.BLOCKED
    return Outcome.ALLOWED if "NONE" in actions else Outcome.UNKNOWN


def _below(value: Json, side: str, depth: int) -> list[tuple[Json, str, int]]:
    """Return what lies one level deeper, with the side that its name tells."""
    if isinstance(value, list):
        return [(one, side, depth + 1) for one in value]
    if not isinstance(value, dict):
        return []
    return [(one, _side(key) or side, depth + 1) for key, one in value.items()]


def _side(key: str) -> str:
    lowered = key.casefold()
    return next((one for one in ("input", "output") if lowered.startswith(one)), "")


def _of_assessment(value: Json, side: str) -> Iterator[Found]:
    for policy, path, named in _POLICIES:
        for one in every(value, path):
            made = _found(one, side, policy, named)
            if made is not None:
                yield made
    for one in every(value, "automatedReasoningPolicy.findings[]"):
        for wrong in _WRONG:
            if member(one, wrong) is not None:
                yield Found(
                    side="output", policy="reasoning", kind=wrong.upper(), action="NONE"
                )


def _quiet(text: str) -> str:
    return reworded(text, text.lower())


def _shouted(text: str) -> str:
    return reworded(text, text.upper())


def _found(one: Json, side: str, policy: str, named: str) -> Found | None:
    """Return one finding; None for what was looked at and not found.

    With the full scope of output, filters that found nothing are listed too: they say
    that they detected nothing, or have no confidence and no action.
    """
    action = _shouted(first_text(one, "action")) or "NONE"
    detected = first_text(one, "detected").casefold()
    confidence = _shouted(first_text(one, "confidence"))
    if detected == "false":
        return None
    is_sure = policy == "content" and confidence not in ("", "NONE")
    if action == "NONE" and detected != "true" and not is_sure and not _is_low(one):
        return None
    kind = text_of(member(one, named)) if named else "CUSTOM"
    where = "output" if policy == "grounding" else side
    return Found(
        side="input" if kind in ATTACKS else where,
        policy=policy,
        kind=kind or "UNNAMED",
        action=action,
        confidence=confidence,
    )


def _is_low(one: Json) -> bool:
    """Tell whether a score of grounding or relevance is below its threshold."""
    score, threshold = member(one, "score"), member(one, "threshold")
    if isinstance(score, int | float) and isinstance(threshold, int | float):
        return score < threshold
    return False


def _named(value: Json) -> list[str]:
    """Return ids: given by name, or as the key of an assessment."""
    details = ("guardrailArn", "guardrailId", "guardrailIdentifier")
    found = [text for name in details if (text := text_of(member(value, name)))]
    if isinstance(value, dict):
        found += [
            key for key, one in value.items() if _ID.match(key) and _is_assessment(one)
        ]
    return found


def _is_assessment(value: Json) -> bool:
    first = value[0] if isinstance(value, list) and value else value
    marks = (*_NAMES, "invocationMetrics")
    return isinstance(first, dict) and any(mark in first for mark in marks)
