"""What happened to a plan, as lines of its incident's timeline.

The plan's own stream is the record; the incident's timeline shows it in its place.
"""

import re
from collections.abc import Sequence
from typing import assert_never

from bot.domain.action_effects import (
    ActionApplied,
    ActionClaimed,
    ActionFailed,
    ActionIndeterminate,
    ActionMeasured,
    ActionReconciled,
    ActionRollbackFailed,
    ActionRolledBack,
    ActionRollingBack,
    ActionStopAsked,
    ActionVerified,
    ActionVerifyFailed,
    ActionVerifyInconclusive,
    EffectEvent,
    StepBegan,
    StepEnded,
    Verdict,
)
from bot.domain.action_events import (
    ActionApproved,
    ActionBrokeGlass,
    ActionCancelled,
    ActionCleared,
    ActionDenied,
    ActionDrafted,
    ActionEvent,
    ActionExpired,
    ActionPublished,
    ActionRefused,
    ActionReviewDue,
    ActionReviewed,
    ActionRevoked,
    ActionShown,
    ActionStale,
    ActionSuperseded,
    AskEvent,
)
from bot.domain.ruling import Ruling
from bot.domain.untrusted import Untrusted

_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")

_DIGEST_CHARS = 12
_MEASURED = {
    Verdict.PASS: "as promised",
    Verdict.FAIL: "not as promised",
    Verdict.INCONCLUSIVE: "nobody could tell",
}


def plan_sentence(plan: str, event: ActionEvent) -> str:
    """Say what happened to a plan, without anybody's words."""
    if isinstance(event, EffectEvent):
        return f"{plan}: {_effect(event)}"
    return f"{plan}: {_asked(event)}"


def plan_words(event: ActionEvent) -> Untrusted | None:
    """Return what somebody wrote or what was seen; None if there is nothing."""
    for name in ("reason", "says", "finding"):
        words = getattr(event, name, None)
        if isinstance(words, Untrusted) and words:
            return words
    return None


def _asked(event: AskEvent) -> str:  # noqa: C901, PLR0912 - one case per event
    match event:
        case ActionDrafted(digest=digest):
            return f"drafted, digest {digest[:_DIGEST_CHARS]}."
        case ActionPublished(approve_by=until):
            return f"put before people until {until:%H:%M} UTC."
        case ActionShown():
            return "its card stands in the channel."
        case ActionApproved(by=by):
            return f"<@{by}> agreed{_for(event.groups)}{_resting(event.ruling)}."
        case ActionCleared(approvers=approvers):
            return f"cleared by {_people(approvers)}."
        case ActionDenied(by=by):
            return f"<@{by}> rejected it."
        case ActionExpired(window=window):
            return f"its time to {window} ran out."
        case ActionSuperseded(by=by, child=child):
            return f"<@{by}> replaced it by {child}."
        case ActionStale(changed=changed):
            return f"the world had changed ({', '.join(changed)}), so it did not run."
        case ActionRevoked(because=because):
            return f"revoked, because {because.replace('_', ' ')}."
        case ActionCancelled(because=because):
            return f"taken back ({because.replace('_', ' ')})."
        case ActionBrokeGlass(by=by):
            return f"<@{by}> broke the glass{_resting(event.ruling)}."
        case ActionReviewDue(due_at=due_at):
            return f"somebody else must look at it by {due_at:%Y-%m-%d %H:%M} UTC."
        case ActionReviewed(by=by):
            return f"<@{by}> looked at the broken glass."
        case ActionRefused(command=command, code=code, by=by):
            return f"refused {_whom(by)}: {command} ({code})."
        case _:
            assert_never(event)


def _for(groups: Sequence[str]) -> str:
    return f" and can speak for {', '.join(groups)}" if groups else ""


def _resting(ruling: Ruling | None) -> str:
    """Say on which waivers it rests, if any."""
    waivers = ruling.waivers if ruling else ()
    return f", resting on waiver {', '.join(waivers)}" if waivers else ""


def _effect(event: EffectEvent) -> str:  # noqa: C901, PLR0912 - one case per event
    match event:
        case ActionClaimed():
            return "taken to run."
        case StepBegan(step=step):
            return f"step {step} is about to be made."
        case StepEnded(step=step, outcome=outcome):
            return f"step {step} ended: {outcome}."
        case ActionStopAsked(by=by):
            return f"<@{by}> stopped everything."
        case ActionApplied():
            return "applied."
        case ActionFailed(because=because, done=done):
            made = ", ".join(done) or "none"
            return f"failed ({because.replace('_', ' ')}); steps made: {made}."
        case ActionIndeterminate(because=because):
            return f"it may or may not have happened ({because.replace('_', ' ')})."
        case ActionReconciled(by=by, committed=committed):
            found = "had happened" if committed else "had not happened"
            return f"<@{by}> looked: it {found}."
        case ActionVerified():
            return "verified."
        case ActionVerifyFailed(because=because):
            return f"verifying failed ({because})."
        case ActionVerifyInconclusive(attempt=attempt):
            return f"look {attempt} could not tell."
        case ActionMeasured(verdict=verdict):
            return f"measured afterwards: {_MEASURED[verdict]}."
        case ActionRollingBack(child=child):
            return f"being undone by {child}."
        case ActionRolledBack(child=child):
            return f"undone by {child}."
        case ActionRollbackFailed(child=child):
            return f"{child} did not undo it."
        case _:
            assert_never(event)


def _people(ids: tuple[str, ...]) -> str:
    return " and ".join(f"<@{one}>" for one in ids)


def _whom(by: str) -> str:
    """Return a person as a mention; the terminal and Tocsin itself have only names."""
    return f"<@{by}>" if _PERSON.fullmatch(by) else by
