"""What can have happened to a plan until it runs, and the union of it all.

What running a plan did is in `action_effects.py`. Names are stored for ever, words
people typed (`Untrusted`) apart from the facts. Every event carries `at`: windows,
leases and the guard against a clock that went back rest on it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.domain.action_effects import EffectEvent
from bot.domain.ruling import Ruling
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDrafted:
    """A plan was made. Nobody has been asked yet.

    Attributes:
        text: The plan as canonical JSON, without the reason.
        digest: SHA-256 hex over the plan with the reason.
        team: Workspace whose people may decide.
        author: Who wrote the message that led to it, "" if none did.
        human_initiated: A person chose the action, not a suggestion.
        replaces: Plan whose edit this is, "" for none.
        reason: Why it was asked for.
        salt: Random, kept like a word so that it is erased with the reason.
        ruling: What the policies said; None where they were not asked.
    """

    name: ClassVar = "action.drafted.v1"

    text: str
    digest: str
    team: str
    author: str
    human_initiated: bool
    replaces: str
    at: datetime
    reason: Untrusted | None
    salt: Untrusted | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionPublished:
    """The plan waits for people.

    Attributes:
        approve_by: From this instant on nobody can approve.
    """

    name: ClassVar = "action.published.v1"

    approve_by: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionShown:
    """Slack took the approval card.

    Attributes:
        message: ``ts`` of the card in the plan's channel. Only its buttons count.
    """

    name: ClassVar = "action.shown.v1"

    message: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionApproved:
    """One person agreed to exactly this digest.

    Attributes:
        commander: They were the incident's commander at that moment.
        policy_hash: Of the policies that allowed it.
        reason: Typed for a T1 plan.
        ruling: What the policies said; None where they were not asked.
        groups: Those of the plan's groups that they are in.
        group_only: It counts for a group only.
    """

    name: ClassVar = "action.approved.v1"

    by: str
    digest: str
    commander: bool
    policy_hash: str
    at: datetime
    reason: Untrusted | None = None
    ruling: Ruling | None = None
    groups: tuple[str, ...] = ()
    group_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCleared:
    """Enough people agreed, or one broke the glass: it may run now.

    Attributes:
        approvers: Whose rights are read again before it runs.
        apply_by: From this instant on nothing of it may start.
    """

    name: ClassVar = "action.cleared.v1"

    approvers: tuple[str, ...]
    apply_by: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionDenied:
    """Somebody who could have agreed said no. One no is enough."""

    name: ClassVar = "action.denied.v1"

    by: str
    at: datetime
    reason: Untrusted | None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExpired:
    """A window closed.

    Attributes:
        window: ``approve`` or ``apply``.
    """

    name: ClassVar = "action.expired.v1"

    window: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSuperseded:
    """An edit made another plan of it; approvals do not carry over.

    Attributes:
        child: Id of the new plan.
        ruling: What the policies said; None where they were not asked.
    """

    name: ClassVar = "action.superseded.v1"

    child: str
    by: str
    at: datetime
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionStale:
    """The world is no longer the one people were shown.

    Attributes:
        changed: Ids of the preconditions that differ, sorted.
        found: What was found for each, "" where nothing was.
    """

    name: ClassVar = "action.stale.v1"

    changed: tuple[str, ...]
    found: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRevoked:
    """What had cleared it does not hold any more.

    Attributes:
        because: ``policy_changed``, ``approver_lost_right``, ``commander_changed``
            or ``group_missing``.
        who: Approvers who lost the right.
        rulings: What the policies said about everybody who had cleared it.
    """

    name: ClassVar = "action.revoked.v1"

    because: str
    who: tuple[str, ...]
    at: datetime
    rulings: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCancelled:
    """It was taken back before it ran.

    Attributes:
        because: ``requester``, ``commander``, ``late_no``, ``admin``, ``stop_all``.
        ruling: What the policies said; None where they were not asked.
    """

    name: ClassVar = "action.cancelled.v1"

    because: str
    by: str
    at: datetime
    reason: Untrusted | None = None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionBrokeGlass:
    """The on-call lead went on alone. Only the quorum was waived.

    Attributes:
        ruling: What the policies said; None where they were not asked.
    """

    name: ClassVar = "action.broke_glass.v1"

    by: str
    digest: str
    policy_hash: str
    at: datetime
    reason: Untrusted | None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReviewDue:
    """Somebody else owes the broken glass a look.

    Attributes:
        due_at: From this instant on it blocks every T1 plan.
    """

    name: ClassVar = "action.review_due.v1"

    due_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReviewed:
    """Somebody else looked at the broken glass and wrote what they found.

    Attributes:
        ruling: What the policies said; None where they were not asked.
    """

    name: ClassVar = "action.reviewed.v1"

    by: str
    at: datetime
    finding: Untrusted | None
    ruling: Ruling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRefused:
    """The gate said no. Refusals are part of the record.

    Attributes:
        command: Name of what was asked, e.g. ``approve``.
        code: Code of the refusal.
        by: A person's id, or who else asked.
        ruling: What the policies said, where that was a no.
    """

    name: ClassVar = "action.refused.v1"

    command: str
    code: str
    by: str
    at: datetime
    ruling: Ruling | None = None


AskEvent = (
    ActionDrafted
    | ActionPublished
    | ActionShown
    | ActionApproved
    | ActionCleared
    | ActionDenied
    | ActionExpired
    | ActionSuperseded
    | ActionStale
    | ActionRevoked
    | ActionCancelled
    | ActionBrokeGlass
    | ActionReviewDue
    | ActionReviewed
    | ActionRefused
)
ActionEvent = AskEvent | EffectEvent
