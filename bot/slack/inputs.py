"""Typed builders for forms: a modal and the inputs in it, within Slack's limits.

Which forms there are stands in `modals.py` and `plan_modals.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.rich import PLAIN_MAX, option, plain
from bot.slack.sentences import Element

View = dict[str, Any]
ENTERED = "entered"
"""The action id of the one element in each input block."""

_LABEL_MAX = 2000
_TITLE_MAX = 24
_GROUP_MAX = 75


def view(
    form: str,
    title: str,
    metadata: str,
    blocks: Sequence[Mapping[str, Any]],
    *,
    submit: str,
) -> View:
    """Return a modal.

    Args:
        form: Its callback id.
        metadata: Ids that come back with it, at most 3,000 characters.
        submit: Words on its button; "" for a modal that asks for nothing.
    """
    made: View = {
        "type": "modal",
        "callback_id": form,
        "private_metadata": metadata,
        "title": plain(title, _TITLE_MAX),
        "close": plain("Cancel" if submit else "Close", _TITLE_MAX),
        "blocks": list(blocks),
    }
    return {**made, "submit": plain(submit, _TITLE_MAX)} if submit else made


def field(
    block_id: str, label: str, element: Element, *, optional: bool = False
) -> Element:
    """Return an input block around one element."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, _LABEL_MAX),
        "optional": optional,
        "element": {"action_id": ENTERED, **element},
    }


def words(
    block_id: str,
    label: str,
    *,
    optional: bool = False,
    longest: int = PLAIN_MAX,
    known: str = "",
) -> Element:
    """Return a field for sentences, with what is known already in it."""
    element = {"type": "plain_text_input", "multiline": True, "max_length": longest}
    if known:
        element["initial_value"] = known[:longest]
    return field(block_id, label, element, optional=optional)


def line(block_id: str, label: str, *, known: str = "") -> Element:
    """Return a field for one line, with what is known already in it."""
    element: Element = {"type": "plain_text_input"}
    if known:
        element["initial_value"] = known[:PLAIN_MAX]
    return field(block_id, label, element)


def person(block_id: str, label: str, *, known: str = "") -> Element:
    """Return a field for one person, with who is known already in it."""
    chosen = {"initial_user": known} if known else {}
    return field(block_id, label, {"type": "users_select", **chosen})


def ticks(block_id: str, label: str, choices: Sequence[tuple[str, str]]) -> Element:
    """Return choices of which any may be made, or none."""
    options = [option(name, value) for name, value in choices]
    element: Element = {"type": "checkboxes", "options": options}
    return field(block_id, label, element, optional=True)


def people(block_id: str, label: str, *, most: int) -> Element:
    """Return a field for some people, at most `most` of them."""
    element = {"type": "multi_users_select", "max_selected_items": most}
    return field(block_id, label, element)


def select(
    block_id: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    first: bool = True,
    known: str = "",
) -> Element:
    """Return a menu; with `first`, its first choice is made already.

    Args:
        known: The value that is chosen already, where there is such a choice.
    """
    options = [option(name, value) for name, value in choices]
    made = [one for one in options if one["value"] == known] or options[:first]
    chosen = {"initial_option": made[0]} if made else {}
    element = {"type": "static_select", "options": options, **chosen}
    return field(block_id, label, element)


def grouped(
    block_id: str, label: str, groups: Mapping[str, Sequence[tuple[str, str]]]
) -> Element:
    """Return a menu of choices under headings, in which none is made yet."""
    element = {
        "type": "static_select",
        "option_groups": [
            {
                "label": plain(name, _GROUP_MAX),
                "options": [option(text, value) for text, value in choices],
            }
            for name, choices in groups.items()
        ],
    }
    return field(block_id, label, element)


def radio(block_id: str, label: str, choices: Sequence[tuple[str, str]]) -> Element:
    """Return choices of which none is made yet."""
    options = [option(name, value) for name, value in choices]
    return field(block_id, label, {"type": "radio_buttons", "options": options})
