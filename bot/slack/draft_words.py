"""What `/incident runbook` says of a draft. Pure."""

from typing import Any

from bot.domain.runbook_draft import Draft
from bot.slack import answers, cards, exercise, rich
from bot.slack.sentences import Code, Piece, Strong, spoken

NO_DRAFTS = (
    "No runbook was drafted: this installation drafts none. "
    "See the story with `/incident status`."
)


def told(draft: Draft) -> dict[str, Any]:
    """Return what a draft holds, and the button to the page that has the file."""
    steps = _many(draft.steps, "step")
    skipped = _many(draft.skipped, "skipped step")
    head: list[Piece] = [
        Strong(f"A runbook from {draft.incident}"),
        f": {steps}, {draft.gated} of them gated; {skipped}, told with their reasons. ",
        f"{_many(draft.todo, 'place')} marked TODO are for you.",
    ]
    how: list[Piece] = [
        f"Open the page: the section Runbook has {draft.name}.md. Or ",
        Code(f"tocsin runbooks draft {draft.incident}"),
        ". Nobody is offered it until its status is no longer draft.",
    ]
    blocks = [
        rich.rich_text("draft", rich.section(head), rich.section(how)),
        rich.actions("page", [cards.page(draft.incident)]),
    ]
    text = exercise.of(spoken(head), drill=draft.drill)
    return {**answers.plain(text), "blocks": list(rich.within_budget(blocks))}


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
