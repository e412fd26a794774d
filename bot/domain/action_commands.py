"""What can be asked of a plan, by a person, a worker or a timer.

A command carries ids and what was typed. Who the person is and what the world looks
like comes with the facts, read by the caller and never taken from a button.
"""

from dataclasses import dataclass

from bot.domain.action_effects import Outcome, Verdict
from bot.domain.action_table import Stage
from bot.domain.plan import Plan
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPlan:
    """Keep a plan that was made from reading alone.

    Attributes:
        human_initiated: A person chose the action and its parameters.
        replaces: Plan whose edit this is, "" for none.
    """

    by: str
    plan: Plan
    human_initiated: bool
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """Put a draft before people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """Slack took the card; `message` is its ``ts``."""

    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve:
    """I agree to exactly this plan.

    Attributes:
        digest: The digest that the modal showed.
        typed: The target's name (T2) or the phrase (T1); "" for T3.
        reason: Asked for with T1; redacted.
    """

    by: str
    digest: str
    typed: str = ""
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deny:
    """No. After the quorum it takes the plan back, while nothing has begun."""

    by: str
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Take a plan back."""

    by: str
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersede:
    """An edit made another plan, `child`."""

    by: str
    child: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlass:
    """Go on without the others. Attributes are those of `Approve`."""

    by: str
    digest: str
    typed: str
    reason: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """A window may have closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Take an approved plan to run it.

    Attributes:
        worker: Unique per process and start.
        evidence: SHA-256 hex of the snapshot that was saved; "" if none was.
    """

    worker: str
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginStep:
    """Write down that a call is about to be made."""

    worker: str
    fence: int
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep:
    """Write down what became of a call."""

    worker: str
    fence: int
    step: str
    outcome: Outcome
    request_id: str = ""
    says: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """A worker may have been lost; at start, or when its lease ran out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Somebody stopped everything."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconcile:
    """I looked: it happened, or it did not."""

    by: str
    committed: bool
    reason: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """What a look at the world gave."""

    fence: int
    verdict: Verdict
    says: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What a figure was in the time after it was verified."""

    fence: int
    verdict: Verdict
    says: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """The plan that undoes this one is in another stage now.

    Attributes:
        child: Its id.
        parent: The plan it says it undoes.
    """

    child: str
    parent: str
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """I looked at the broken glass and write what I found."""

    by: str
    finding: Untrusted | None


PersonActionCommand = (
    DraftPlan
    | Approve
    | Deny
    | Cancel
    | Supersede
    | BreakGlass
    | Stop
    | Reconcile
    | Review
)
HouseCommand = (
    Publish
    | Show
    | Expire
    | Claim
    | BeginStep
    | EndStep
    | Recover
    | Verify
    | Measure
    | Mirror
)
ActionCommand = PersonActionCommand | HouseCommand
