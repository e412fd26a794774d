"""The text after `/incident`, read as a wish. Pure.

    help | list | status [INC] | page [INC] | note [INC] TEXT | ack [INC]
    ask [INC] QUESTION | runbook [INC]
    resolve [INC] [fixed|false_alarm|duplicate] [TEXT] | reopen [INC]
    role [INC] commander|scribe|comms @who | severity [INC] SEVn REASON
    phase [INC] investigating|mitigating|monitoring
    steps [INC] [RB-nn] | step [INC] take|done|skip|undo RB-nn N [REASON] | runbooks
    propose [INC] | plans | edit PLAN | cancel PLAN [REASON]
    break-glass PLAN | review PLAN | stop-all | release | freeze 2h REASON | unfreeze
    diagnostics [INC] | share [INC] | revoke [INC] | original [INC] [al_…]
    snooze [INC] 30m REASON|off | maintenance SYSTEM [from 22:00] 2h REASON|list|end MW
    drill [status] | drill start SCENARIO [SPEED] | drill pause|resume|stop
    catch-up [INC] | update [INC] | handover [INC] [@who] | postmortem [INC]

The id may be left out: then the newest open incident of the channel is meant.
"""

import difflib
import re

from bot.domain.errors import BadRequest
from bot.domain.events import Role
from bot.domain.responding import ACK_WITHIN, OUTCOMES
from bot.domain.severity import Severity
from bot.domain.share_originals import known_alert
from bot.domain.writing import Writing
from bot.slack import drill_wishes, freeze_wishes, maintenance_wishes, words
from bot.slack.drill_wishes import DrillWish
from bot.slack.maintenance_wishes import MaintenanceWish
from bot.slack.plan_wishes import PlanVerb, PlanWish, known_plan
from bot.slack.question_wishes import AskWish
from bot.slack.share_wishes import ShareVerb, ShareWish
from bot.slack.typed import as_typed
from bot.slack.wishes import CHOICES, INCIDENT, Verb, Wish, known_runbook, known_step
from bot.slack.writing_wishes import WritingWish

TYPED = (
    *("help", "list", "status", "page", "note", "ack", "resolve"),
    *("reopen", "role", "severity", "phase", "step", "steps", "runbooks"),
    *("propose", "plans", "edit", "cancel"),
    *("break-glass", "review", "stop-all", "release", "freeze", "unfreeze"),
    *("diagnostics", "share", "original", "revoke"),
    *("drill", "snooze", "maintenance"),
    *("catch-up", "update", "handover", "postmortem", "ask", "runbook"),
)
"""The verbs as people type them."""

_OF_NO_INCIDENT = ("drill", "maintenance", PlanVerb.FREEZE, PlanVerb.UNFREEZE)
_SAME = {
    "acknowledge": "ack",
    "sev": "severity",
    "assign": "role",
    "close": "resolve",
    "catchup": "catch-up",
    "summary": "catch-up",
}
_MENTION = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^<>]*)?>")
_WORD = re.compile(r"[A-Za-z-]{1,20}")
_STEPS = {"take": Verb.TAKE, "done": Verb.DONE, "skip": Verb.SKIP, "undo": Verb.UNDO}


def parse(  # noqa: C901, PLR0912 - one case per verb
    text: str, *, asker: str
) -> Wish | PlanWish | ShareWish | DrillWish | MaintenanceWish | WritingWish | AskWish:
    """Read what was typed after the command.

    Args:
        text: As Slack sends it: escaped, mentions as ``<@U123|name>``.
        asker: Who typed it; ``me`` means this person.

    Raises:
        BadRequest: It is not understood; the nearest verb or its use is named.
    """
    first, rest = _first(text)
    verb = _SAME.get(first.lower(), first.lower()) or "help"
    if verb not in TYPED:
        raise _unknown(first)
    if verb in _OF_NO_INCIDENT:
        return _of_no_incident(verb, rest)
    incident, rest = _incident(rest)
    match verb:
        case "help" | "list":
            return Wish(verb=Verb(verb))
        case "ask":
            return _ask(incident, rest)
        case "status" | "page" | "ack" | "reopen" | "runbooks" | "runbook":
            return _alone(Verb(verb), incident, rest)
        case "note":
            return _note(incident, rest)
        case "resolve":
            return _resolve(incident, rest)
        case "role":
            return _role(incident, rest, asker)
        case "severity":
            return _severity(incident, rest)
        case "phase":
            return _phase(incident, rest)
        case "step" | "steps":
            return (_step if verb == "step" else _checklist)(incident, rest)
        case "snooze":
            return _snooze(incident, rest)
        case "diagnostics" | "share" | "revoke" | "original":
            return _about_shares(ShareVerb(verb), incident, rest)
        case "catch-up" | "update" | "handover" | "postmortem":
            return _about_writings(Writing(verb), incident, rest, asker)
        case _:
            return _about_plans(PlanVerb(verb), incident, rest)


def _of_no_incident(verb: str, rest: str) -> DrillWish | MaintenanceWish | PlanWish:
    if verb == "drill":
        return drill_wishes.parse(rest)
    if verb == "maintenance":
        return maintenance_wishes.parse(as_typed(rest))
    return freeze_wishes.parse(PlanVerb(verb), as_typed(rest))


def _first(text: str) -> tuple[str, str]:
    """Return the first word and what comes after it."""
    found = text.split(maxsplit=1)
    return (found[0] if found else ""), (found[1].strip() if len(found) > 1 else "")


def _incident(rest: str) -> tuple[str, str]:
    first, after = _first(rest)
    found = INCIDENT.fullmatch(first.upper())
    return (found[0], after) if found else ("", rest)


def _ask(incident: str, rest: str) -> AskWish:
    if not rest:
        raise _usage("ask", "there is no question")
    return AskWish(incident=incident, text=rest)


def _alone(verb: Verb, incident: str, rest: str) -> Wish:
    if rest:
        raise _usage(verb, "there is more after it than an incident id")
    return Wish(verb=verb, incident=incident)


def _note(incident: str, rest: str) -> Wish:
    if not rest:
        raise _usage("note", "there is no text")
    return Wish(verb=Verb.NOTE, incident=incident, text=as_typed(rest))


def _resolve(incident: str, rest: str) -> Wish:
    first, after = _first(rest)
    named = first.lower() in OUTCOMES
    outcome, summary = (first.lower(), after) if named else ("fixed", rest)
    return Wish(
        verb=Verb.RESOLVE, incident=incident, outcome=outcome, text=as_typed(summary)
    )


def _role(incident: str, rest: str, asker: str) -> Wish:
    name, who = _first(rest)
    if name.lower() not in tuple(Role):
        raise _usage("role", "the role is not one of " + ", ".join(Role))
    mention = _MENTION.fullmatch(who)
    person = mention[1] if mention else asker if who.lower() == "me" else ""
    if not person:
        raise _usage("role", "it does not name one person")
    return Wish(
        verb=Verb.ROLE, incident=incident, role=Role(name.lower()), person=person
    )


def _severity(incident: str, rest: str) -> Wish:
    name, reason = _first(rest)
    level = name.upper() if name.upper().startswith("SEV") else f"SEV{name}"
    if level not in tuple(ACK_WITHIN):
        raise _usage("severity", "the severity is not SEV1, SEV2, SEV3 or SEV4")
    if not reason:
        raise _usage("severity", "there is no reason")
    return Wish(
        verb=Verb.SEVERITY,
        incident=incident,
        severity=Severity(level),
        text=as_typed(reason),
    )


def _phase(incident: str, rest: str) -> Wish:
    if rest.lower() == "resolved":
        return Wish(verb=Verb.RESOLVE, incident=incident)
    if rest.lower() not in CHOICES:
        raise _usage("phase", "the phase is not one of " + ", ".join(CHOICES))
    return Wish(verb=Verb.PHASE, incident=incident, phase=CHOICES[rest.lower()])


def _step(incident: str, rest: str) -> Wish:
    match rest.split(maxsplit=3):
        case [what, runbook, number, *reason] if what.lower() in _STEPS:
            verb = _STEPS[what.lower()]
        case _:
            raise _usage("step", "it does not say take, done, skip or undo, and what")
    if verb is Verb.SKIP and not reason:
        raise _usage("step", "skipping needs a reason")
    try:
        found = known_runbook(runbook), known_step(number)
    except BadRequest:
        raise _usage("step", "the runbook or the number is not one") from None
    return Wish(
        verb=verb,
        incident=incident,
        runbook=found[0],
        step=found[1],
        text=as_typed(" ".join(reason)),
    )


def _checklist(incident: str, rest: str) -> Wish:
    try:
        runbook = known_runbook(rest) if rest else ""
    except BadRequest:
        raise _usage("steps", "what comes after it is no runbook") from None
    return Wish(verb=Verb.STEPS, incident=incident, runbook=runbook)


def _snooze(incident: str, rest: str) -> Wish:
    first, reason = _first(rest)
    if first.lower() == "off" and not reason:
        return Wish(verb=Verb.WAKE, incident=incident)
    lasts = maintenance_wishes.lasting(first)
    if lasts is None:
        raise _usage("snooze", "it does not say how long")
    if not reason:
        raise _usage("snooze", "there is no reason")
    return Wish(verb=Verb.SNOOZE, incident=incident, lasts=lasts, text=as_typed(reason))


def _about_shares(verb: ShareVerb, incident: str, rest: str) -> ShareWish:
    if verb is not ShareVerb.ORIGINAL:
        if rest:
            raise _usage(verb, "there is more after it than an incident id")
        return ShareWish(verb=verb, incident=incident)
    try:
        alert = known_alert(rest) if rest else ""
    except BadRequest:
        raise _usage("original", "what comes after it is no alert") from None
    return ShareWish(verb=verb, incident=incident, alert=alert)


def _about_writings(
    writing: Writing, incident: str, rest: str, asker: str
) -> WritingWish:
    if not rest:
        return WritingWish(writing=writing, incident=incident)
    mention = _MENTION.fullmatch(rest)
    person = mention[1] if mention else asker if rest.lower() == "me" else ""
    if writing is not Writing.HANDOVER or not person:
        raise _usage(writing, "there is more after it than it needs")
    return WritingWish(writing=writing, incident=incident, person=person)


def _about_plans(verb: PlanVerb, incident: str, rest: str) -> PlanWish:
    match verb:
        case PlanVerb.CANCEL | PlanVerb.BREAK_GLASS | PlanVerb.EDIT | PlanVerb.REVIEW:
            named, reason = _first(rest)
            try:
                plan = known_plan(named)
            except BadRequest:
                raise _usage(verb, "it does not name a plan") from None
            if reason and verb is not PlanVerb.CANCEL:
                raise _usage(verb, "there is more after it than a plan")
            return PlanWish(verb=verb, plan=plan, text=as_typed(reason))
        case _ if rest:
            raise _usage(verb, "there is more after it than it needs")
        case _:
            return PlanWish(verb=verb, incident=incident)


def _usage(verb: str, because: str) -> BadRequest:
    return BadRequest(
        "Nothing was changed",
        because=because,
        next_move=f"It goes like this: `/incident {words.USAGE[verb]}`.",
    )


def _unknown(typed: str) -> BadRequest:
    is_word = bool(_WORD.fullmatch(typed))
    word = typed.lower() if is_word else ""
    near = difflib.get_close_matches(word, [*TYPED, *_SAME], n=1, cutoff=0.5)
    verb = _SAME.get(near[0], near[0]) if near else ""
    return BadRequest(
        "Nothing was changed",
        # Half of a key, or one with look-alikes in it, would not be masked any more.
        because=f"there is no verb “{typed}”" if is_word else "it begins with no verb",
        next_move=(f"Did you mean `/incident {words.USAGE[verb]}`? " if verb else "")
        + "See `/incident help`.",
    )
