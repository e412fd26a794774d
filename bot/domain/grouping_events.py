"""What grouping and quiet add to an incident's story. Stored; see `events.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlated:
    """Alerts of several kinds mean something together.

    Attributes:
        rules: Ids of the rules that hold now, e.g. ``together.llm_jacking``.
        categories: The kinds that were seen, in the order of their names.
        raises: The severity rose with it.
    """

    name: ClassVar = "incident.correlated.v1"

    rules: tuple[str, ...]
    categories: tuple[str, ...]
    raises: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChanged:
    """A further alert names the incident better than the first did.

    Attributes:
        rule: Rule that decided the new category.
    """

    name: ClassVar = "incident.category_changed.v1"

    was: str
    category: str
    rule: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """A problem comes and goes so often that its turns are only counted.

    Attributes:
        turns: How often it came back within `minutes`.
    """

    name: ClassVar = "incident.flapping.v1"

    source: str
    dedup: str
    turns: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlappingEnded:
    """A problem has stayed as it is for long enough.

    Attributes:
        turns: How often it came back in all.
        firing: How it stayed.
    """

    name: ClassVar = "incident.flapping_ended.v1"

    source: str
    dedup: str
    turns: int
    firing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed:
    """A person put the incident to rest for a while, with a reason."""

    name: ClassVar = "incident.snoozed.v1"

    by: str
    until: datetime
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """The incident is no longer at rest.

    Attributes:
        by: A person's id, or ``tocsin``.
        because: ``time``, ``worse``, ``person`` or ``reopened``.
    """

    name: ClassVar = "incident.woken.v1"

    by: str
    because: str


GroupingEvent = (
    Correlated | CategoryChanged | Flapping | FlappingEnded | Snoozed | Woken
)
