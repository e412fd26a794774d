"""`tocsin triage --model`: what a model would write of an alert, checked.

The same question, the same check and the same card as in the running bot; nothing is
kept or posted, and no budget counts the call.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain.summary import Written
    from bot.ports.model import Model
    from bot.rulings import Rulings
    from bot.triage import Triaged


@contextmanager
def asking(rulings: "Rulings", *, is_wanted: bool) -> "Iterator[Model | None]":
    """Open the model of the settings for as long as the block lasts.

    Raises:
        BadSettings: As `uncounted_model`.
    """
    from bot.cli.asking import uncounted_model
    from bot.cli.opening import open_settings

    if not is_wanted:
        yield None
        return
    model = uncounted_model(open_settings(), rulings.redactor)
    try:
        yield model
    finally:
        model.close()


def written_of(model: "Model", triaged: "Triaged") -> "tuple[Written | None, str]":
    """Return what a model wrote that may be believed, and why there is nothing.

    The second is "" where something is; nothing is asked where no card would stand.
    """
    from bot.assistant.telling import told_of
    from bot.assistant.writing import under_short_ids, written_in
    from bot.ports.model import NoAnswer
    from bot.summaries import question_of

    if triaged.worst is None:
        return None, "not asked"
    told, ids = under_short_ids(told_of(triaged.alerts))
    answer = model.ask(question_of(triaged.worst.id, told))
    if isinstance(answer, NoAnswer):
        return None, f"no model: {answer.why.value.replace('_', ' ')}"
    written, _ = written_in(answer, told, ids)
    why = "" if written.claims else "no model: nothing kept"
    return written, why
