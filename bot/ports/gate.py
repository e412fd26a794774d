"""How the doors speak with the gate: asked by people, answered with a view or a no.

Every method may take seconds (it reads the world) and must be called off the event
loop. Nobody approves through anything but the Slack door.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.action_facts import Click
from bot.domain.commands import Person
from bot.domain.freeze import Freeze
from bot.domain.plan_view import Offer, PlanView
from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, as Slack says right now.

    Attributes:
        groups: Handles and ids of the user groups that Slack says they are in.
        groups_read: Slack did say it; without that, nobody is known to be in none.
        in_channel: They are in the plan's channel.
        channel_shared: That channel is shared with another organization.
        read_at: When the oldest of it was read, aware UTC.
    """

    person: Person
    groups: frozenset[str]
    groups_read: bool
    in_channel: bool
    channel_shared: bool
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """Everything is stopped.

    Attributes:
        by: Slack id, or ``admin`` for the admin token.
        since: Aware UTC.
    """

    by: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standstill:
    """Everything that keeps changes from beginning, whatever they are."""

    frozen: tuple[Freeze, ...] = ()
    stopped: Stopped | None = None


MOVING = Standstill()
"""Nothing is frozen and nothing is stopped."""


class People(Protocol):
    """Reads people again, for the claim."""

    def asker(self, person_id: str, channel: str) -> Asker:
        """Return what Slack says about somebody now; fails closed."""
        ...


class Freezing(Protocol):
    """Sets and lifts freezes; every refusal is a `Refusal` with its three parts."""

    def on(self) -> tuple[Freeze, ...]:
        """Return the freezes that are on."""
        ...

    def still(self) -> Standstill:
        """Return what is frozen, and whether everything is stopped."""
        ...

    def may_thaw(self, *, by: Asker) -> bool:
        """Tell whether somebody may lift what is frozen; it is asked again then."""
        ...

    def freeze(
        self, *, by: Asker, lasts: timedelta, reason: Untrusted, item: str = ""
    ) -> Freeze:
        """Freeze everything that is real, from now on.

        Args:
            item: Inbox item it came with; a second try sets no second freeze.
        """
        ...

    def thaw(self, *, by: Asker, reason: Untrusted | None) -> tuple[Freeze, ...]:
        """Lift every freeze that is on; return them."""
        ...


class Gate(Protocol):
    """The only way to a plan. Every refusal is a `Refusal` with its three parts."""

    @property
    def freezing(self) -> Freezing:
        """What sets and lifts freezes."""
        ...

    def offers(self, incident: str) -> tuple[Offer, ...]:
        """Return what can be proposed for an incident."""
        ...

    def propose(
        self,
        incident: str,
        action: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str = "",
        parent: str = "",
    ) -> PlanView:
        """Make a plan from reading the world and put it before people.

        Args:
            item: Inbox item it came with; a second try with it makes no second plan.
            parent: Plan that this one undoes, "" for none.
        """
        ...

    def edit(
        self,
        plan: str,
        params: Mapping[str, str],
        *,
        by: Asker,
        reason: Untrusted,
        item: str = "",
    ) -> PlanView:
        """Replace a waiting plan by another one; approvals do not carry over."""
        ...

    def view(self, plan: str) -> PlanView | None:
        """Return what stands on a plan's card, None if there is none."""
        ...

    def token(self, plan: str) -> str:
        """Return the value of the plan's buttons: its id and a MAC."""
        ...

    def opened(self, token: str) -> str:
        """Return the plan id of a token that is ours; "" for any other."""
        ...

    def approve(
        self,
        plan: str,
        *,
        by: Asker,
        digest: str,
        typed: str,
        reason: Untrusted | None,
        click: Click,
    ) -> PlanView:
        """Agree to exactly this digest."""
        ...

    def deny(
        self, plan: str, *, by: Asker, reason: Untrusted, click: Click
    ) -> PlanView:
        """Say no; one no is enough."""
        ...

    def cancel(self, plan: str, *, by: Asker, reason: Untrusted | None) -> PlanView:
        """Take a plan back."""
        ...

    def break_glass(
        self,
        plan: str,
        *,
        by: Asker,
        digest: str,
        typed: str,
        reason: Untrusted,
        click: Click,
    ) -> PlanView:
        """Go on without the others; only the quorum is waived."""
        ...

    def reconcile(
        self, plan: str, *, by: Asker, committed: bool, reason: Untrusted
    ) -> PlanView:
        """Say what a look at the world showed."""
        ...

    def review(self, plan: str, *, by: Asker, finding: Untrusted) -> PlanView:
        """Write down what somebody else found about a broken glass."""
        ...

    def turned_away(self, token: str, *, by: str, asked: str, code: str) -> None:
        """Write down a press that did not even come to a decision.

        Args:
            token: As it was sent; the plan it names need not be ours.
            by: Slack id.
            asked: What was pressed, in one word.
            code: Why not, e.g. ``refused.not_allowed``.
        """
        ...

    def stop_all(self, *, by: Asker) -> int:
        """Stop everything; return how many plans it reached."""
        ...

    def release(self, *, by: Asker) -> bool:
        """Take a stop back; tell whether anything was stopped."""
        ...

    def open_plans(self, incident: str = "") -> tuple[PlanView, ...]:
        """Return the plans that are not over, oldest first."""
        ...

    def shown(self, plan: str, message: str) -> None:
        """Slack took the card; only this message's buttons count."""
        ...
