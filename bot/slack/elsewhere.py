"""Presses, forms and mentions that change no incident themselves, as wishes. Pure.

They go to the gate, to sharing, and to who answers; everything else becomes a command
of an incident.
"""

from bot.slack import original_form, plan_forms, plan_wishes, share_wishes
from bot.slack.plan_wishes import PlanWish
from bot.slack.question_wishes import AskWish, without_bot
from bot.slack.requests import Click, Mention, Request, Submission
from bot.slack.share_wishes import BUTTONS, ORIGINAL_FORM, TEXT_FORM, ShareWish


def elsewhere(request: Request) -> PlanWish | ShareWish | AskWish | None:
    """Return what is asked of the gate or of sharing, or a question; None for neither.

    Raises:
        BadRequest: It is not one of this version.
    """
    match request:
        case Mention(text=text):
            return AskWish(incident="", text=without_bot(text))
        case Click(action=action, value=value) if action in BUTTONS:
            return share_wishes.of_click(action, value)
        case Click(action=action) if action.startswith("plan."):
            return plan_wishes.of_click(request)
        case Submission(form=form) if form in plan_forms.FORMS:
            return plan_forms.wish(request)
        case Submission(form=form) if form == ORIGINAL_FORM:
            return original_form.wish(request)
        case Submission(form=form) if form == TEXT_FORM:
            return share_wishes.of_text_form(request)
        case _:
            return None
