"""From what is handed over to what the domain takes: a share, and its first ticket."""

import hashlib
from datetime import timedelta

from bot.domain.share_decisions import Made, NewTicket
from bot.ports.sharing import Sealed


def made_of(content: bytes, *, incident: str, by: str, opens: int, life_s: int) -> Made:
    """Return what is to be shared.

    Args:
        content: Ciphertext.
        incident: "" for what belongs to none.
    """
    return Made(
        incident=incident,
        by=by,
        opens=opens,
        life=timedelta(seconds=life_s),
        size_bytes=len(content),
        digest=hashlib.sha256(content).hexdigest(),
    )


def whole_life(ticket: str, sealed: Sealed) -> NewTicket:
    """Return the ticket of a link that lives as long as its share."""
    return NewTicket(
        id=ticket,
        digest=sealed.ticket,
        team="",
        person=sealed.person,
        uses=sealed.opens,
        life=None,
    )
