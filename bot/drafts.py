"""Makes drafts of runbooks from incidents, for Slack, the pages and the command line.

Reads only. What is in a draft is `bot/domain/runbook_draft.py`; what happened,
`bot/readmodels/course.py`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.domain.draft_shelf import Shelf
from bot.domain.runbook import Runbook
from bot.domain.runbook_draft import Draft, draft
from bot.gate.catalogue import load_actions
from bot.ports import Clock, Store
from bot.ports.action import Action
from bot.readmodels.course import course


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafts:
    """Drafts runbooks.

    Attributes:
        titles: Category to what it is called.
        mask: Takes out of a text what must not stand in a file, names included.
    """

    store: Store
    clock: Clock
    runbooks: Sequence[Runbook]
    titles: Mapping[str, str]
    mask: Callable[[str], str]

    def draft(self, incident: str) -> Draft | None:
        """Return a draft, None if there is no such incident. Touches the disk."""
        found = self.store.read(lambda tx: course(tx, incident, titles=self.titles))
        if found is None:
            return None
        shelf = Shelf(
            runbooks=self.runbooks,
            required=required(),
            today=self.clock.now().date(),
            mask=self.mask,
        )
        return draft(found, shelf)


@cache
def required() -> Mapping[str, tuple[str, ...]]:
    """Return the shipped actions and the parameters that each needs."""
    return needed(load_actions())


def needed(actions: Mapping[str, Action]) -> Mapping[str, tuple[str, ...]]:
    """Return the parameters that each of some actions needs, by its name."""
    return {
        name: tuple(one.MANIFEST.params.get("required", ()))
        for name, one in actions.items()
    }
