"""A draft of a runbook from the course of one incident: what was done becomes steps.

Evidence comes first, gated steps name the actions that ran, and what nobody knows yet
is marked, so that the linter warns about it for as long as the file says that it is a
draft. Nobody is named: people are left out, and so is whoever a note speaks of.
"""

from dataclasses import dataclass

from bot.domain.course import Course
from bot.domain.draft_shelf import TODO, Shelf
from bot.domain.draft_steps import steps_of
from bot.domain.draft_text import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A runbook file that people finish.

    Attributes:
        name: Of the file, without ``.md``.
        todo: How many places people must fill in.
        skipped: How many steps were skipped; they are told with their reasons.
        gated: How many of `steps` people must confirm.
        drill: It was an exercise.
    """

    incident: str
    id: str
    name: str
    text: str
    steps: int
    gated: int
    skipped: int
    todo: int
    drill: bool = False


def draft(course: Course, shelf: Shelf) -> Draft:
    """Return the draft of a runbook from what was done."""
    cited = steps_of(course, shelf)
    number = shelf.next_id()
    text = written(course, cited, shelf, number=number)
    return Draft(
        incident=course.incident,
        id=number,
        name=f"{number.lower()}-draft-{course.category.replace('_', '-')}",
        text=text,
        steps=len(cited),
        gated=sum(one.step.is_gated for one in cited),
        skipped=sum(one.outcome == "skipped" for one in course.steps),
        todo=text.count(TODO),
        drill=course.drill,
    )
