"""A plan: exactly what would run, and the digest that an approval covers.

An action reads the world and drafts (`Draft`); the gate adds who asked, where, and
how many must agree (`Plan`). One byte differs, and it is another plan. Nothing in
here runs anything.
"""

import hashlib
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import orjson


class Level(StrEnum):
    """Gate level: how much agreement an action needs. T1 needs most."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One fact of the world the plan rests on, read again before it runs.

    Attributes:
        id: What was read, e.g. ``iam.access_key.status``.
        value: What it was, as text.
    """

    id: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of before → after, as people read it."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call that changes something.

    Attributes:
        id: ``s1``, ``s2`` …, in the order in which they run.
        call: Service and operation, e.g. ``iam.UpdateAccessKey``.
        params: Names and values of the call, sorted by name.
        compare: Facts that must still hold at the instant of the call.
    """

    id: str
    call: str
    params: tuple[tuple[str, str], ...]
    compare: tuple[Probe, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Blast:
    """How far it reaches, counted and not guessed; -1 is unknown."""

    systems: int
    principals: int = -1
    says: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """A figure that is read some time after it was verified.

    Attributes:
        says: What it must be, as people read it.
        after_s: Seconds from then until it is read.
    """

    says: str
    after_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an action says it would do, from reading alone.

    Attributes:
        target: What people type to confirm, e.g. the access key id's owner.
        rollback: Action that undoes it; "" when there is none.
        irreversible_because: Why there is none; "" when there is one.
        evidence: Names of what is saved before a T1 or T2 step.
        drift_free: Whether every precondition is re-read by `probe`.
        afterwards: What is read of a figure later; None where there is none.
    """

    action: str
    action_version: int
    params: tuple[tuple[str, str], ...]
    target: str
    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    preconditions: tuple[Probe, ...]
    blast: Blast
    verify: str
    rollback: str = ""
    irreversible_because: str = ""
    est_seconds: int = 10
    afterwards: Afterwards | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """What it names that a system could be called: target and parameters."""
        return (self.target, *(value for _, value in self.params))


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """A waiver that is in force for a plan: which rule it lifts, and who answers.

    Attributes:
        rule: Id of the policy that does not forbid it.
        owner: Slack id of the person who answers for the waiver.
        until: From then on it lifts nothing, ISO 8601 in UTC.
    """

    id: str
    rule: str
    owner: str
    until: str


_CAME_LATER = frozenset({"groups", "region", "waivers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A draft with everything that decides about it.

    Attributes:
        id: ``pl_`` and a ULID.
        reason: As the requester typed it, redacted.
        salt: Random; kept and erased with the reason, so that an erased reason
            cannot be guessed from the digest.
        level: Derived from the manifest and the registry, never from a model.
        quorum: How many distinct people must agree.
        needs_commander: One of them must be the incident commander.
        groups: Groups of which one person each must agree, all of them different;
            on top of what the level asks for, and never the requester.
        region: In which it takes effect, e.g. ``eu-central-1``; "" is unknown.
        waivers: What is in force for its system and action.
        policy_hash: Of the policies in force when it was made.
        parent: Plan that this one rolls back; "" for none.
        drill: True only when the bot's own record says so.
    """

    id: str
    incident: str
    channel: str
    requester: str
    reason: str
    draft: Draft
    level: Level
    quorum: int
    needs_commander: bool
    policy_hash: str
    parent: str = ""
    drill: bool = False
    salt: str = ""
    groups: tuple[str, ...] = ()
    region: str = ""
    waivers: tuple[Waived, ...] = ()

    def digest(self) -> str:
        """Return SHA-256 hex over everything people are shown and what runs."""
        return hashlib.sha256(b"plan/v1\0" + canonical(as_doc(self))).hexdigest()

    @property
    def phrase(self) -> str:
        """What is typed to confirm a T1 plan: action, target and digest."""
        return f"{self.draft.action} {self.draft.target} {self.digest()[:8]}"


def as_doc(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain values.

    What was added to plans later is left out where it is empty: the digest of an older
    one can be made again.
    """
    doc = asdict(plan)
    for name in _CAME_LATER:
        if not doc[name]:
            del doc[name]
    if plan.draft.afterwards is None:
        del doc["draft"]["afterwards"]
    return doc


def canonical(value: Any) -> bytes:
    """Return the one byte form of a value that digests are made of.

    Raises:
        TypeError: The value holds something that JSON does not have.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
