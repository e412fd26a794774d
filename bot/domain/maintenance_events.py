"""What can have happened to a maintenance window. Stored for ever; see `events.py`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from bot.domain.untrusted import Untrusted


class What(StrEnum):
    """By what a window knows the alerts it is planned for."""

    SYSTEM = "system"
    SOURCE = "source"
    THING = "thing"
    DEDUP = "dedup"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenancePlanned:
    """A person planned a time in which some alerts open nothing.

    Attributes:
        target: System id, source, id of a thing, or pattern of a dedup key.
        starts_at: First moment at which it holds, UTC.
        ends_at: First moment at which it no longer does, UTC.
        channel: Slack channel id that is told.
    """

    name: ClassVar = "maintenance.planned.v1"

    what: What
    target: Untrusted | None
    starts_at: datetime
    ends_at: datetime
    channel: str
    by: str
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceStarted:
    """The window holds from now on.

    Attributes:
        late_s: How many whole seconds after its start that was written.
    """

    name: ClassVar = "maintenance.started.v1"

    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceEnded:
    """The window holds no longer.

    Attributes:
        by: A person's id; ``tocsin`` when its time was up.
        silenced: How many alerts it kept quiet.
        opened: How many of their problems were still there and were placed then.
    """

    name: ClassVar = "maintenance.ended.v1"

    by: str
    silenced: int
    opened: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceRefused:
    """The rules said no to a person."""

    name: ClassVar = "maintenance.refused.v1"

    command: str
    code: str
    by: str


MaintenanceEvent = (
    MaintenancePlanned | MaintenanceStarted | MaintenanceEnded | MaintenanceRefused
)
