"""What of a model's claims people took over, as the log has it."""

from collections.abc import Container

from bot.domain.codec import decode
from bot.domain.summary import Claim, from_lines
from bot.domain.telling_events import Drafted, HandedOver
from bot.domain.writing import Part, Row, Said, Writing
from bot.ports import Transaction
from bot.readmodels.timeline import INCIDENT_STREAM


def claims(
    tx: Transaction,
    incident: str,
    seq: int,
    which: Container[str],
    *,
    writing: Writing | None = None,
) -> tuple[Claim, ...]:
    """Return claims of a model, by their numbers from 1 in an entry of this incident.

    Args:
        writing: What the model was asked for; None for whatever it was.

    Returns:
        Nothing where the entry is of another incident, or its words were erased.
    """
    for entry in tx.log.load(INCIDENT_STREAM + incident):
        if entry.seq != seq or entry.kind != Drafted.name:
            continue
        event = decode(entry.kind, entry.body, entry.words)
        if isinstance(event, Drafted) and writing in (None, event.writing):
            found = from_lines(event.text, event.evidence)
            return tuple(one for n, one in enumerate(found, 1) if str(n) in which)
    return ()


def handed(tx: Transaction, incident: str) -> tuple[int, HandedOver] | None:
    """Return the newest handover and its number; None if there was none."""
    for entry in reversed(tx.log.load(INCIDENT_STREAM + incident)):
        if entry.kind == HandedOver.name:
            event = decode(entry.kind, entry.body, entry.words)
            return (entry.seq, event) if isinstance(event, HandedOver) else None
    return None


def part(found: tuple[Claim, ...]) -> Part:
    """Return claims as they are shown, each with what it rests on."""
    rows = tuple(Row(pieces=(Said(one.text),), evidence=one.evidence) for one in found)
    return Part(title="", rows=rows, written_by="AI-written, check evidence")
