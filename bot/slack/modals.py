"""The forms: note, resolve, role and severity. Pure.

A form knows which incident it is about by its `private_metadata`, an id and
nothing more. What was entered is read here too, with the errors that Slack shows
beside the fields.
"""

from collections.abc import Mapping, Sequence

from bot.domain.events import Role
from bot.domain.responding import ACK_WITHIN
from bot.domain.severity import Severity
from bot.slack import checklist_forms, inputs, words
from bot.slack.inputs import View
from bot.slack.requests import Submission
from bot.slack.sentences import Element
from bot.slack.wishes import Verb, Wish, known_incident, out_of_date

_OUTCOMES = (
    ("Fixed", "fixed"),
    ("Went away by itself", "cleared"),
    ("False alarm", "false_alarm"),
    ("Duplicate of another incident", "duplicate"),
)
FORMS: Mapping[str, str] = {
    "note": "incident.note",
    "resolve": "incident.resolve",
    "role": "incident.role",
    "severity": "incident.severity",
}
"""Choice of the card's menu to the callback id of its form."""

_REQUIRED: Mapping[str, Mapping[str, str]] = {
    "incident.note": {"note": words.BLANK},
    "incident.resolve": {},
    "incident.role": {"person": words.NOBODY_CHOSEN},
    "incident.severity": {"reason": words.BLANK},
}


def form(choice: str, incident: str) -> View:
    """Return the form behind a choice of the card's menu.

    Raises:
        BadRequest: There is no such form.
    """
    known_incident(incident)
    match choice:
        case "note":
            return _view(choice, "Add a note", incident, [inputs.words("note", "Note")])
        case "resolve":
            summary = inputs.words(
                "summary", "What was it, in a few words?", optional=True
            )
            blocks = [inputs.select("outcome", "How did it end?", _OUTCOMES), summary]
            return _view(choice, f"Resolve {incident}", incident, blocks)
        case "role":
            roles = [(one.value.capitalize(), one.value) for one in Role]
            blocks = [
                inputs.select("role", "Role", roles),
                inputs.person("person", "Who?"),
            ]
            return _view(choice, "Set a role", incident, blocks)
        case "severity":
            levels = [(one.value, one.value) for one in ACK_WITHIN]
            blocks = [
                inputs.select("severity", "Severity", levels, first=False),
                inputs.words("reason", "Why?"),
            ]
            return _view(choice, "Change severity", incident, blocks)
        case _:
            raise out_of_date()


def errors(submission: Submission) -> Mapping[str, str]:
    """Return block id to what is wrong in a form; empty when it is complete."""
    required = _REQUIRED.get(submission.form, {})
    return {
        block: complaint
        for block, complaint in required.items()
        if not submission.values.get(block, "").strip()
    }


def wish(submission: Submission) -> Wish:
    """Return what a form asks for.

    Raises:
        BadRequest: It is not one of our forms, or a value is not on offer.
    """
    if submission.form in checklist_forms.FORMS:
        return checklist_forms.wish(submission)
    entered = submission.values
    incident = known_incident(submission.incident)
    try:
        match submission.form:
            case "incident.note":
                return Wish(verb=Verb.NOTE, incident=incident, text=entered["note"])
            case "incident.resolve":
                return Wish(
                    verb=Verb.RESOLVE,
                    incident=incident,
                    outcome=entered["outcome"],
                    text=entered.get("summary", "").strip(),
                )
            case "incident.role":
                return Wish(
                    verb=Verb.ROLE,
                    incident=incident,
                    role=Role(entered["role"]),
                    person=entered["person"],
                )
            case "incident.severity":
                return Wish(
                    verb=Verb.SEVERITY,
                    incident=incident,
                    severity=Severity(entered["severity"]),
                    text=entered["reason"],
                )
            case _:
                raise out_of_date()
    except (KeyError, ValueError) as missing:
        raise out_of_date() from missing


def _view(choice: str, title: str, incident: str, blocks: Sequence[Element]) -> View:
    return inputs.view(FORMS[choice], title, incident, blocks, submit="Save")
