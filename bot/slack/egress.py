"""The last look before a message leaves: what is sensitive is masked here too.

Texts were masked when they came in; this is the second wall, so that one forgotten
path does not become a leak. Messages pass it in `calls.py`, forms and homes in
`views.py`, answers to a request in `app.py`. Only words are touched: ids, values and
links of blocks are ours and stay (`bot/guards.py`).

An approval card is left whole. Nobody may agree to what they cannot read, and what
stands on it are parameters that fit a schema and facts that an action chose to show;
what people typed there was masked when it came in.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.guards import Guards, blocks_masked, is_left_whole
from bot.ports import Sending
from bot.slack.needs import Redactor
from bot.slack.plan_forms import FORMS
from bot.slack.share_wishes import TEXT_FORM


def masked(row: Sending, redactor: Redactor) -> Sending:
    """Return the row with every text of it masked; an approval card as it is."""
    if is_left_whole(row.key):
        return row
    guard = Guards(redactor)
    return replace(
        row,
        text=guard.text(row.text),
        blocks=tuple(blocks_masked(block, guard) for block in row.blocks),
    )


def view_masked(view: Mapping[str, Any], guard: Guards) -> dict[str, Any]:
    """Return a form or a home with every text masked.

    What is confirmed in the forms of a plan is the plan: they are left as they are. So
    is the form that seals a text: in it stands a message, for somebody who reads it.
    """
    if view.get("callback_id") in {*FORMS, TEXT_FORM}:
        return dict(view)
    return dict(blocks_masked(view, guard))


def answer_masked(body: Any, guard: Guards) -> Any:
    """Return what a request is answered with, masked; a form in it as a form."""
    if not isinstance(body, Mapping):
        return body
    view = body.get("view")
    rest = {key: one for key, one in body.items() if key != "view"}
    found = dict(blocks_masked(rest, guard))
    return found if view is None else {**found, "view": view_masked(view, guard)}
