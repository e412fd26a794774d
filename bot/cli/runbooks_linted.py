"""What is wrong with files of runbooks, and what drafts leave open.

The rules are in `bot/domain/runbook_lint.py`; how it is printed, in `runbooks.py`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path


def linted(paths: Sequence[Path], today: datetime) -> Iterator[tuple[str, str]]:
    """Yield file name and problem of everything that is wrong with some runbooks."""
    from bot.assistant.library import read_runbook
    from bot.domain.errors import Unparsed
    from bot.domain.runbook_lint import problems, shelf_problems

    actions, threats = _actions(), _threats()
    read = []
    for path in paths:
        try:
            book = read_runbook(path)
        except Unparsed as error:
            yield path.name, f"{error.because}. {error.next_move}"
            continue
        read.append(book)
        for problem in problems(
            book, today=today.date(), actions=actions, threats=threats
        ):
            yield path.name, problem
    for problem in shelf_problems(read):
        yield "the shelf", problem


def unfinished(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Yield file name and place of everything that drafts still leave open."""
    from bot.assistant.library import read_runbook
    from bot.domain.errors import Unparsed
    from bot.domain.runbook_lint import warnings

    for path in paths:
        try:
            book = read_runbook(path)
        except Unparsed:
            continue
        for warning in warnings(book):
            yield path.name, warning


def _actions() -> dict[str, tuple[str, ...]]:
    """Return the actions that the bot knows and the parameters that each needs.

    The site's own too. Where one of those cannot be used the bot does not start, so
    nothing is linted either.
    """
    from bot.cli.opening import open_settings
    from bot.drafts import needed, required
    from bot.wire_worlds import actions_of_site

    own = {one.MANIFEST.name: one for one in actions_of_site(open_settings())}
    return {**required(), **needed(own)}


def _threats() -> frozenset[str]:
    """Return the ids of the threats that the shipped rules may name."""
    from bot.rules import read_rulebook

    lists = read_rulebook("").frameworks
    return frozenset[str]().union(*(one.ids for one in lists))
