"""What people see of writings: catch-up, and the forms of update and handover. Pure.

A form shows what is posted beside the words of a person, and a draft of these. What a
model adds stands in a block of its own, to be ticked; nothing of it is in a field.
"""

from collections.abc import Mapping

from bot.domain.writing import Composed, Part
from bot.ports.writings import Draft
from bot.slack import answers, exercise, inputs, rich, writing_rows
from bot.slack.answers import Answer
from bot.slack.inputs import View
from bot.slack.requests import Submission
from bot.slack.sentences import Strong
from bot.slack.writing_wishes import (
    FIELDS,
    HANDOVER_FORM,
    UPDATE_FORM,
    WITHIN,
    packed,
)

BLANK = "Say it in a sentence or two."
NOBODY = "Choose who is to have it."
_AUDIENCES = (("The team", "team"), ("Stakeholders", "stakeholders"))
_LABELS: Mapping[str, str] = {
    "status": "How does it stand?",
    "impact": "Who or what is hurt?",
    "doing": "What is done about it?",
    "note": "What must they know?",
}
_ASKED = "A model is asked for more; what can be checked appears below, if anything."
_TICK = "Take over, as they stand"


def caught_up(made: Composed, *, asked: bool) -> Answer:
    """Return a catch-up for the asker alone.

    Args:
        asked: A model is being asked for more.
    """
    return {**answers.plain(_head(made)), "blocks": list(_blocks(made, asked=asked))}


def caught_up_view(made: Composed) -> View:
    """Return a catch-up as a form that asks for nothing."""
    head, *rest = _blocks(made, asked=False)
    line = rich.rich_text("head", rich.section([Strong(str(head["text"]["text"]))]))
    shown = [line, *(_in_form(one) for one in rest)]
    view = inputs.view("catchup.view", "Catch up", made.incident, shown, submit="")
    return exercise.form(view) if made.drill else view


def added(made: Composed, part: Part) -> Answer:
    """Return what a model added to a catch-up, after it."""
    title = f"More on {made.incident}"
    shown = [writing_rows.part("added", _titled(part, title))]
    said = answers.plain(f"{title}, AI-written: check the evidence.")
    return {**said, "blocks": list(rich.within_budget(shown))}


def update(draft: Draft, incident: str, digests: Mapping[str, str]) -> View:
    """Return the form of a status update.

    Args:
        digests: Short digests of the drafted fields.
    """
    return _view(UPDATE_FORM, draft, incident, digests, _update(draft))


def handover(
    draft: Draft, incident: str, digests: Mapping[str, str], *, to: str
) -> View:
    """Return the form of a handover.

    Args:
        to: Whom it is for, where that is known already.
    """
    return _view(HANDOVER_FORM, draft, incident, digests, _handover(draft, to))


def errors(sent: Submission) -> Mapping[str, str]:
    """Return block id to what is wrong in a form; empty when it is complete."""
    first = FIELDS[sent.form][0]
    wrong = dict[str, str]()
    if not sent.values.get(first, "").strip():
        wrong[first] = BLANK
    if sent.form == HANDOVER_FORM and not sent.values.get("person"):
        wrong["person"] = NOBODY
    return wrong


def _view(
    name: str,
    draft: Draft,
    incident: str,
    digests: Mapping[str, str],
    blocks: list[rich.Block],
) -> View:
    title, submit = "Status update", "Post"
    if name == HANDOVER_FORM:
        title, submit = "Hand over", "Hand over"
    metadata = packed(incident, draft.entry, digests)
    found = [*blocks, *_extra(draft)]
    view = inputs.view(name, title, metadata, found, submit=submit)
    return exercise.form(view) if draft.facts.drill else view


def _update(draft: Draft) -> list[rich.Block]:
    facts = writing_rows.flat(draft.facts.parts[0].rows)
    shown = rich.rich_text("facts", rich.section([Strong("Posted with it: "), *facts]))
    return [
        inputs.select("audience", "For whom?", _AUDIENCES),
        *(_field(draft, name, optional=name != "status") for name in draft.fields),
        inputs.select("next", "Next update within", [(one, one) for one in WITHIN]),
        shown,
    ]


def _handover(draft: Draft, to: str) -> list[rich.Block]:
    head = rich.rich_text("facts", rich.section([Strong("Posted with your note:")]))
    return [
        inputs.person("person", "To whom?", known=to),
        *(_field(draft, name) for name in draft.fields),
        head,
        *writing_rows.blocks(draft.facts),
    ]


def _field(draft: Draft, name: str, *, optional: bool = False) -> rich.Block:
    known = draft.fields[name]
    return inputs.words(name, _LABELS[name], optional=optional, known=known)


def _extra(draft: Draft) -> list[rich.Block]:
    """Return what a model added, to be ticked; or that one is being asked."""
    rows = draft.extra.rows
    if not rows:
        said = rich.rich_text("asked", rich.section([_ASKED]))
        return [said] if draft.asks else []
    shown = writing_rows.part("added", _titled(draft.extra, "From a model"))
    choices = [(f"Bullet {n}", str(n)) for n, _ in enumerate(rows, 1)]
    return [shown, inputs.ticks("ai", _TICK, choices)]


def _titled(one: Part, title: str) -> Part:
    return Part(title=title, rows=one.rows, written_by=one.written_by)


def _blocks(made: Composed, *, asked: bool) -> tuple[rich.Block, ...]:
    end = "Written by rules from the log."
    if asked:
        end += " A model is asked for more; what can be checked follows, if anything."
    found = [
        rich.header("head", _head(made)),
        *writing_rows.blocks(made),
        rich.small("by", end),
    ]
    return rich.within_budget(found)


def _in_form(block: rich.Block) -> rich.Block:
    """Return a block as a form may hold it: no small print there."""
    if block["type"] != "context":
        return block
    said = str(block["elements"][0]["text"])
    return rich.rich_text(block["block_id"], rich.section([said]))


def _head(made: Composed) -> str:
    return exercise.of(made.head, drill=made.drill)
