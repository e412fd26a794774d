"""What other vendors' guardrails found, in the answers that gateways pass on.

A gateway logs the answer of the guardrail it asked as it came. This reads the names of
what fired out of the answers of Bedrock, Lakera, OpenAI's moderation, Presidio and
Azure, and nothing else: no matches, no texts.
"""

from collections.abc import Iterator

import re2

from bot.envelopes.fields import every, first, first_text, member, text_of
from bot.envelopes.jsonbody import Json

_MOST = 20
_QUIET = frozenset({"NONE", "ALLOWED"})
_BEDROCK = (
    ("topicPolicy.topics[]", "denied topic", "name"),
    ("contentPolicy.filters[]", "", "type"),
    ("wordPolicy.customWords[]", "banned word", ""),
    ("wordPolicy.managedWordLists[]", "", "type"),
    ("sensitiveInformationPolicy.piiEntities[]", "pii", "type"),
    ("sensitiveInformationPolicy.regexes[]", "sensitive data", "name"),
    ("contextualGroundingPolicy.filters[]", "grounding", "type"),
)

_LISTED = (
    *("violated_categories[]", "detected_categories[]", "categories[]"),
    "moderation_result.violated_categories[]",
)
_SAID = (
    ("pii", re2.compile(r"Blocked entity detected: ([A-Z_]{2,40})")),
    (
        "",
        re2.compile(r"'detector_type': '([\w/ -]{2,40})'[^{}]{0,200}'detected': True"),
    ),
    (
        "",
        re2.compile(
            r"'action': '(?:BLOCKED|ANONYMIZED)'[^{}]*'type': '([A-Z_]{3,40})'"
        ),
    ),
    ("", re2.compile(r"(?i)violated (jailbreak|prompt.injection|content.safety|pii)")),
    ("", re2.compile(r"(?i)violated .{0,20}(moderation) policy")),
)


def detections_in(answer: Json) -> tuple[str, ...]:
    """Return the names of what fired, each once, at most 20."""
    named = (*_of_bedrock(answer), *_of_lakera(answer), *_of_others(answer))
    return tuple(dict.fromkeys(one for one in named if one.strip()))[:_MOST]


def detections_said(text: str) -> tuple[str, ...]:
    """Return what a refusal in words names: only kinds that a vendor chose."""
    found = (
        f"{kind} {one.group(1)}".strip()
        for kind, pattern in _SAID
        for one in pattern.finditer(text)
    )
    return tuple(dict.fromkeys(found))[:_MOST]


def _of_bedrock(answer: Json) -> Iterator[str]:
    inner = first(answer, "bedrock_guardrail_response") or answer
    for assessment in (
        *every(inner, "assessments[]"),
        *every(inner, "[].assessments[]"),
    ):
        for path, kind, name in _BEDROCK:
            for one in every(assessment, path):
                if text_of(member(one, "action")).upper() not in _QUIET:
                    said = first_text(one, name) if name else ""
                    yield f"{kind} {said}".strip()


def _of_lakera(answer: Json) -> Iterator[str]:
    inner = first(answer, "lakera_guardrail_response", "lakera_ai_response") or answer
    for one in every(inner, "breakdown[]"):
        if text_of(member(one, "detected")) == "true":
            yield first_text(one, "detector_type")
    for categories in every(inner, "results[].categories"):
        pairs = categories.items() if isinstance(categories, dict) else ()
        yield from (name for name, one in pairs if one is True)


def _of_others(answer: Json) -> Iterator[str]:
    for path in _LISTED:
        yield from (text_of(one) for one in every(answer, path))
    for kind in (*every(answer, "[].entity_type"), *every(answer, "entities[].type")):
        yield f"pii {text_of(kind)}"
    for path in ("userPromptAnalysis.attackDetected", "attackDetected"):
        if text_of(first(answer, path)) == "true":
            yield "prompt attack"
