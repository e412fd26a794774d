"""The table of questions that wait for an answer, and of those that had one lately.

The masked words of a question stand in it only while it waits; then they are words of
the log, which can be erased.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_QUESTION = texts("id incident person channel thread digest text note state") | numbers(
    "aloud rev asked_us due_us"
)


def make(db: "Database") -> None:
    """Create the table in an empty place."""
    question = db.table("question")
    question.create(_QUESTION, pk="id", not_null=_QUESTION, strict=True)
    question.create_index(["state", "due_us"])
    question.create_index(["person", "asked_us"])
    question.create_index(["channel", "asked_us"])
