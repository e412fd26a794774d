"""The one choke point of each path along which texts are kept or leave.

    log words, outbox       `Guards`, given to the store: nothing is written around it
    messages, forms, homes  `blocks_masked`, by `bot/slack/egress.py`
    pages, exports, errors  `Guards.text`, by whoever draws or prints them

Doors mask what comes in, with the incident as scope; this is the wall behind them, so
that one forgotten door is no leak, and so that another definition changes what is
shown of texts that were kept under an older one. What is sensitive is decided in
`bot/redact`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from bot.domain.action_events import ActionDrafted
from bot.domain.drill_events import DrillStarted
from bot.domain.untrusted import Untrusted
from bot.ports import NewEntry, Post, Whisper

# Equal texts, such as labels of buttons, are looked at once; only harmless ones and
# only so many are remembered.
_REMEMBERED = 4096
_LONGEST_REMEMBERED = 200
# Nobody may agree to what they cannot read: an approval card is shown as it is. What
# people typed on it was masked before its digest was made, by the doors.
_WHOLE = "plan/"
# A digest covers these words: what people approve, whose reason was masked before, and
# the file a drill is played from, whose alerts are masked when they are read.
_BOUND = frozenset({ActionDrafted.name, DrillStarted.name})
# Strings of Block Kit that are no words: ids, codes, what we hand to ourselves, and
# addresses, which only we make or let through (`bot/masking.py`).
_STRUCTURE = frozenset(
    {
        *("type", "block_id", "action_id", "callback_id", "external_id", "style"),
        *("value", "url", "image_url", "private_metadata", "emoji", "name", "range"),
        *("user_id", "channel_id", "usergroup_id", "team_id", "timestamp", "format"),
        *("event_type", "id", "response_type", "response_action", "dispatch_action"),
    }
)


class Masked(Protocol):
    """What a redactor answers, as far as it is asked here."""

    @property
    def text(self) -> str:
        """The text that may be shown."""
        ...


class Redacting(Protocol):
    """What is asked of the redactor (`bot.redact.Redactor`)."""

    def redact(self, text: str, *, scope: str = "") -> Masked:
        """Redact a text that stands alone."""
        ...


class Guards:
    """Keeps `bot.ports.store.Guard`. Safe for threads."""

    def __init__(self, redactor: Redacting) -> None:
        self._redactor = redactor
        self._harmless: set[str] = set()

    def text(self, text: str) -> str:
        """Return a text as it may be kept and shown; never raises for it."""
        if not text or text in self._harmless:
            return text
        found = self._redactor.redact(text).text
        if found == text and len(text) <= _LONGEST_REMEMBERED:
            if len(self._harmless) >= _REMEMBERED:
                self._harmless = set()
            self._harmless.add(text)
        return found

    def words(self, text: Untrusted) -> Untrusted:
        """Return text from outside as it may be shown; still not safe as markup."""
        return Untrusted(self.text(text.for_redaction()))

    def entry(self, entry: NewEntry) -> NewEntry:
        """Return an entry of the log with its words masked; facts hold no words."""
        if not entry.words or entry.kind in _BOUND:
            return entry
        masked = {name: self.text(word) for name, word in entry.words.items()}
        return replace(entry, words=masked)

    def post(self, post: Post) -> Post:
        """Return a message of the outbox as it may lie there."""
        if is_left_whole(post.key):
            return post
        blocks = tuple(blocks_masked(one, self) for one in post.blocks)
        return replace(post, text=self.text(post.text), blocks=blocks)

    def whisper(self, whisper: Whisper) -> Whisper:
        """Return a message to one person as it may lie in the outbox."""
        blocks = tuple(blocks_masked(one, self) for one in whisper.blocks)
        return replace(whisper, text=self.text(whisper.text), blocks=blocks)


class Texts(Protocol):
    """Whatever masks one text."""

    def text(self, text: str) -> str:
        """Return the text that may be shown."""
        ...


def is_left_whole(key: str) -> bool:
    """Tell whether a message is an approval card."""
    return key.startswith(_WHOLE)


def blocks_masked(value: Any, guard: Texts) -> Any:
    """Return Block Kit, a form or an answer to Slack with every word of it masked."""
    match value:
        case str():
            return guard.text(value)
        case Mapping():
            return {
                key: one
                if isinstance(one, str) and key in _STRUCTURE
                else blocks_masked(one, guard)
                for key, one in value.items()
            }
        case Sequence() if not isinstance(value, bytes):
            return [blocks_masked(one, guard) for one in value]
        case _:
            return value


def plain_masked(value: Any, guard: Texts) -> Any:
    """Return JSON values with every string masked; names of fields are ours."""
    match value:
        case str():
            return guard.text(value)
        case Mapping():
            return {key: plain_masked(one, guard) for key, one in value.items()}
        case Sequence() if not isinstance(value, bytes):
            return [plain_masked(one, guard) for one in value]
        case _:
            return value
