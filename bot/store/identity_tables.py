"""The tables of identity: sign-ins that are under way, and which refusals were said.

No secret stands in them, only SHA-256 digests. Times are ISO 8601 text.
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_TRY = texts("digest browser page until")
_SAID = texts("about who") | numbers("n times")


def make(db: "Database") -> None:
    """Create the tables in an empty place."""
    tries = db.table("sign_in_try")
    tries.create(_TRY, pk="digest", not_null=_TRY, strict=True)
    tries.create_index(["until"])
    said = db.table("refusal_said")
    said.create(_SAID, pk=("about", "who"), not_null=_SAID, strict=True)
