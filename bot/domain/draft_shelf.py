"""What a draft of a runbook is made with: the shelf, the actions, and clean words.

Words of people and senders become one line that is no markup and names nobody.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.domain.course import Course
from bot.domain.runbook import Runbook, Step
from bot.domain.untrusted import Untrusted

TODO = "TODO"
"""Marks what a person must fill in; the linter counts them."""

_LONGEST = 240
_PEOPLE = re.compile(
    r"<@[^<>\s]{1,60}>|(?<![\w.])@[\w.-]+|\b[UW](?=[A-Z]*\d)[A-Z0-9]{6,12}\b"
)
_SOMEBODY = "somebody"
# What YAML does not take as it stands; hidden characters are gone before.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+!|~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A step of the draft, and what it was made of.

    Attributes:
        of: Where it stands, e.g. ``RB-06 step 1, done 12:04`` or a plan's id.
    """

    step: Step
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """What a draft is made with.

    Attributes:
        required: Registered action to the parameters that it needs.
        mask: Takes out of a text what must not stand in a file, names included.
    """

    runbooks: Sequence[Runbook]
    required: Mapping[str, Sequence[str]]
    today: date
    mask: Callable[[str], str] = field(default=str)

    def book(self, runbook: str) -> Runbook | None:
        """Return a runbook on it."""
        return next((one for one in self.runbooks if one.id == runbook), None)

    def step(self, runbook: str, number: int) -> Step | None:
        """Return a step of a runbook on it."""
        found = self.book(runbook)
        return found.step(number) if found else None

    def with_action(self, action: str, near: Sequence[str]) -> Step | None:
        """Return a step that names an action, of a runbook at hand if there is one."""
        books = sorted(self.runbooks, key=lambda one: one.id not in near)
        steps = (step for book in books for step in book.steps)
        return next((step for step in steps if _does(step, action)), None)

    def next_id(self) -> str:
        """Return the next free id."""
        numbers = [int(one.id.partition("-")[2]) for one in self.runbooks]
        return f"RB-{max(numbers, default=0) + 1:02d}"

    def base(self, course: Course) -> Runbook | None:
        """Return the runbook that was used most, or that is written for the kind."""
        used = [one.runbook for one in course.steps if one.outcome != "skipped"]
        ranked = sorted(set(used), key=lambda one: (-used.count(one), one))
        fits = [
            one.id for one in self.runbooks if course.category in one.categories[:1]
        ]
        found = map(self.book, (*ranked, *course.suggested, *fits))
        return next((one for one in found if one is not None), None)

    def line(self, text: Untrusted, *, limit: int = _LONGEST) -> str:
        """Return words from outside as one clean line that names nobody."""
        masked = self.mask(text.for_redaction())
        found = Untrusted(_PEOPLE.sub(_SOMEBODY, masked)).for_slack(limit=limit)
        return _UNPRINTABLE.sub("", found)

    def quoted(self, text: Untrusted) -> str:
        """Return words from outside as a quotation in Markdown, with no mark alive."""
        return "> " + _MARKS.sub(r"\\\1", self.line(text))


def _does(step: Step, action: str) -> bool:
    return any(way.action == action for way in step.ways)
