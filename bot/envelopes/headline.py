"""A title out of a payload that nobody described to us.

A sentence under a name that senders give to titles is best; then what happened and to
what, in words; then what the fields themselves say. An id, a number, a date, a path or
a lone verb never stands alone: nobody can act on it.
"""

from collections.abc import Sequence

import re2

from bot.envelopes.fields import Leaf, text_of
from bot.envelopes.names import LEVEL, SAYS_NOTHING, TITLE, title_rank
from bot.envelopes.things import folded
from bot.envelopes.times import read_time
from bot.envelopes.wording import joined, spoken

_DEEPEST = 5
_LONGEST = 2000
# What a value that is no sentence costs, in places down the list of names.
_A_NAME = 14
_A_SMALL_WORD = 30
_A_WORD = 400
_LEAST_WORDS = 2
_FIRST_OF_EVENTS = TITLE.index("eventname")
_A_SENTENCE = 3
_LONGEST_TARGET = 80
_SHORTEST_NAME = 2
_LONGEST_WORD = 30
_ID = re2.compile(
    r"^(?:[0-9a-fA-F]{8}-[0-9a-fA-F-]{18,}|[0-9a-fA-F]{16,}|[0-9A-Z]{20,}"
    r"|[+-]?[0-9][0-9.,:eE+-]*|[xX*.#-]+)$"
)
_ADDRESS = re2.compile(r"^(?:[a-zA-Z][a-zA-Z0-9+.-]*://|arn:|/|[A-Za-z]:\\)\S*$")
_BLOB = re2.compile(r"^[A-Za-z0-9+/=_-]{48,}$")
_A_WORD_SHAPE = re2.compile(r"^[A-Za-z]+$")
_CAMEL = re2.compile(r"[a-z][A-Z]")
# Parts of a path under which somebody acts, and those where the sender speaks of
# itself: no title comes from the first, and no target from either.
_WHO = frozenset(
    {"actor", "user", "sender", "owner", "author", "creator", "initiator", "client"}
    | {"useridentity", "requestor", "assignee", "assignedtouser", "organization", "org"}
    | {"webhook", "geo", "headers", "penrichment", "enrichment"}
)
_ITSELF = _WHO | frozenset(
    {"context", "team", "tenant", "account", "labels", "agent", "source", "tags"}
    | {"location", "device", "meta", "metadata"}
)
_TARGETS = (
    *("targetname", "targetusername", "target", "resourcename", "objectname"),
    *("entityname", "displayname", "display", "name", "title", "slug", "hostname"),
    *("host", "computername", "filename", "filedisplayname", "repository", "repo"),
    *("resource", "resourceid", "service", "servicename", "region", "model", "kind"),
)
_STATES = ("status", "state", "currentstate")
_KINDS = (
    *("entitytype", "objecttype", "objectkind", "resourcetype", "entity", "object"),
    *("kind", "model"),
)
_VERBS = frozenset(
    {"created", "updated", "deleted", "changed", "added", "removed", "opened", "closed"}
    | {"failed", "started", "finished", "create", "update", "delete", "edited", "moved"}
)
_SIGNALS = (
    *("anomaly", "incident", "violation", "threat", "finding", "detection", "alert"),
    *("error", "failure", "risk", "score", "status", "state", "deployment", "job"),
)
_USERS_WORDS = frozenset({"useragent", "ua", "query", "sql", "fulllog", "rawlog"})


def headline(found: Sequence[Leaf]) -> str:
    """Return the best title there is; "" when nothing says anything."""
    winner = _winner(found)
    if winner is None:
        return ""
    text = text_of(winner.value).strip()
    if _is_sentence(text) or _is_title(winner):
        return text
    if folded(winner.name) == "name":
        return joined(text, _word_of(found, _STATES))
    kind = _word_of(found, _KINDS) if _is_a_verb(text) else ""
    said = spoken(f"{kind}_{text}") if kind else _named(text)
    return joined(said, _target(found, winner))


def sentence(found: Sequence[Leaf]) -> str:
    """Return the title that is a sentence; "" when the best one is only a name."""
    winner = _winner(found)
    text = text_of(winner.value).strip() if winner else ""
    return text if _is_sentence(text) else ""


def from_fields(found: Sequence[Leaf]) -> str:
    """Return a title for a payload without one: a sentence, else a field by name."""
    sentences = [
        text
        for leaf in found
        if folded(leaf.name) not in _USERS_WORDS and not _is_under(leaf, _WHO)
        if isinstance(leaf.value, str) and is_telling(text := leaf.value.strip())
        if len(text.split()) >= _A_SENTENCE and not _BLOB.match(text)
    ]
    if sentences:
        return max(sentences, key=len)
    short = [
        leaf
        for leaf in found
        if 0 < len(text_of(leaf.value).strip()) <= _LONGEST_TARGET
        if not _BLOB.match(text_of(leaf.value)) and len(leaf.name) >= _SHORTEST_NAME
        if any(mark.isalpha() for mark in leaf.name)
    ]
    first = min(short, key=_signal, default=None)
    return joined(spoken(first.name), text_of(first.value)) if first else ""


def is_telling(text: str) -> bool:
    """Tell whether a value says something to a reader by itself."""
    if not text or text.casefold() in SAYS_NOTHING or len(text) > _LONGEST:
        return False
    if _ID.match(text) or _ADDRESS.match(text) or _BLOB.match(text):
        return False
    return any(mark.isalpha() for mark in text) and read_time(text) is None


def _winner(found: Sequence[Leaf]) -> Leaf | None:
    weighed = [
        (rank + LEVEL * leaf.depth + _cost(leaf, text), place, leaf)
        for place, leaf in enumerate(found)
        if leaf.depth <= _DEEPEST and (rank := title_rank(leaf.name)) is not None
        if is_telling(text := text_of(leaf.value).strip())
        if not _is_under(leaf, _WHO)
    ]
    best = min(weighed, default=None, key=lambda one: one[:2])
    return best[2] if best else None


def _is_title(leaf: Leaf) -> bool:
    """Tell a name that senders give to titles from one they give to kinds of event."""
    rank = title_rank(leaf.name)
    return rank is not None and rank < _FIRST_OF_EVENTS


def _cost(leaf: Leaf, text: str) -> int:
    if _is_sentence(text):
        return 0
    if _is_title(leaf):
        return _A_SMALL_WORD if text.isalpha() and text.islower() else _A_NAME
    return _A_WORD if _is_a_word(text) else _A_NAME


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= _LEAST_WORDS


def _is_a_word(text: str) -> bool:
    """Tell a lone word such as ``created`` or ``INCIDENT`` from a composed name."""
    return bool(_A_WORD_SHAPE.match(text)) and not _CAMEL.search(text)


def _named(text: str) -> str:
    """Return a machine's name as words where it is not words already."""
    composed = any(mark in text for mark in "._:/-")
    odd = any(mark.isdigit() for mark in text)
    return spoken(text) if composed or odd or _is_a_word(text) else text


def _target(found: Sequence[Leaf], winner: Leaf) -> str:
    """Return what it happened to, not who did it; "" when nothing names it."""
    said = text_of(winner.value).casefold()
    fitting = [
        (_TARGETS.index(name) + LEVEL * leaf.depth, place, text)
        for place, leaf in enumerate(found)
        if leaf is not winner and (name := folded(leaf.name)) in _TARGETS
        if leaf.depth <= _DEEPEST and not _is_under(leaf, _ITSELF)
        if (text := " ".join(text_of(leaf.value).split())).casefold() != said
        if 0 < len(text) <= _LONGEST_TARGET and not _BLOB.match(text)
        if any(mark.isalpha() for mark in text)
    ]
    return min(fitting, default=(0, 0, ""))[2]


def _is_a_verb(text: str) -> bool:
    return text.casefold() in _VERBS


def _word_of(found: Sequence[Leaf], names: tuple[str, ...]) -> str:
    """Return the short word under the first of some names near the top."""
    fitting = [
        (names.index(name), leaf.depth, text)
        for leaf in found
        if leaf.depth <= 1 and (name := folded(leaf.name)) in names
        if (text := text_of(leaf.value).strip()) and len(text) <= _LONGEST_WORD
        if " " not in text and any(mark.isalpha() for mark in text)
    ]
    return min(fitting, default=(0, 0, ""))[2]


def _is_under(leaf: Leaf, names: frozenset[str]) -> bool:
    parts = leaf.path.split(".")[:-1]
    return any(folded(part) in names for part in parts)


def _signal(leaf: Leaf) -> tuple[int, int]:
    name = leaf.name.casefold()
    marks = (at for at, mark in enumerate(_SIGNALS) if mark in name)
    return next(marks, len(_SIGNALS)), leaf.depth
