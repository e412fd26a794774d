"""What `tocsin doctor` says of runbook search: by words alone, or by meaning too.

The model is really opened and asked: a package that is there and does not work is
what one wants to hear of.
"""

from collections.abc import Iterator

from bot.cli.checks import OK, WARN, Check
from bot.config import Settings
from bot.domain.errors import TocsinError

NAME = "runbook search"


def look(settings: Settings) -> Iterator[Check]:
    """Say how runbooks are searched."""
    from bot.assistant.embedding import MODEL, is_installed, open_embedding

    wanted = settings.runbooks.semantic
    if wanted == "off":
        yield Check(name=NAME, state=OK, says="by words; meaning is switched off")
        return
    if wanted == "auto" and not is_installed():
        says = "by words; the extra `semantic` is not installed"
        yield Check(name=NAME, state=OK, says=says)
        return
    try:
        open_embedding()("a text")
    except TocsinError as error:
        yield Check(
            name=NAME,
            state=WARN,
            says=f"by words alone: {error.because}",
            next_move=error.next_move,
        )
        return
    says = f"by words and meaning, with {MODEL.rpartition('/')[0]} on this machine"
    yield Check(name=NAME, state=OK, says=says)
