"""The tables of what people think of suggestions and of a model's texts.

Folded from the log (`bot/readmodels/history.py`, `votes.py`), but for two: `offer` has
what was considered for an incident, `known_text` which texts a model wrote. No words
stand in them but the reasons of our own ranking.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_OFFER = texts("incident runbook digest title why") | numbers(
    "rank version step score weight"
)
_CASE = texts("incident category first") | numbers(
    "drill fixed accepted rejected wrong none writings"
)
_USE = texts("incident runbook category") | numbers("offered taken done rejected wrong")
_VOICE = texts("incident runbook person category verdict day") | numbers("counted")
_HISTORY = texts("category runbook") | numbers(
    "offered taken done rejected wrong decided worked changed_us"
)
_TEXT = texts("incident kind text")
_TEXT_VOICE = _TEXT | texts("person vote prompt model")
_TEXT_CLAIM = _TEXT | numbers("claim") | texts("person prompt model")


def make(db: "Database") -> None:
    """Create the tables in an empty place."""
    tables = (
        ("offer", _OFFER, ("incident", "rank")),
        ("feedback_case", _CASE, ("incident",)),
        ("runbook_use", _USE, ("incident", "runbook")),
        ("runbook_voice", _VOICE, ("incident", "runbook", "person")),
        ("runbook_history", _HISTORY, ("category", "runbook")),
        ("known_text", _TEXT | texts("prompt model"), ("incident", "kind", "text")),
        ("text_voice", _TEXT_VOICE, ("incident", "kind", "text", "person")),
        ("text_claim", _TEXT_CLAIM, ("incident", "kind", "text", "claim")),
    )
    for name, columns, key in tables:
        table = db.table(name)
        table.create(columns, pk=key, not_null=set(columns), strict=True)
    db.table("runbook_use").create_index(["runbook"])
    db.table("runbook_voice").create_index(["person", "day"])
    db.table("runbook_voice").create_index(["category", "verdict"])
    db.table("history_kept").create({"one": int}, pk="one", strict=True)
