"""Everything that is data about grouping, in one value. Pure.

It is read from `bot/rules/grouping.yaml`; what the parts mean is in `traces.py`,
`together.py` and `silence.py`.
"""

from dataclasses import dataclass, field

from bot.domain.together import Together
from bot.domain.traces import EntityRules


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingRules:
    """What grouping goes by.

    Attributes:
        order: Categories, the most telling first.
        never_silent: Categories that no maintenance window silences.
    """

    entities: EntityRules = field(default_factory=EntityRules)
    together: tuple[Together, ...] = ()
    order: tuple[str, ...] = ()
    never_silent: frozenset[str] = frozenset()
