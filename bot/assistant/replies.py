"""What a model's reply says: the answer in it, why it ended, and what it used.

Replies are the library's own objects, handed in by `door.py`; nothing of them is kept.
A server may say anything, so what it says it used is believed within reason only.
"""

from collections.abc import Mapping
from typing import Any

from bot.assistant.assembling import Letter
from bot.assistant.backends import Backend
from bot.assistant.failures import CUT_OFF, DECLINED, GARBAGE, Failed
from bot.config.model import ModelSection
from bot.ports.model import Usage

_LONGEST_ANSWER = 64_000
_MOST_TOKENS = 10**9  # a server may say anything
# How the providers say why an answer ended.
_ENDS = ("finish_reason", "stop_reason", "stopReason")
_DECLINED = frozenset({"content_filter", "refusal", "guardrail_intervened", "safety"})
_CUT = frozenset({"length", "max_tokens"})


def answer_in(found: Mapping[str, Any]) -> Any:
    """Return what a model answered, as JSON values, not yet masked.

    Raises:
        Failed: It declined, or it is no answer.
    """
    raw = found["raw"]
    told = raw.response_metadata
    end = next((str(told[key]) for key in _ENDS if told.get(key)), "").casefold()
    if end in _DECLINED or raw.additional_kwargs.get("refusal"):
        raise Failed(DECLINED)
    if end in _CUT:
        raise Failed(CUT_OFF)
    parsed = found["parsed"]
    if found["parsing_error"] is not None or not isinstance(parsed, dict):
        raise Failed(GARBAGE)
    if len(str(parsed)) > _LONGEST_ANSWER:
        raise Failed(GARBAGE)
    return parsed


def used_by(backend: Backend, raw: Any) -> Usage | None:
    """Return what a server says it used; None where it says nothing sensible."""
    told = raw.usage_metadata or {}
    read, written = told.get("input_tokens", 0), told.get("output_tokens", 0)
    if not 0 < read < _MOST_TOKENS or not 0 <= written < _MOST_TOKENS:
        return None
    return Usage(
        calls=1,
        tokens=read + written,
        cost_micros=backend.cost_micros(read, written),
    )


def most_of(backend: Backend, letter: Letter, settings: ModelSection) -> Usage:
    """Return what one call may use at most; it is charged where nothing was told."""
    read, written = letter.most_tokens, settings.answer_tokens
    return Usage(
        calls=1,
        tokens=read + written,
        cost_micros=backend.cost_micros(read, written),
    )
