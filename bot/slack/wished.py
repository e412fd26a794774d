"""A wish as the command of the domain that asks it. Pure.

How people say what they want is in `verbs.py`, `modals.py` and `wishes.py`.
"""

from collections.abc import Callable
from typing import assert_never

from bot.domain.commands import (
    Acknowledge,
    Assign,
    FinishStep,
    JudgeSuggestion,
    JudgeText,
    Move,
    Note,
    Person,
    PersonCommand,
    Reopen,
    ReopenStep,
    Rerank,
    Resolve,
    Snooze,
    StartChecklist,
    TakeStep,
    Wake,
)
from bot.domain.judging_events import Verdict, Vote
from bot.domain.untrusted import Untrusted
from bot.slack.wishes import Verb, Wish, out_of_date


def command_of(  # noqa: C901, PLR0912 - one case per verb, so that mypy finds a gap
    wish: Wish,
    *,
    by: Person,
    to: Person | None = None,
    clean: Callable[[str], Untrusted],
) -> PersonCommand:
    """Return the domain command of a wish.

    Args:
        to: The person a role is given to, as Slack knows them now.
        clean: Redacts what a person typed.

    Raises:
        BadRequest: The wish only reads, or lacks the person it needs.
    """
    words = clean(wish.text) if wish.text else None
    match wish.verb:
        case Verb.NOTE:
            return Note(by=by, text=words or Untrusted(""), message=wish.message)
        case Verb.ACK:
            return Acknowledge(by=by)
        case Verb.RESOLVE:
            return Resolve(by=by, outcome=wish.outcome, summary=words)
        case Verb.REOPEN:
            return Reopen(by=by)
        case Verb.ROLE if to is not None:
            return Assign(by=by, role=wish.role, to=to)
        case Verb.SEVERITY:
            reason = words or Untrusted("")
            return Rerank(by=by, severity=wish.severity, reason=reason)
        case Verb.PHASE:
            return Move(by=by, phase=wish.phase)
        case Verb.TAKE | Verb.DONE | Verb.SKIP | Verb.UNDO | Verb.STEPS:
            return _of_step(wish, by=by, reason=words)
        case Verb.SNOOZE | Verb.WAKE:
            return _rest(wish, by=by, reason=words)
        case Verb.JUDGE | Verb.VOTE:
            return _judge(wish, by=by, reason=words)
        case Verb.HELP | Verb.LIST | Verb.STATUS | Verb.PAGE | Verb.ROLE:
            raise out_of_date()
        case Verb.RUNBOOKS | Verb.RUNBOOK:
            raise out_of_date()
        case _:
            assert_never(wish.verb)


def _of_step(wish: Wish, *, by: Person, reason: Untrusted | None) -> PersonCommand:
    runbook, step = wish.runbook, wish.step
    match wish.verb:
        case Verb.STEPS:
            return StartChecklist(by=by, runbook=runbook)
        case Verb.TAKE:
            return TakeStep(by=by, runbook=runbook, step=step)
        case Verb.UNDO:
            return ReopenStep(
                by=by, runbook=runbook, step=step, was=wish.was, reason=reason
            )
        case _:
            return FinishStep(
                by=by,
                runbook=runbook,
                step=step,
                skipped=wish.verb is Verb.SKIP,
                reason=reason,
            )


def _rest(wish: Wish, *, by: Person, reason: Untrusted | None) -> PersonCommand:
    if wish.verb is Verb.WAKE:
        return Wake(by=by)
    return Snooze(by=by, lasts=wish.lasts, reason=reason or Untrusted(""))


def _judge(wish: Wish, *, by: Person, reason: Untrusted | None) -> PersonCommand:
    if wish.verb is Verb.JUDGE:
        verdict = Verdict(wish.outcome)
        runbook, step = wish.runbook, wish.step
        return JudgeSuggestion(
            by=by, runbook=runbook, step=step, verdict=verdict, reason=reason
        )
    kind, _, which = wish.subject.partition("/")
    vote, claim = Vote(wish.outcome), wish.step
    return JudgeText(
        by=by, kind=kind, which=which, vote=vote, claim=claim, reason=reason
    )
