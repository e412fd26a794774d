"""The table of what models were asked: when, for which incident, at what cost.

It holds no word of a prompt or of an answer. What the figures are compared with is the
business of `bot/assistant/budget.py`.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database


def make(db: "Database") -> None:
    """Create the table in an empty place."""
    columns = numbers("n at_us tokens cost_micros") | texts(
        "incident model prompt digest outcome"
    )
    call = db.table("model_call")
    call.create(columns, pk="n", not_null=set(columns) - {"n"}, strict=True)
    call.create_index(["at_us"])
    call.create_index(["incident"])
