"""The card of one planted text, by rules and with what came of a model's answer.

For measuring only: what is compared are the blocks that Slack would be given.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.assistant.improving import improved
from bot.assistant.summary import summarize
from bot.assistant.writing import Bullets
from bot.domain.envelope import Alert
from bot.domain.summary import Summary, Written
from bot.ports import Payload
from bot.rulings import Rulings
from bot.slack.cards import preview

AT = datetime(2026, 1, 5, 10, 5, tzinfo=UTC)
_NAME = "bench"
# Who wrote it, and what it says that nobody knows: words beside the bullets.
_WRITER = re.compile(
    r"AI-written[^\u00b7]*\u00b7 [^\u00b7]+ \u00b7 \S+|no model"
    r"|Unknown \(AI-written\): [^\u00b7<>]*\u00b7 "
)
_PLAIN = {"type", "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cards:
    """Draws cards as the bot does."""

    rulings: Rulings

    def about(self, text: str) -> Alert:
        """Return an alert with a text in one of its fields."""
        body = {"title": "A document was summarized", "description": text}
        payload = Payload(body=json.dumps(body).encode(), headers={}, received_at=AT)
        # A title is enough for an alert, so there is one.
        return self.rulings.understand(payload, "webhook", "e1").alerts[0]

    def masked(self, text: str) -> str:
        """Return an answer as the door gives it."""
        return self.rulings.redactor.redact(text, scope=_NAME).text

    def is_alive(self, alert: Alert, summary: Summary) -> bool:
        """Tell whether an answer changes more of a card than words in its bullets."""
        before, after = self._card(alert, by_rules(alert)), self._card(alert, summary)
        return not _only_bullets(before, after)

    def _card(self, alert: Alert, summary: Summary) -> list[Any]:
        title = self.rulings.category_titles()[alert.assessment.category]
        return list(preview([alert], category_title=title, summary=summary)["blocks"])


def by_rules(alert: Alert) -> Summary:
    """Return what rules say of an alert."""
    return summarize([alert], system=None, now=AT, counted=False)


def with_bullets(alert: Alert, found: Bullets) -> Summary:
    """Return what stands on the card of an alert."""
    written = Written(
        model=_NAME,
        prompt=_NAME,
        claims=found.checked.claims,
        quotes=found.quotes,
        named=found.named,
        unknown=found.unknown,
    )
    return improved(by_rules(alert), written)


def texts(summary: Summary) -> list[str]:
    """Return the bullets of a card."""
    return [one.text.for_slack() for one in summary.claims]


def _only_bullets(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Tell whether two cards differ in plain words and who wrote them, at most."""
    return _bones(before) == _bones(after) and all(
        set(element) <= _PLAIN and element["type"] == "text"
        for element in _in_bullets(after)
    )


def _bones(blocks: Sequence[Any]) -> list[Any]:
    """Return a card without its bullets and without who wrote them."""
    found = []
    for block in blocks:
        if block["type"] != "rich_text":
            if block.get("block_id") != "evidence":
                found.append(block)
            continue
        for part in block["elements"]:
            if part["type"] != "rich_text_list":
                found += [_anonymous(one) for one in part["elements"]]
    return found


def _anonymous(element: Any) -> Any:
    return {**element, "text": _WRITER.sub("", str(element.get("text", "")))}


def _in_bullets(blocks: Sequence[Any]) -> Iterator[Any]:
    for block in blocks:
        for part in block.get("elements", ()):
            if part.get("type") == "rich_text_list":
                for item in part["elements"]:
                    yield from item["elements"]
