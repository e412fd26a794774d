"""The forms that ask why a step does not fit, and what a model got wrong. Pure."""

from collections.abc import Mapping, Sequence

from bot.domain.judging_events import Verdict
from bot.domain.summary import Claim
from bot.slack import inputs, rich
from bot.slack.feedback_wishes import JUDGE_FORM, WRONG_FORM
from bot.slack.inputs import View
from bot.slack.requests import Submission
from bot.slack.sentences import Foreign, Piece, Strong
from bot.slack.wishes import value

_LONGEST = 500
_LABEL = 68
_SAY_WHY = "Say in a few words why it does not fit; others learn from it."
_SAY_WHAT = "Say in a few words what is true; it goes to the timeline."
_CHOOSE = "Choose one."
_LEARNS = (
    "Your answer counts once for this incident, and the board shows what it changes. "
    "`/incident runbooks` takes it back."
).replace("`", "")
_CHOICES = (
    ("Show the next suggestion", Verdict.REJECTED),
    ("It is wrong: it does not fit this incident", Verdict.WRONG),
    ("None of them fits", Verdict.NONE_FITS),
)


def judge_form(incident: str, runbook: str, step: int, *, title: str) -> View:
    """Return the form behind "Not this…".

    Args:
        title: Of the runbook.
    """
    named = rich.section([Strong(runbook), f" · {title}, step {step}"])
    choices = [(name, value(one.value, runbook, step)) for name, one in _CHOICES]
    why = "Why? Needed where it is wrong."
    blocks = [
        rich.rich_text("about", named),
        inputs.radio("choice", "What would help?", choices),
        inputs.words("reason", why, optional=True, longest=_LONGEST),
        rich.small("learns", _LEARNS),
    ]
    return inputs.view(JUDGE_FORM, "Not this runbook", incident, blocks, submit="Send")


def wrong_form(
    incident: str, kind: str, text: str, claims: Sequence[tuple[int, Claim]]
) -> View:
    """Return the form behind "This is wrong…".

    Args:
        claims: The statements it may be about, with their numbers; none where the text
            is judged as a whole.
    """
    is_cut = any(len(one.text.for_slack()) > _LABEL for _, one in claims)
    lines: list[list[Piece]] = [
        [Strong(f"{n}. "), Foreign(claim.text)] for n, (_, claim) in _counted(claims)
    ]
    choices = [
        (f"{n}. {claim.text.for_slack(limit=_LABEL)}", value(kind, text, number))
        for n, (number, claim) in _counted(claims)
    ]
    whole = [("The text as a whole", value(kind, text, 0))]
    parts = [rich.section(line) for line in lines]
    blocks = [
        *([rich.rich_text("said", *parts)] if is_cut else []),
        inputs.radio("choice", "What is wrong?", choices or whole),
        inputs.words("reason", "What is true instead?", longest=_LONGEST),
        rich.small("then", "It leaves the card; the log keeps it, with your words."),
    ]
    return inputs.view(WRONG_FORM, "This is wrong", incident, blocks, submit="Send")


def errors(sent: Submission) -> Mapping[str, str]:
    """Return block id to what is missing; empty when the form is complete."""
    choice, has_reason = sent.values.get("choice", ""), sent.values.get("reason", "")
    if not choice:
        return {"choice": _CHOOSE}
    if has_reason.strip():
        return {}
    if sent.form == WRONG_FORM:
        return {"reason": _SAY_WHAT}
    is_wrong = choice.startswith(f"{Verdict.WRONG.value}|")
    return {"reason": _SAY_WHY} if is_wrong else {}


def _counted(
    claims: Sequence[tuple[int, Claim]],
) -> list[tuple[int, tuple[int, Claim]]]:
    return list(enumerate(claims, 1))
