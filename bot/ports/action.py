"""What an action offers: plan, apply, probe, verify and a way back.

An action is one class in an integration. Without verify, or without a rollback or
a stated reason for irreversibility, it cannot register. Only `bot/gate` calls
`apply`; reading uses other credentials than writing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from bot.domain.action_effects import Outcome, Verdict
from bot.domain.plan import Draft, Level, Plan, Probe, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """The outcome of a step and what was seen.

    Attributes:
        says: One sentence for people, in our own words.
        request_id: The other side's id of the call; "" if it gave none.
    """

    outcome: Outcome
    says: str
    request_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A verdict with the figure or fact it rests on."""

    verdict: Verdict
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionManifest:
    """What the gate must know of an action before anyone proposes it.

    Attributes:
        name: Dotted, e.g. ``aws.iam.deactivate_access_key``.
        version: Goes up whenever what it does changes.
        title: Imperative, e.g. ``Deactivate an IAM access key``.
        params: JSON schema of the parameters, ``additionalProperties: false``.
        level: Gate level by stage of the system, key ``""`` for the default.
        evidence: What is saved before it runs.
        calls: API operations it makes, for the IAM policy that is shipped.
        rollback: Action that undoes it; "" needs `irreversible_because`.
        cuts_off: It takes a service from everybody who uses it. Where customers do,
            the business has a say.
    """

    name: str
    version: int
    title: str
    params: Mapping[str, Any]
    level: Mapping[str, Level]
    evidence: tuple[str, ...]
    calls: tuple[str, ...]
    rollback: str = ""
    irreversible_because: str = ""
    cuts_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """With what a step may act: minted for one plan and one time.

    Attributes:
        session: Where calls are made with; opaque to the gate.
        idempotency_key: SHA-256 hex over plan and step.
    """

    session: Any
    idempotency_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What an action would change, from its own data and the parameters alone.

    Attributes:
        thing: Identity of what is changed, equal for the action and its way back.
        fact: Id of the fact that changes, e.g. ``iam.access_key.status``.
        what: What people call it.
        usual: Its value where nothing is wrong.
        after: Its value afterwards.
        target: What people type to confirm.
        call: The call that would be made, and its `arguments`.
    """

    thing: str
    fact: str
    what: str
    usual: str
    after: str
    target: str
    call: str
    arguments: Mapping[str, str]


@runtime_checkable
class Sketching(Protocol):
    """An action that a drill can play: it says what it changes without a world."""

    def sketch(self, params: Mapping[str, str]) -> Sketch:
        """Return what would change. Reads nothing."""
        ...


@runtime_checkable
class Measuring(Protocol):
    """An action that changes a figure which can be read some time later."""

    def measure(
        self, plan: Plan, *, since: datetime, until: datetime, reader: Any
    ) -> Verified:
        """Say what the figure was in a time after the plan was verified.

        Raises:
            TocsinError: It could not be read.
        """
        ...


@runtime_checkable
class Settling(Protocol):
    """An action of several steps, of which one must come to rest before the next."""

    def rests(self, step: Step, session: Any) -> bool:
        """Tell whether a step may be made now. Writes nothing, never raises."""
        ...


class Action(Protocol):
    """One thing that can be done to the world outside."""

    MANIFEST: ActionManifest

    def plan(self, params: Mapping[str, str], *, reader: Any) -> Draft:
        """Read the world and say exactly what would run. Changes nothing.

        Twice on the same world gives the same draft.

        Raises:
            Refusal: The parameters do not fit the schema or the world.
            Unreachable: The world could not be read.
        """
        ...

    def probe(self, draft: Draft, *, reader: Any) -> tuple[Probe, ...]:
        """Read the preconditions again."""
        ...

    def apply(self, step: Step, effect: Effect) -> StepResult:
        """Make the one call. Never raises for what the other side answers."""
        ...

    def verify(self, plan: Plan, *, reader: Any) -> Verified:
        """Say whether it worked, by a fact of the world."""
        ...

    def rollback(self, draft: Draft) -> Mapping[str, str] | None:
        """Return the parameters for the rollback action; None if there is none."""
        ...

    def snapshot(self, draft: Draft, *, reader: Any) -> Mapping[str, Any]:
        """Return the evidence to save before it runs, as JSON values."""
        ...
