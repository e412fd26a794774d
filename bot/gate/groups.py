"""Who is in which group: from what Slack says, the settings, and the registry.

The most special says it: for one system its entry in the registry, else the settings,
else the user group of that handle. Nobody becomes commander or owner by the name of a
user group. What a group means is the policies' business.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.groups import COMMANDER, DEPUTY, FROM_SLACK, OWNER, speaks
from bot.domain.registry import System
from bot.ports.gate import Asker

_FROM_THE_INCIDENT = frozenset({COMMANDER, OWNER, DEPUTY})
# As shipped they are filled by the user group of that name.
_ALWAYS = frozenset({"approvers", "oncall"})


@dataclass(frozen=True, slots=True)
class GroupNames:
    """What the settings say about groups: name to ids and handles."""

    by_name: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(
        self, asker: Asker, system: System | None, *, commander: str
    ) -> frozenset[str]:
        """Return the groups somebody is in, for one system.

        Args:
            system: Registered; None where the incident is about none.
            commander: Of the incident, "" for none.
        """
        said, person = asker.groups, asker.person.id
        members = {**self.by_name, **dict(system.groups if system else ())}
        named = {
            name for name, ids in members.items() if speaks(ids, person=person, of=said)
        }
        if person and person == commander:
            named.add(COMMANDER)
        for name, who in _heads(system):
            if speaks((who.removeprefix("@"),), person=person, of=said):
                named.add(name)
        return frozenset((said - members.keys() - _FROM_THE_INCIDENT) | named)

    def named(self, system: System | None) -> frozenset[str]:
        """Return the groups that somebody has filled, so that a plan may need them."""
        of_system = [name for name, _ in system.groups] if system else []
        heads = [name for name, _ in _heads(system)]
        named = {*self.by_name, *of_system, *heads, COMMANDER, *_ALWAYS}
        return frozenset(named)

    def unfilled(self, system: System | None) -> tuple[str, ...]:
        """Return the groups that nobody has named for a system, in order."""
        return tuple(one for one in FROM_SLACK if one not in self.named(system))


def _heads(system: System | None) -> tuple[tuple[str, str], ...]:
    """Return owner and deputy, where the registry names them."""
    if system is None:
        return ()
    both = ((OWNER, system.owner), (DEPUTY, system.deputy))
    return tuple((name, who) for name, who in both if who)
