"""Whether a ticket still opens for whom it was made, as Slack says now.

A ticket lives for two minutes; within them somebody may be removed, made a guest or
leave the channel. What is decided here is written down by `vault.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.share import Share
from bot.domain.share_people import Visit, no_holder, not_the_visitor
from bot.ports import Store
from bot.ports.gate import Asker
from bot.readmodels import board

Look = Callable[[str, str], Asker]
"""Answers for (person, channel) who somebody is now, at most a minute old; fails
closed. The channel is "" where there is none to be in. Takes time: not for the event
loop, and not within a transaction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holders:
    """Looks the person of a ticket up."""

    store: Store
    look: Look

    def refusal(self, state: Share, digest: str, visit: Visit) -> str:
        """Return the code by which a ticket is refused for its person's sake, or "".

        Args:
            digest: Of the ticket's secret. A ticket that names nobody opens for
                whoever holds it, so nobody is looked up.
        """
        ticket = state.by_digest(digest)
        if ticket is None or not ticket.person:
            return ""
        stranger = not_the_visitor(ticket.person, visit)
        if stranger:
            return stranger
        channel = self._channel(state.incident)
        found = self.look(ticket.person, channel)
        return no_holder(found.person, in_channel=found.in_channel or not channel)

    def _channel(self, incident: str) -> str:
        if not incident:
            return ""
        row = self.store.read(lambda tx: board.row(tx, incident))
        return row.channel if row else ""
