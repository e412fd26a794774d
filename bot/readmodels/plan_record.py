"""What a plan's stream says about it: who answered, what ran, and what was seen.

For people who read afterwards; the gate itself reads `bot/domain/action.py`. One
sentence per event, in the order of the log, is in `plan_lines.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.action import fold
from bot.domain.action_effects import (
    ActionClaimed,
    ActionMeasured,
    ActionReconciled,
    ActionVerified,
    ActionVerifyFailed,
    ActionVerifyInconclusive,
    StepBegan,
    StepEnded,
    Verdict,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionDenied,
    ActionDrafted,
    ActionEvent,
    ActionRefused,
    ActionReviewed,
)
from bot.domain.action_table import Stage
from bot.domain.codec import decode_action
from bot.domain.plan import Plan
from bot.domain.untrusted import Untrusted
from bot.ports import Entry, Transaction
from bot.readmodels.timeline import ACTION_STREAM


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAnswer:
    """What one person said to a plan.

    Attributes:
        by: Slack id, ``tocsin`` or ``admin``.
        said: Our words for it, e.g. ``agreed``.
        words: What they typed; None if nothing, or if it was erased.
    """

    by: str
    said: str
    at: datetime
    seq: int
    words: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """One call to the world outside.

    Attributes:
        outcome: ``ok``, ``failed``, ``unknown``; ``on its way`` until it is known.
        request_id: The other side's id of it, "" if it gave none.
    """

    step: str
    began_at: datetime
    outcome: str = "on its way"
    ended_at: datetime | None = None
    request_id: str = ""
    says: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at whether the world is as the plan promised."""

    verdict: str
    at: datetime
    says: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """A plan as the record has it.

    Attributes:
        digest: SHA-256 hex that people agreed to.
        asked_at: When it was drafted, aware UTC.
        evidence: SHA-256 hex of the snapshot saved before it ran, "" if none was.
        rollback: Plan that undoes it, "" if none does.
        replaced_by: Plan that an edit made of it, "" for none.
    """

    plan: Plan
    stage: Stage
    digest: str
    reason: Untrusted | None
    asked_at: datetime
    asked_seq: int
    approve_by: datetime | None = None
    answers: tuple[PersonAnswer, ...] = ()
    evidence: str = ""
    calls: tuple[CallMade, ...] = ()
    looks: tuple[Look, ...] = ()
    rollback: str = ""
    replaced_by: str = ""


def of_incident(tx: Transaction, incident: str) -> tuple[PlanRecord, ...]:
    """Return the records of all plans of an incident, oldest first."""
    found = tx.tables.execute(
        "SELECT id FROM plan WHERE incident = ? ORDER BY id", (incident,)
    )
    made = (record(tx.log.load(ACTION_STREAM + row["id"])) for row in found)
    return tuple(one for one in made if one is not None)


def pending(tx: Transaction) -> dict[str, int]:
    """Return how many plans wait for people, by incident."""
    found = tx.tables.execute(
        "SELECT incident, count(*) AS n FROM plan WHERE stage = ? GROUP BY incident",
        (Stage.PENDING.value,),
    )
    return {row["incident"]: int(row["n"]) for row in found}


def record(entries: Sequence[Entry]) -> PlanRecord | None:
    """Return the record of one plan's stream, None if nothing was drafted."""
    events = [
        (one.seq, decode_action(one.kind, one.body, one.words)) for one in entries
    ]
    state = fold(event for _, event in events)
    if not state.exists:
        return None
    seq, drafted = next(
        (seq, event) for seq, event in events if isinstance(event, ActionDrafted)
    )
    return PlanRecord(
        plan=state.plan,
        stage=state.stage,
        digest=state.digest,
        reason=state.reason,
        asked_at=drafted.at,
        asked_seq=seq,
        approve_by=state.approve_by if state.stage is Stage.PENDING else None,
        answers=tuple(
            answer for seq, event in events if (answer := _answer(seq, event))
        ),
        evidence=_evidence(event for _, event in events),
        calls=_calls([event for _, event in events]),
        looks=tuple(look for _, event in events if (look := _look(event))),
        rollback=state.rollback,
        replaced_by=state.child,
    )


def _answer(  # noqa: C901 - one case per event
    seq: int, event: ActionEvent
) -> PersonAnswer | None:
    match event:
        case ActionApproved(commander=commander):
            said = "agreed, as commander" if commander else "agreed"
            words = event.reason
        case ActionBrokeGlass():
            said, words = "broke the glass", event.reason
        case ActionDenied():
            said, words = "rejected it", event.reason
        case ActionCancelled(because=because) if because != "stop_all":
            said, words = "took it back", event.reason
        case ActionCancelled():
            said, words = "stopped everything", event.reason
        case ActionReviewed():
            said, words = "reviewed the broken glass", event.finding
        case ActionReconciled(committed=committed):
            found = "had happened" if committed else "had not happened"
            said, words = f"looked: it {found}", event.reason
        case ActionRefused(command=command, code=code):
            said, words = f"was refused: {command} ({_why(code)})", None
        case _:
            return None
    return PersonAnswer(by=event.by, said=said, at=event.at, seq=seq, words=words)


def _why(code: str) -> str:
    return code.removeprefix("refused.").replace("_", " ").replace(".", " ")


def _evidence(events: Iterable[ActionEvent]) -> str:
    return next(
        (event.evidence for event in events if isinstance(event, ActionClaimed)), ""
    )


def _calls(events: Sequence[ActionEvent]) -> tuple[CallMade, ...]:
    made: dict[str, CallMade] = {}
    for event in events:
        match event:
            case StepBegan(step=step):
                made[step] = CallMade(step=step, began_at=event.at)
            case StepEnded(step=step):
                made[step] = CallMade(
                    step=step,
                    began_at=made[step].began_at if step in made else event.at,
                    outcome=event.outcome.value,
                    ended_at=event.at,
                    request_id=event.request_id,
                    says=event.says,
                )
            case _:
                pass
    return tuple(made.values())


_MEASURED = {
    Verdict.PASS: "measured afterwards, as promised",
    Verdict.FAIL: "measured afterwards, not as promised",
    Verdict.INCONCLUSIVE: "could not be measured afterwards",
}


def _look(event: ActionEvent) -> Look | None:
    match event:
        case ActionVerified():
            return Look(verdict="as promised", at=event.at, says=event.says)
        case ActionVerifyFailed(because="inconclusive"):
            return Look(verdict="nobody could tell", at=event.at, says=event.says)
        case ActionVerifyFailed():
            return Look(verdict="not as promised", at=event.at, says=event.says)
        case ActionVerifyInconclusive():
            return Look(verdict="cannot be told yet", at=event.at, says=event.says)
        case ActionMeasured(verdict=verdict):
            return Look(verdict=_MEASURED[verdict], at=event.at, says=event.says)
        case _:
            return None
