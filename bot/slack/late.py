"""People for the gate before the room that reads them stands.

The gate needs somebody to ask about people, the room needs the gate: this breaks
the circle. Until the room stands, everybody is unknown and so nobody may decide.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.commands import Person, PersonKind
from bot.ports.gate import Asker, People

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass
class LatePeople:
    """Keeps `bot.ports.gate.People` once `of` is set."""

    of: People | None = field(default=None)

    def asker(self, person_id: str, channel: str) -> Asker:
        """Return what Slack says about somebody now; nobody knows them before."""
        if self.of is not None:
            return self.of.asker(person_id, channel)
        return Asker(
            person=Person(id=person_id, team="", kind=PersonKind.UNKNOWN),
            groups=frozenset(),
            in_channel=False,
            channel_shared=True,
            read_at=_NEVER,
        )
