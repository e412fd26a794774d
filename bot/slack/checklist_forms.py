"""The forms of a checklist: skip a step, mark any step, follow another runbook. Pure.

A form carries, in its `private_metadata`, the ids of what it is about. What was entered
is read here too, with the errors that Slack shows beside the fields.
"""

from collections.abc import Mapping, Sequence

from bot.domain.checklist import DONE, SKIPPED, TAKEN, ChecklistView
from bot.domain.runbook import Step
from bot.ports.checklists import Offered
from bot.slack import checklist_card, inputs, rich, words
from bot.slack.inputs import View
from bot.slack.requests import Submission
from bot.slack.sentences import Element, Piece, Strong, clipped, on_lines
from bot.slack.wishes import (
    Verb,
    Wish,
    known_incident,
    known_runbook,
    known_step,
    out_of_date,
    value,
)

SKIP = "step.skip"
MARK = "step.mark"
OTHERS = "runbook.others"
FORMS = (SKIP, MARK, OTHERS)
NONE_FITS = "none"
"""Chosen where no runbook that was offered fits."""

NONE_NOTE = "None of the offered runbooks fits: "
_MOST_OFFERED = 8
_WHY = 200
_CHOICES: Mapping[str, Sequence[tuple[str, str]]] = {
    "": (
        ("I take it", "take"),
        ("It is done", "done"),
        ("Skip it (say why)", "skip"),
    ),
    TAKEN: (
        ("It is done", "done"),
        ("Skip it (say why)", "skip"),
        ("Give it back", "undo"),
    ),
    DONE: (("It is not done after all", "undo"),),
    SKIPPED: (("It is done", "done"), ("It is not skipped after all", "undo")),
}
_CHOOSE = "Choose one of these, or search for another."


def skip(view: ChecklistView, step: Step) -> View:
    """Return the form that asks why a step is skipped."""
    said: list[Piece] = [Strong(f"Step {step.number}: "), clipped(step.text, _WHY)]
    blocks = [
        rich.rich_text("what", rich.section(said)),
        inputs.words("reason", "Why is it skipped?", longest=1000),
    ]
    return _view(SKIP, f"Skip step {step.number}", _carried(view, step), blocks, "Skip")


def mark(view: ChecklistView, step: Step) -> View:
    """Return one step in full, with what can be said of it now."""
    became = view.marks.get(step.number)
    state = became.state if became else ""
    asked = inputs.radio("became", "What becomes of it?", _CHOICES[state])
    why = inputs.words("reason", "Why?", optional=True, longest=1000)
    details = rich.rich_text("what", *checklist_card.details(view, step))
    # What the person saw goes with it: if it moved on meanwhile, nothing is undone.
    carried = f"{_carried(view, step)}|{state}"
    title = f"{view.runbook} step {step.number}"
    return _view(MARK, title, carried, [details, asked, why], "Save")


def others(incident: str, offered: Sequence[Offered], *, searched: str = "") -> View:
    """Return the runbooks to follow instead, and a field to search for more.

    Args:
        searched: What the person looked for; "" for those that were suggested.
    """
    shown = offered[:_MOST_OFFERED]
    rows: list[list[Piece]] = [
        [Strong(f"Near to “{clipped(searched, 60)}”" if searched else "Suggested here")]
    ]
    rows += [_offer(one) for one in shown] or [["Nothing is near to that."]]
    free = [one for one in shown if not one.started]
    choices = [(f"{one.runbook} {one.title}", one.runbook) for one in free]
    choices.append(("None of these fits", NONE_FITS))
    blocks = [
        rich.rich_text("what", rich.section(on_lines(*rows))),
        {**inputs.radio("runbook", "Follow", choices), "optional": True},
        inputs.field(
            "search",
            "Or search, e.g. with words of the alert",
            {"type": "plain_text_input", "max_length": 200},
            optional=True,
        ),
    ]
    return _view(OTHERS, "Other runbooks", incident, blocks, "Go on")


def errors(sent: Submission) -> Mapping[str, str]:
    """Return block id to what is wrong in a form; empty when it is complete."""
    entered = sent.values
    reason = entered.get("reason", "").strip()
    if sent.form == SKIP or (sent.form == MARK and entered.get("became") == "skip"):
        return {} if reason else {"reason": words.BLANK}
    if sent.form == MARK and not entered.get("became"):
        return {"became": "Choose what becomes of it."}
    if sent.form == OTHERS and not entered.get("runbook"):
        return {} if entered.get("search", "").strip() else {"search": _CHOOSE}
    return {}


def wants_search(sent: Submission) -> str:
    """Return what to search for; "" where a runbook was chosen."""
    if sent.form != OTHERS or sent.values.get("runbook"):
        return ""
    return sent.values.get("search", "").strip()


def wish(sent: Submission) -> Wish:
    """Return what a form asks for.

    Raises:
        BadRequest: It is not one of our forms, or a value is not on offer.
    """
    entered = sent.values
    reason = entered.get("reason", "").strip()
    match sent.form, sent.incident.split("|"):
        case "runbook.others", [incident]:
            return _followed(known_incident(incident), entered)
        case "step.skip", [incident, runbook, step]:
            return _step(Verb.SKIP, (incident, runbook, step), reason)
        case "step.mark", [incident, runbook, step, was]:
            verb = _verb(entered.get("became", ""), was)
            ids = (incident, runbook, step)
            return _step(verb, ids, reason, was=was if verb is Verb.UNDO else "")
        case _:
            raise out_of_date()


def ids(carried: str) -> tuple[str, str, int]:
    """Return incident, runbook and step of a button.

    Raises:
        BadRequest: It carries something else.
    """
    match carried.split("|"):
        case [incident, runbook, step]:
            return known_incident(incident), known_runbook(runbook), known_step(step)
        case _:
            raise out_of_date()


def _followed(incident: str, entered: Mapping[str, str]) -> Wish:
    chosen = entered.get("runbook", "")
    if chosen == NONE_FITS:
        looked = entered.get("search", "").strip()
        text = NONE_NOTE + (looked or "say in the thread what does.")
        return Wish(verb=Verb.NOTE, incident=incident, text=text)
    return Wish(verb=Verb.STEPS, incident=incident, runbook=known_runbook(chosen))


def _verb(became: str, was: str) -> Verb:
    if became not in {name for _, name in _CHOICES.get(was, ())}:
        raise out_of_date()
    return Verb(became)


def _step(verb: Verb, of: tuple[str, str, str], reason: str, *, was: str = "") -> Wish:
    return Wish(
        verb=verb,
        incident=known_incident(of[0]),
        runbook=known_runbook(of[1]),
        step=known_step(of[2]),
        text=reason,
        was=was,
    )


def _offer(one: Offered) -> list[Piece]:
    follows = " (its checklist stands here)" if one.started else ""
    why = f": {clipped(one.why, _WHY)}" if one.why else ""
    return [f"{one.runbook} {clipped(one.title, _WHY)}{follows}{why}"]


def _carried(view: ChecklistView, step: Step) -> str:
    return value(view.incident, view.runbook, step.number)


def _view(
    form: str, title: str, carried: str, blocks: Sequence[Element], submit: str
) -> View:
    return inputs.view(form, title, carried, blocks, submit=submit)
