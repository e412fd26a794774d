"""What forms about plans carry and what was entered into them. Pure.

What is wrong in a field is said beside it, and the form keeps what was entered.
That spares people a round; the gate asks everything again and it alone decides.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from bot.domain.plan import Level
from bot.domain.plan_view import Offer, PlanView
from bot.domain.quoting import bare
from bot.slack import plan_words
from bot.slack.plan_wishes import PlanVerb, PlanWish
from bot.slack.requests import Submission
from bot.slack.wishes import known_incident, out_of_date

CHOOSE = "action.choose"
PROPOSE = "action.propose"
REVIEW = "plan.review"
REJECT = "plan.reject"
GLASS = "plan.break_glass"
RECONCILE = "plan.reconcile"
ROLLBACK = "plan.rollback"
EDIT = "plan.edit"
LOOK_BACK = "plan.look_back"
LIFT = "freeze.lift"
PARAM = "param."
"""Block ids of an action's parameters begin with it; no name clashes with ours."""

COMMITTED, NOT_COMMITTED = "committed", "not_committed"
GLASS_PREFIX = "break glass"
_GLASS_REASON_CHARS = 20
_VERBS: Mapping[str, PlanVerb] = {
    PROPOSE: PlanVerb.PROPOSE,
    REVIEW: PlanVerb.APPROVE,
    REJECT: PlanVerb.DENY,
    GLASS: PlanVerb.BREAK_GLASS,
    RECONCILE: PlanVerb.RECONCILE,
    ROLLBACK: PlanVerb.ROLLBACK,
    EDIT: PlanVerb.EDIT,
    LOOK_BACK: PlanVerb.REVIEW,
    LIFT: PlanVerb.UNFREEZE,
}
FORMS = tuple(_VERBS)
"""Callback ids of the forms whose submission is kept."""

_REASON_NEEDED = frozenset(
    {PROPOSE, REJECT, GLASS, RECONCILE, ROLLBACK, EDIT, LOOK_BACK}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a form is about: ids, packed into its `private_metadata`.

    Attributes:
        token: The plan's token; "" in a form that proposes.
        digest: Of the plan as the form shows it.
        channel: Where the card stands, or where the command was typed.
        message: ``ts`` of the card, "" for a command.
        person: Who opened it; only to say something to them in the form.
        given: JSON: what a runbook's step fills in, by action and parameter.
    """

    token: str = ""
    digest: str = ""
    channel: str = ""
    message: str = ""
    incident: str = ""
    action: str = ""
    person: str = ""
    given: str = ""

    def packed(self) -> str:
        """Return it as text, without what is empty."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(kept, sort_keys=True)


def about(submission: Submission) -> About:
    """Return what a form was about.

    Raises:
        BadRequest: No form of this version carries that.
    """
    try:
        found = About(**json.loads(submission.incident))
    except (ValueError, TypeError) as strange:
        raise out_of_date() from strange
    if not all(isinstance(one, str) for one in asdict(found).values()):
        raise out_of_date()
    return found


def filled(offer: Offer, found: About) -> Offer:
    """Return an offer with what the step it was chosen for fills in."""
    given = json.loads(found.given or "{}").get(offer.action, {})
    known = {name: one for name, one in given.items() if name in offer.params}
    return replace(offer, known={**offer.known, **known})


def errors(submission: Submission, view: PlanView | None) -> Mapping[str, str]:
    """Return block id to what is wrong; empty when nothing is.

    Args:
        view: The plan, None where there is none or it could not be read in time:
            then what was typed is left to the gate.
    """
    entered, found = submission.values, dict[str, str]()
    for block, value in entered.items():
        if block.startswith(PARAM) and not value.strip():
            found[block] = plan_words.BLANK
    if submission.form == RECONCILE and not entered.get("happened"):
        found["happened"] = plan_words.BLANK
    if view is not None and "typed_name" in entered:
        wanted = _to_type(submission.form, view)
        right = entered["typed_name"].strip() in (wanted, bare(wanted))
        found |= {} if right else {"typed_name": plan_words.TYPE_EXACTLY}
    return found | _reason_errors(submission, view)


def _reason_errors(submission: Submission, view: PlanView | None) -> dict[str, str]:
    reason = submission.values.get("reason", "").strip()
    t1 = view is not None and view.plan.level is Level.T1
    if submission.form == GLASS and len(reason) < _GLASS_REASON_CHARS:
        return {"reason": plan_words.TOO_SHORT}
    needed = submission.form in _REASON_NEEDED or (submission.form == REVIEW and t1)
    return {"reason": plan_words.SAY_WHY} if needed and not reason else {}


def _to_type(form: str, view: PlanView) -> str:
    if form == GLASS:
        return f"{GLASS_PREFIX} {view.plan.phrase}"
    return view.plan.phrase if view.plan.level is Level.T1 else view.plan.draft.target


def wish(submission: Submission) -> PlanWish:
    """Return what a form asks for.

    Raises:
        BadRequest: It is not one of our forms, or a value is not on offer.
    """
    verb, found, entered = _VERBS.get(submission.form), about(submission), submission
    happened = entered.values.get("happened", "")
    if verb is None:
        raise out_of_date()
    if verb is PlanVerb.RECONCILE and happened not in (COMMITTED, NOT_COMMITTED):
        raise out_of_date()
    proposes = verb is PlanVerb.PROPOSE
    return PlanWish(
        verb=verb,
        incident=known_incident(found.incident) if proposes else found.incident,
        token=found.token,
        digest=found.digest,
        channel=found.channel,
        message=found.message,
        text=entered.values.get("reason", "").strip(),
        typed=entered.values.get("typed_name", ""),
        action=found.action,
        params=_params(entered.values),
        committed=happened == COMMITTED,
    )


def _params(entered: Mapping[str, str]) -> Mapping[str, str]:
    return {
        block.removeprefix(PARAM): value.strip()
        for block, value in entered.items()
        if block.startswith(PARAM)
    }
