"""What the gate is told about people and the world before it decides.

The caller reads it and says when. What was not read counts as the worst: every
default refuses, but for `author`, where nobody is an answer too. Nothing in here is
what a person typed.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.commands import Person, PersonKind
from bot.domain.freeze import Freeze
from bot.domain.gate_limits import UsedUp
from bot.domain.plan import Level, Probe


class Door(StrEnum):
    """Where a command came in. Nobody approves anywhere but in Slack."""

    SLACK = "slack"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyAnswer:
    """What the policies said about one person and one verb.

    Attributes:
        reasons: Ids of the policies that decided.
        because: Their words for people, without a full stop; "" if they have none.
        errors: What went wrong meanwhile; then an Allow does not count.
        hash: SHA-256 hex of the policies in force.
        verb: What was asked; "" where the policies were not.
        waivers: Ids of the waivers without which it would be a no.
        group_only: Only rules for the groups that the plan needs let them, so their
            yes counts for a group and not for what the level asks.
    """

    allowed: bool = False
    reasons: tuple[str, ...] = ()
    because: str = ""
    errors: tuple[str, ...] = ()
    hash: str = ""
    verb: str = ""
    waivers: tuple[str, ...] = ()
    group_only: bool = False

    @property
    def allows(self) -> bool:
        """Tell whether it is a yes without any error."""
        return self.allowed and not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Who somebody is right now, and what the policies let them do.

    Attributes:
        groups: Names of the groups they are in.
        in_channel: They are in the plan's channel.
        policy: For the verb they use, or used when they agreed.
    """

    person: Person
    groups: frozenset[str] = frozenset()
    in_channel: bool = False
    policy: PolicyAnswer = PolicyAnswer()


NOBODY = Standing(person=Person(id="", team="", kind=PersonKind.UNKNOWN))


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """Where a press came from and what its token was worth.

    Attributes:
        channel: Slack channel id.
        message: ``ts`` of the message, "" for a command.
        mac_ok: The token was made by us for this plan id and its stored digest.
    """

    channel: str = ""
    message: str = ""
    mac_ok: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """Everything a decision may rest on beside the plan's own stream.

    Attributes:
        read_at: When the oldest of it was read.
        asker: Who asks; `NOBODY` for timers and workers.
        approvers: Those who cleared the plan, read again; for a claim.
        runner: One of them, or who asked for it, whom the policies let run it; where
            they let none, one whom they do not. For a claim.
        commander: The incident's commander, "" if there is none.
        author: Who wrote the message that led to the plan; for a draft.
        probes: The preconditions, read again; None if they could not be.
        stopped: The kill switch is on.
        frozen: A freeze is on that covers the plan.
        freeze: Which one, for the words; None where nobody knows.
        channel_shared: The plan's channel is shared with another organization.
        drill: The incident is a drill, by our own record.
        catalogued: The action is in the catalogue and its parameters fit.
        level: Derived from manifest and registry; None if it was not.
        groups: Whose yes the policies ask for; None if they were not asked.
        fits: The whole plan fits on one card.
        proven: The approval is in a signed checkpoint and its proof was checked.
        within_limits: A place in the limits of the action is free.
        used_up: Which limit is used up, for the words; None where nobody knows.
        may_propose: The asker has proposed less than one may; for a draft.
        proposed: What of it is used up, for the words; None where nobody knows.
        overdue_reviews: Broken glass that nobody looked at in time.
        glass_broken: How often in the last 24 hours.
        worker_gone: The worker that holds the lease is known to be dead.
    """

    read_at: datetime
    asker: Standing = NOBODY
    approvers: tuple[Standing, ...] = ()
    runner: Standing = NOBODY
    commander: str = ""
    author: str = ""
    click: Click = Click()
    door: Door | None = None
    probes: tuple[Probe, ...] | None = None
    stopped: bool = True
    frozen: bool = True
    freeze: Freeze | None = None
    channel_shared: bool = True
    drill: bool | None = None
    catalogued: bool = False
    level: Level | None = None
    groups: tuple[str, ...] | None = None
    fits: bool = False
    proven: bool = False
    within_limits: bool = False
    used_up: UsedUp | None = None
    may_propose: bool = False
    proposed: UsedUp | None = None
    overdue_reviews: int = 1
    glass_broken: int = 1_000_000
    worker_gone: bool = False
