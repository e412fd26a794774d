"""The form that seals a pasted text for people by name. Pure.

It names its incident by id. What was entered is read here too, with the errors that
Slack shows beside the fields; who may do it is decided in `bot/shares/texts.py`.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.domain.share_texts import LONGEST_TEXT, MOST_EACH, MOST_PEOPLE
from bot.ports.share_texts import Pasted
from bot.slack import inputs, rich
from bot.slack.inputs import View
from bot.slack.requests import Submission
from bot.slack.sentences import Code, Piece
from bot.slack.share_wishes import TEXT_FORM
from bot.slack.wishes import known_incident, out_of_date

_LIVES: Mapping[str, timedelta] = {
    "4 hours": timedelta(hours=4),
    "5 minutes": timedelta(minutes=5),
    "1 hour": timedelta(hours=1),
    "1 day": timedelta(days=1),
    "3 days": timedelta(days=3),
    "7 days": timedelta(days=7),
}
_OFTEN = tuple(map(str, (1, 2, 3, 5, MOST_EACH)))
_WARNING = (
    "Only the people you name can open it, each with a link of their own. It is not "
    "masked. The incident's thread says that you sealed something, for whom and until "
    "when; not what. It ends with the incident. For longer things and files there is "
)
_CUT = " The message was longer than this field: only its beginning is in it."
_STAYS = " The message itself stays in the channel; delete it if it should not be read."
_NO_TEXT = "Paste what is to be sealed."
_NOBODY = "Choose whom it is for."
_TOO_MANY = f"Choose at most {MOST_PEOPLE} people."


def form(incident: str, *, known: str = "", is_message: bool = False) -> View:
    """Return the form.

    Args:
        known: What the text begins as.
        is_message: It is the text of a message.
    """
    warning: list[Piece] = [_WARNING, Code("tocsin seal"), "."]
    if is_message:
        warning += [_STAYS, _CUT if len(known) > LONGEST_TEXT else ""]
    blocks = [
        rich.rich_text("warning", rich.section(warning)),
        inputs.words("text", "What?", longest=LONGEST_TEXT, known=known),
        inputs.people("people", "For whom?", most=MOST_PEOPLE),
        inputs.select("life", "For how long?", [(one, one) for one in _LIVES]),
        inputs.select(
            "each", "How often may each open it?", [(one, one) for one in _OFTEN]
        ),
    ]
    return inputs.view(TEXT_FORM, "Share sealed", incident, blocks, submit="Seal it")


def errors(submission: Submission) -> Mapping[str, str]:
    """Return block id to what is wrong; empty when it is complete."""
    wrong = dict[str, str]()
    if not submission.values.get("text", "").strip():
        wrong["text"] = _NO_TEXT
    chosen = _people(submission)
    if not chosen:
        wrong["people"] = _NOBODY
    elif len(chosen) > MOST_PEOPLE:
        wrong["people"] = _TOO_MANY
    return wrong


def not_for(why: Sequence[str]) -> str:
    """Return what to say beside the field of people, "" where all of them may.

    Slack shows no mentions there, so people are told by their place in the field.

    Args:
        why: Why each of them may not, in the order of choosing; "" for who may.
    """
    if len(why) == 1:
        return f"Who you chose {why[0]}." if why[0] else ""
    return " ".join(f"No. {n} {one}." for n, one in enumerate(why, 1) if one)


def pasted(submission: Submission) -> Pasted:
    """Return what is to be sealed.

    Raises:
        BadRequest: It is not a form of this version.
    """
    entered = submission.values
    try:
        life, each = _LIVES[entered["life"]], entered["each"]
        if each not in _OFTEN:
            raise out_of_date()
        return Pasted(
            incident=known_incident(submission.incident),
            by=submission.person,
            people=tuple(_people(submission)),
            life=life,
            each=int(each),
            text=entered["text"][:LONGEST_TEXT],
        )
    except KeyError:
        raise out_of_date() from None


def without_text(submission: Submission, share: str) -> Mapping[str, str]:
    """Return the values that are kept of a form: which share, and for whom."""
    return {"share": share, "people": ",".join(_people(submission))}


def _people(submission: Submission) -> Sequence[str]:
    return [one for one in submission.values.get("people", "").split(",") if one]
