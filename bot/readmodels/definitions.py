"""Which definition of sensitive data was in force, and from which entry on.

The log holds an entry whenever the bot started with another one than before, so the
position of any entry says by which its words were masked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.codec import decode_definition
from bot.domain.definition_events import DefinitionInForce
from bot.ports import Transaction

STREAM = "definition/redaction"
_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """One definition, and since when.

    Attributes:
        seq: Number of the entry that says so; it holds from there to the next one.
        at: When it was recorded, aware UTC.
    """

    seq: int
    at: datetime
    definition: DefinitionInForce

    def told(self) -> str:
        """Say it in one line, without who answers for it."""
        found = self.definition
        site = f", with the overlay {found.overlay[:_DIGITS]}" if found.overlay else ""
        kept = f", keeps {', '.join(found.kept)}" if found.kept else ""
        return (
            f"version {found.version}, {found.rules} rules for {found.kinds} kinds, "
            f"sha256 {found.digest[:_DIGITS]}{site}{kept}"
        )


def definitions(tx: Transaction) -> tuple[InForce, ...]:
    """Return every definition that was in force, in the log's order."""
    return tuple(
        InForce(
            seq=one.seq,
            at=one.at,
            definition=decode_definition(one.kind, one.body, one.words),
        )
        for one in tx.log.load(STREAM)
    )


def in_force(found: Sequence[InForce], seq: int) -> InForce | None:
    """Return the definition that was in force when an entry was written."""
    return next((one for one in reversed(found) if one.seq <= seq), None)
