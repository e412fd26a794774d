"""How the doors read the checklists of an incident, and what else could be followed.

Every method touches the disk and must be called off the event loop. What people do to
a checklist is a command of the incident (`bot/domain/step_commands.py`).
"""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.checklist import ChecklistView


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A runbook that could be followed.

    Attributes:
        why: What speaks for it, "" where nothing was said.
        started: Its checklist stands in the incident already.
    """

    runbook: str
    title: str
    why: str
    started: bool = False


class Checklists(Protocol):
    """What can be read of checklists."""

    def view(self, incident: str, runbook: str) -> ChecklistView | None:
        """Return a checklist as it stands, None where there is none."""
        ...

    def others(self, incident: str) -> tuple[Offered, ...]:
        """Return the runbooks that fit an incident, the best first."""
        ...

    def search(self, incident: str, text: str) -> tuple[Offered, ...]:
        """Return the runbooks whose words are near to a text, the nearest first."""
        ...
