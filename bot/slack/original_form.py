"""The form that asks which original, and why. Pure.

It names an incident and an alert by their ids; what was entered becomes a wish that
`bot/shares/originals.py` judges.
"""

from collections.abc import Mapping, Sequence

from bot.domain.errors import BadRequest
from bot.domain.share_originals import LONGEST_REASON, must_say_why
from bot.ports.sharing import OriginalOffer
from bot.slack import inputs, rich
from bot.slack.inputs import View
from bot.slack.requests import Submission
from bot.slack.share_wishes import ORIGINAL_FORM, ShareVerb, ShareWish
from bot.slack.wishes import known_incident, out_of_date

_TITLE = 40
_WARNING = (
    "You will see what the sender sent, with nothing masked: keys, names and "
    "addresses included. It is sealed for you alone, opens once within two minutes, "
    "and dies. The incident's thread and the log say that you had it opened, and why. "
    "Do not copy it into a channel."
)
_SAY_WHY = "Say in a sentence why the masked alert is not enough."


def form(incident: str, offers: Sequence[OriginalOffer]) -> View:
    """Return the form.

    Args:
        offers: At least one; the first is chosen already.
    """
    choices = [(_label(one), one.alert) for one in offers]
    blocks = [
        rich.rich_text("warning", rich.section([_WARNING])),
        inputs.select("alert", "Which alert?", choices),
        inputs.words(
            "reason", "Why is the masked alert not enough?", longest=LONGEST_REASON
        ),
    ]
    return inputs.view(
        ORIGINAL_FORM, "Open original", incident, blocks, submit="Seal it for me"
    )


def errors(submission: Submission) -> Mapping[str, str]:
    """Return block id to what is wrong; empty when it is complete."""
    try:
        must_say_why(submission.values.get("reason", ""))
    except BadRequest:
        return {"reason": _SAY_WHY}
    return {}


def wish(submission: Submission) -> ShareWish:
    """Return what the form asks for.

    Raises:
        BadRequest: It is not one of this version.
    """
    entered = submission.values
    if "alert" not in entered:
        raise out_of_date()
    return ShareWish(
        verb=ShareVerb.ORIGINAL,
        incident=known_incident(submission.incident),
        alert=entered["alert"],
        reason=entered.get("reason", ""),
    )


def _label(offer: OriginalOffer) -> str:
    title = offer.title.for_slack(limit=_TITLE) if offer.title else "an alert"
    start = f"{offer.severity} · " if offer.severity else ""
    return f"{start}{title} · …{offer.alert[-6:]}"
