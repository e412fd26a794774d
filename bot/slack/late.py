"""People for the gate before the room that reads them stands.

The gate needs somebody to ask about people, the room needs the gate: this breaks
the circle. Until the room stands, everybody is unknown and so nobody may decide.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bot.domain.commands import Person, PersonKind
from bot.ports.gate import Asker, People

_NEVER = datetime.min.replace(tzinfo=UTC)


class Known(People, Protocol):
    """Knows people now, and as they were a moment ago; `askers.Askers` does."""

    def kept(self, person_id: str, channel: str) -> Asker:
        """Return what Slack said at most a minute ago; fails closed.

        Args:
            channel: "" where there is none to be in.
        """
        ...


@dataclass
class LatePeople:
    """Keeps `bot.ports.gate.People` once `of` is set."""

    of: Known | None = field(default=None)

    def asker(self, person_id: str, channel: str) -> Asker:
        """Return what Slack says about somebody now; nobody knows them before."""
        if self.of is not None:
            return self.of.asker(person_id, channel)
        return _nobody(person_id)

    def kept(self, person_id: str, channel: str) -> Asker:
        """Return what Slack said about somebody at most a minute ago."""
        if self.of is not None:
            return self.of.kept(person_id, channel)
        return _nobody(person_id)


def _nobody(person_id: str) -> Asker:
    return Asker(
        person=Person(id=person_id, team="", kind=PersonKind.UNKNOWN),
        groups=frozenset(),
        groups_read=False,
        in_channel=False,
        channel_shared=True,
        read_at=_NEVER,
    )
