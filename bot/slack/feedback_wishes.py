"""Presses and forms about suggestions and a model's texts, read as wishes. Pure.

Values carry ids and nothing else; what they are about is read back from the log.
"""

from bot.domain.judging_events import Verdict, Vote
from bot.slack.feedback import (
    AGAIN_BUTTONS,
    KIND,
    REJECT_BUTTON,
    TEXT,
    VOTE_BUTTON,
    WRONG_BUTTON,
)
from bot.slack.requests import Submission
from bot.slack.wishes import (
    Verb,
    Wish,
    known_incident,
    known_runbook,
    known_step,
    out_of_date,
)

BUTTONS = frozenset({VOTE_BUTTON, WRONG_BUTTON, REJECT_BUTTON, *AGAIN_BUTTONS})
JUDGE_FORM = "suggest.judge"
WRONG_FORM = "ai.take_back"
FORMS = frozenset({JUDGE_FORM, WRONG_FORM})
_MOST_CLAIMS = 99


def of_click(action: str, carried: str) -> Wish:
    """Return what a button asks for that needs no form.

    Raises:
        BadRequest: It is none of this version, or its form could not open.
    """
    match action, carried.split("|"):
        case again, [incident, runbook] if again in AGAIN_BUTTONS:
            return Wish(
                verb=Verb.JUDGE,
                incident=known_incident(incident),
                runbook=known_runbook(runbook),
                outcome=Verdict.OFFERED_AGAIN.value,
            )
        case "ai.vote", [("up" | "down") as vote, incident, kind, text]:
            return Wish(
                verb=Verb.VOTE,
                incident=known_incident(incident),
                subject=known_subject(kind, text),
                outcome=vote,
            )
        case _:
            raise out_of_date()


def of_form(sent: Submission) -> Wish:
    """Return what a form asks for.

    Raises:
        BadRequest: It is not one of this version.
    """
    incident, reason = known_incident(sent.incident), sent.values.get("reason", "")
    match sent.form, sent.values.get("choice", "").split("|"):
        case "suggest.judge", [verdict, runbook, step]:
            if verdict not in tuple(Verdict):
                raise out_of_date()
            return Wish(
                verb=Verb.JUDGE,
                incident=incident,
                runbook=known_runbook(runbook),
                step=known_step(step),
                outcome=verdict,
                text=reason.strip(),
            )
        case "ai.take_back", [kind, text, claim] if _is_claim(claim):
            return Wish(
                verb=Verb.VOTE,
                incident=incident,
                subject=known_subject(kind, text),
                step=int(claim),
                outcome=Vote.WRONG.value,
                text=reason.strip(),
            )
        case _:
            raise out_of_date()


def about_text(carried: str) -> tuple[str, str, str]:
    """Return incident, kind and id of the text that a button is about.

    Raises:
        BadRequest: It names none.
    """
    match carried.split("|"):
        case [incident, kind, text]:
            known_subject(kind, text)
            return known_incident(incident), kind, text
        case _:
            raise out_of_date()


def about_step(carried: str) -> tuple[str, str, int]:
    """Return incident, runbook and step that a button is about.

    Raises:
        BadRequest: It names none.
    """
    match carried.split("|"):
        case [incident, runbook, step]:
            found = known_incident(incident), known_runbook(runbook)
            return *found, known_step(step)
        case _:
            raise out_of_date()


def known_subject(kind: str, text: str) -> str:
    """Return kind and id of a text as a wish holds them.

    Raises:
        BadRequest: They are none.
    """
    if not (KIND.fullmatch(kind) and TEXT.fullmatch(text)):
        raise out_of_date()
    return f"{kind}/{text}"


def _is_claim(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text[:3]) <= _MOST_CLAIMS
