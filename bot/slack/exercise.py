"""The banner of a drill: what makes a message an exercise, and nothing else. Pure.

Cards draw their own banner (`facts.py`, `plan_facts.py`); everything else that a
drill causes goes through here.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from bot.ports import Post, Whisper
from bot.slack import rich, words
from bot.slack.sentences import Strong, elements

_Message = TypeVar("_Message", Post, Whisper)
BANNER = "EXERCISE"
_MARK = f"{BANNER} · "


def marked(post: _Message) -> _Message:
    """Return a message with the banner before its words."""
    return replace(
        post, text=said(post.text), blocks=rich.within_budget(_blocks(post.blocks))
    )


def form(view: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form with the banner above its fields."""
    banner = rich.rich_text("exercise", rich.section([Strong(words.DRILL)]))
    return {**view, "blocks": [banner, *view["blocks"]]}


def said(text: str) -> str:
    """Return a sentence with the banner before it, once; "" stays ""."""
    return text if not text or text.startswith(BANNER) else f"{_MARK}{text}"


def of(text: str, *, drill: bool) -> str:
    """Return a sentence, with the banner where it is about a drill."""
    return said(text) if drill else text


def _blocks(blocks: tuple[Mapping[str, Any], ...]) -> list[Mapping[str, Any]]:
    """Put the banner into the first paragraph, or above what has none."""
    if not blocks:
        return []
    first, *rest = blocks
    parts = first.get("elements") or ()
    if first.get("type") != "rich_text" or not parts:
        return [rich.small("exercise", BANNER), *blocks]
    if parts[0].get("type") != "rich_text_section":
        return [rich.small("exercise", BANNER), *blocks]
    paragraph, *others = parts
    banner = elements([Strong(_MARK)])
    words = {**paragraph, "elements": [*banner, *paragraph["elements"]]}
    return [{**first, "elements": [words, *others]}, *rest]
