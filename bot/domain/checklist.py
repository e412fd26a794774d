"""A runbook as it is followed in one incident: its steps, and what became of each.

A checklist keeps the edition of the runbook that it was started with, so that "step 4"
means the same for as long as the incident is talked about. Pure. Which commands move a
step is decided in `stepping.py`; where editions lie, in `bot/readmodels/checklists.py`.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.runbook import Level, Runbook, Step, StepKind, Way
from bot.domain.runbook_look import look_of
from bot.domain.untrusted import Untrusted

TAKEN, DONE, SKIPPED = "taken", "done", "skipped"
FINISHED = frozenset({DONE, SKIPPED})
_SHORT = 8
_IN_STEP = (
    *("number", "id", "text", "action", "verify", "rollback", "irreversible"),
    "stop_if",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a person types or looks at for a step, as the runbook has it.

    Attributes:
        where: The part of the runbook it is from; "" where the step says it itself.
        text: Several lines, to be copied as they stand.
    """

    where: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of a runbook: everything that a checklist shows of it.

    Attributes:
        looks: Number of a step to what to type or to look at.
    """

    runbook: str
    version: int
    title: str
    steps: tuple[Step, ...]
    looks: Mapping[int, Look] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 hex over everything in it: it changes with every word."""
        return hashlib.sha256(_canonical(as_doc(self))).hexdigest()

    def step(self, number: int) -> Step | None:
        """Return a step by its number, from 1; None when there is none."""
        return next((one for one in self.steps if one.number == number), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What became of one step.

    Attributes:
        state: ``taken``, ``done`` or ``skipped``.
        at: When that was recorded, aware UTC.
        seq: Of its entry in the log.
        reason: Why it was skipped; None where there is none, or it was erased.
        open_evidence: Steps that should have come first and were open.
    """

    state: str
    by: str
    at: datetime
    seq: int
    reason: Untrusted | None = None
    open_evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistView:
    """Everything that stands on one checklist.

    Attributes:
        edition: None where its text is not kept any more: then only the log knows
            which steps people marked.
        version: Of the runbook, and `digest` of its edition, as the log has them.
        total: How many steps the edition has.
        why: Why the runbook was suggested, "" where it was not.
        marks: Number of a step to what became of it; steps nobody touched are absent.
        moved: Entry of the log that changed it last.
        standing: ``""`` as on the shelf, ``changed`` or ``gone``.
        outcome: How the incident ended, "" while it is open.
    """

    incident: str
    channel: str
    runbook: str
    version: int
    digest: str
    total: int
    started_by: str
    started_at: datetime
    edition: Edition | None
    why: str = ""
    marks: Mapping[int, Mark] = field(default_factory=dict)
    moved: int = 0
    standing: str = ""
    outcome: str = ""
    ended_by: str = ""
    ended_at: datetime | None = None
    drill: bool = False

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(mark.state == DONE for mark in self.marks.values())

    @property
    def skipped(self) -> int:
        """How many steps were skipped."""
        return sum(mark.state == SKIPPED for mark in self.marks.values())

    @property
    def current(self) -> Step | None:
        """The first step that is neither done nor skipped; None when all are."""
        steps = self.edition.steps if self.edition else ()
        return next((one for one in steps if not self.is_finished(one.number)), None)

    @property
    def last_finished(self) -> int:
        """The step that was marked done or skipped last; 0 when none was."""
        ends = {n: one.seq for n, one in self.marks.items() if one.state in FINISHED}
        return max(ends, key=lambda n: ends[n]) if ends else 0

    def is_finished(self, number: int) -> bool:
        """Tell whether a step is done or skipped."""
        mark = self.marks.get(number)
        return mark is not None and mark.state in FINISHED

    def progress(self) -> str:
        """Return how far it is: ``3 of 8 done, 1 skipped``."""
        return progress(self.done, self.skipped, self.total)


def progress(done: int, skipped: int, total: int) -> str:
    """Return how far a checklist is, for people."""
    more = f", {skipped} skipped" if skipped else ""
    return f"{done} of {total} done{more}"


def edition_of(runbook: Runbook) -> Edition:
    """Return the edition of a runbook as its file is now."""
    found = {one.number: look_of(runbook, one) for one in runbook.steps}
    return Edition(
        runbook=runbook.id,
        version=runbook.version,
        title=runbook.title,
        steps=runbook.steps,
        looks={
            n: Look(where=where, text=text)
            for n, (where, text) in found.items()
            if text
        },
    )


def needs_action(step: Step) -> bool:
    """Tell whether a step names a registered action that can be proposed."""
    return bool(step.ways)


def evidence_before(edition: Edition, number: int) -> tuple[int, ...]:
    """Return the steps that only look and come before one that changes something."""
    step = edition.step(number)
    if step is None or not step.is_gated:
        return ()
    reads = (one.number for one in edition.steps if one.kind is StepKind.READ)
    return tuple(one for one in reads if one < number)


def open_evidence(
    edition: Edition, number: int, finished: Collection[int]
) -> tuple[int, ...]:
    """Return the evidence steps before a step that are not done or skipped."""
    before = evidence_before(edition, number)
    return tuple(one for one in before if one not in finished)


def steps_named(numbers: Collection[int]) -> str:
    """Return steps as people say them: ``step 1`` or ``steps 1, 2``."""
    said = ", ".join(map(str, sorted(numbers)))
    return f"step {said}" if len(numbers) == 1 else f"steps {said}"


def short(digest: str) -> str:
    """Return as much of a digest as people compare."""
    return digest[:_SHORT]


def as_doc(edition: Edition) -> dict[str, Any]:
    """Return an edition as plain values; `from_doc` reads it back."""
    return {
        "runbook": edition.runbook,
        "version": edition.version,
        "title": edition.title,
        "steps": [_step_doc(one) for one in edition.steps],
        "looks": {str(n): [one.where, one.text] for n, one in edition.looks.items()},
    }


def from_doc(doc: Mapping[str, Any]) -> Edition:
    """Read what `as_doc` made."""
    looks = doc["looks"].items()
    return Edition(
        runbook=doc["runbook"],
        version=doc["version"],
        title=doc["title"],
        steps=tuple(_step(one) for one in doc["steps"]),
        looks={int(n): Look(where=where, text=text) for n, (where, text) in looks},
    )


def _step_doc(step: Step) -> dict[str, Any]:
    doc = {name: getattr(step, name) for name in _IN_STEP} | {
        "kind": step.kind.value,
        "level": step.level.value if step.level else "",
        "params_from": [list(pair) for pair in step.params_from],
    }
    # Only where there are others: editions kept before had no such field.
    if step.otherwise:
        doc["or"] = [[one.action, [*one.params_from]] for one in step.otherwise]
    return doc


def _step(doc: Mapping[str, Any]) -> Step:
    return Step(
        **{name: doc[name] for name in _IN_STEP},
        kind=StepKind(doc["kind"]),
        level=Level(doc["level"]) if doc["level"] else None,
        params_from=_pairs(doc["params_from"]),
        otherwise=tuple(
            Way(action, _pairs(pairs)) for action, pairs in doc.get("or", ())
        ),
    )


def _pairs(listed: Iterable[Iterable[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in listed)


def _canonical(doc: Mapping[str, Any]) -> bytes:
    return json.dumps(doc, sort_keys=True, ensure_ascii=False).encode()
