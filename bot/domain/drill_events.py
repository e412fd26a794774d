"""What can have happened in a drill. One stream a run, ``drill/dr_…``.

What people do about a drill stands in the streams of its incidents and plans, as
for real ones; here stands only what the drill itself did. The contract of fields
is that of `events.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStarted:
    """Somebody started a run of a scenario.

    Attributes:
        scenario: Its id, the stem of its file.
        digest: SHA-256 hex over `text`.
        speed: Scenario minutes a real minute holds.
        channel: Slack channel id it is played in.
        by: Slack id, or ``admin`` for the command line.
        text: The scenario as canonical JSON, payloads inlined: the run goes on with
            this, whatever becomes of the file.
    """

    name: ClassVar = "drill.started.v1"

    scenario: str
    digest: str
    speed: int
    channel: str
    by: str
    at: datetime
    text: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillPaused:
    """The drill's clock stands still."""

    name: ClassVar = "drill.paused.v1"

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResumed:
    """The drill's clock goes on."""

    name: ClassVar = "drill.resumed.v1"

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectSent:
    """An inject was told.

    Attributes:
        inject: Its number in the scenario.
        alert: Inbox id of the alert it became; "" for a message.
    """

    name: ClassVar = "drill.inject_sent.v1"

    inject: str
    kind: str
    alert: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectPassedOver:
    """A contingency was not needed: what it waits for had happened in time."""

    name: ClassVar = "drill.inject_passed_over.v1"

    inject: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationMet:
    """People did what an inject expects.

    Attributes:
        number: Place of the expectation in its inject, from 0.
        after_s: Scenario seconds from the inject to what met it; 0 where it stood
            already.
    """

    name: ClassVar = "drill.expectation_met.v1"

    inject: str
    number: int
    after_s: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectationMissed:
    """The time for what an inject expects ran out."""

    name: ClassVar = "drill.expectation_missed.v1"

    inject: str
    number: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStopped:
    """Somebody stopped it: nothing more is told. `DrillEnded` follows."""

    name: ClassVar = "drill.stopped.v1"

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded:
    """It is over and everything it opened was put away.

    Attributes:
        because: ``time``, ``done``, ``stopped`` or ``scenario_erased``.
    """

    name: ClassVar = "drill.ended.v1"

    because: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRefused:
    """The rules said no to a person.

    Attributes:
        command: ``start``, ``pause``, ``resume`` or ``stop``.
        code: Code of the refusal.
    """

    name: ClassVar = "drill.refused.v1"

    command: str
    code: str
    by: str
    at: datetime


DrillEvent = (
    DrillStarted
    | DrillPaused
    | DrillResumed
    | InjectSent
    | InjectPassedOver
    | ExpectationMet
    | ExpectationMissed
    | DrillStopped
    | DrillEnded
    | DrillRefused
)
