"""What `tocsin doctor` says of the names that are taken out: how many, and from where.

The workspace's are in the running bot's memory and nowhere else, so it is asked; it
answers in numbers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.cli.checks import OK, WARN, Check
from bot.cli.running_bot import found
from bot.config import Settings
from bot.domain.errors import TocsinError

NAME = "known names"
_PATH = "/admin/known-names"
_MOVES = {
    "missing_scope": "Reinstall the app with the manifest of `tocsin slack manifest`; "
    "it needs users:read.",
}


def look(settings: Settings, *, listed: int) -> Iterator[Check]:
    """Say how many names are known.

    Args:
        listed: How many the redaction overlay names.
    """
    told = _told(settings)
    if told is None:
        says = f"{_people(listed)} of the overlay; no bot runs that knows the workspace"
        yield Check(name=NAME, state=OK, says=says)
        return
    problem = str(told.get("problem") or "")
    says = (
        f"{_people(told.get('workspace'))} of the workspace, "
        f"{_people(told.get('registry'))} of the registry, {listed:,} of the overlay"
    )
    if not problem:
        yield Check(name=NAME, state=OK, says=says)
        return
    at = told.get("learned_at")
    since = f"it told them last at {at}" if at else "it never told them"
    yield Check(
        name=NAME,
        state=WARN,
        says=f"{says}; Slack did not tell who is there ({problem}), {since}",
        next_move=_MOVES.get(
            problem, "The bot asks again; look whether Slack answers."
        ),
    )


def _people(number: object) -> str:
    count = number if isinstance(number, int) else 0
    return f"{count:,} {'person' if count == 1 else 'people'}"


def _told(settings: Settings) -> Mapping[str, Any] | None:
    try:
        return found(settings.home).ask("GET", _PATH)
    except TocsinError:
        return None
