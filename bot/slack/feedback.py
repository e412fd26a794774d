"""The control below whatever a model wrote: thumbs, and "This is wrong…". Pure.

Whoever shows a text of a model puts `thumbs` below it, and notes the text with
`bot/readmodels/votes.py`, or nobody can press them. What a press means is read in
`feedback_wishes.py`. Slack: docs.slack.dev, context actions block, for messages.
"""

import re
from typing import Any

from bot.slack import rich
from bot.slack.rich import Block
from bot.slack.sentences import Element
from bot.slack.wishes import value

VOTE_BUTTON = "ai.vote"
WRONG_BUTTON = "ai.wrong"
REJECT_BUTTON = "suggest.reject"
AGAIN_BUTTONS = tuple(f"suggest.again.{n}" for n in range(1, 6))
"""One for each place in a row: an action id stands once in a message."""

KIND = re.compile(r"[a-z][a-z_]{0,29}")
TEXT = re.compile(r"[0-9A-Za-z_-]{1,64}")
"""How a kind of text and the id of one look."""


def thumbs(incident: str, kind: str, text: str) -> tuple[Block, Block]:
    """Return the control for a text that a model wrote.

    Args:
        kind: What kind of text, e.g. ``summary``; it matches `KIND`.
        text: Which one of the incident; it matches `TEXT`.
    """
    about = value(incident, kind, text)
    votes = {
        "type": "feedback_buttons",
        "action_id": VOTE_BUTTON,
        "positive_button": _thumb("Helpful", "up", about),
        "negative_button": _thumb("Not helpful", "down", about),
    }
    wrong = rich.button("This is wrong…", action=WRONG_BUTTON, value=about)
    name = f"{kind}/{text}"
    return (
        {"type": "context_actions", "block_id": f"thumbs/{name}", "elements": [votes]},
        rich.actions(f"wrong/{name}", [wrong]),
    )


def reject(incident: str, runbook: str, step: int) -> Element:
    """Return the button that says that a suggestion is not the one."""
    carried = value(incident, runbook, step)
    return rich.button("Not this…", action=REJECT_BUTTON, value=carried)


def _thumb(label: str, vote: str, about: str) -> dict[str, Any]:
    return {
        "text": rich.plain(label, rich.BUTTON_MAX),
        "value": value(vote, about),
        "accessibility_label": f"{label}: what a model wrote",
    }
