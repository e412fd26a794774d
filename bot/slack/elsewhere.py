"""Presses, forms and mentions that the card and its forms do not have, as wishes. Pure.

They go to the gate, to sharing, to writings and to who answers, or judge what was
suggested and written; all else becomes a command of an incident.
"""

from bot.slack import (
    feedback_wishes,
    original_form,
    plan_forms,
    plan_wishes,
    share_wishes,
    writing_wishes,
)
from bot.slack.plan_wishes import PlanWish
from bot.slack.question_wishes import AskWish, without_bot
from bot.slack.requests import Click, Mention, Request, Submission
from bot.slack.share_wishes import BUTTONS, ORIGINAL_FORM, TEXT_FORM, ShareWish
from bot.slack.wishes import Wish
from bot.slack.writing_wishes import TAKE_BUTTON, WritingWish

Elsewhere = PlanWish | ShareWish | WritingWish | AskWish | Wish


def elsewhere(  # noqa: C901 - one case per door
    request: Request,
) -> Elsewhere | None:
    """Return what a button, a form or a mention asks of somebody else than the card.

    Raises:
        BadRequest: It is not one of this version.
    """
    match request:
        case Mention(text=text):
            return AskWish(incident="", text=without_bot(text))
        case Click(action=action, value=value) if action in BUTTONS:
            return share_wishes.of_click(action, value)
        case Click(action=action, value=value) if action in feedback_wishes.BUTTONS:
            return feedback_wishes.of_click(action, value)
        case Submission(form=form) if form in feedback_wishes.FORMS:
            return feedback_wishes.of_form(request)
        case Click(action=action, value=value) if action == TAKE_BUTTON:
            return writing_wishes.of_click(value)
        case Submission(form=form) if form in writing_wishes.FORMS:
            return writing_wishes.of_form(request)
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
