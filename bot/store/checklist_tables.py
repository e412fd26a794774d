"""The tables of checklists: editions of runbooks, and how far each checklist is.

An edition is kept once for all incidents that follow it. Who marked which step is in
the log (`bot/domain/checklist_events.py`).
"""

from typing import TYPE_CHECKING

from bot.store.columns import numbers, texts

if TYPE_CHECKING:
    from sqlite_utils import Database

_EDITION = texts("digest runbook doc")
_CHECKLIST = texts("incident runbook digest") | numbers("position done skipped total")


def make(db: "Database") -> None:
    """Create the tables in an empty place."""
    edition = db.table("runbook_edition")
    edition.create(_EDITION, pk="digest", not_null=_EDITION, strict=True)
    checklist = db.table("checklist")
    checklist.create(
        _CHECKLIST, pk=("incident", "runbook"), not_null=_CHECKLIST, strict=True
    )
