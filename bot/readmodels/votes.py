"""What people think of texts that a model wrote, folded from the log.

One person has one voice for one text, the newest. Which texts there are is a row that
whoever has one written makes (`know`), so that a press can only be about one of them.
"""

from collections.abc import Mapping
from typing import Any

from bot.domain.judged import SUMMARY
from bot.domain.judging_events import TextJudged, Vote
from bot.domain.summary import prompt_named
from bot.domain.writing_events import Summarized
from bot.ports import Transaction


def know(
    tx: Transaction, incident: str, kind: str, text: str, *, prompt: str, model: str
) -> None:
    """Note that a model wrote a text of an incident, so that it can be judged.

    Args:
        kind: What kind of text, e.g. ``summary``, and `text` which one of its kind.
        prompt: As `prompt_named` says it.
    """
    tx.tables.execute(
        "INSERT OR REPLACE INTO known_text (incident, kind, text, prompt, model) "
        "VALUES (?, ?, ?, ?, ?)",
        (incident, kind, text, prompt, model),
    )


def known(tx: Transaction, incident: str, kind: str, text: str) -> tuple[str, str]:
    """Return with which prompt a text was written and by which model; "" if none."""
    found = tx.tables.execute(
        "SELECT prompt, model FROM known_text "
        "WHERE incident = ? AND kind = ? AND text = ?",
        (incident, kind, text),
    )
    return (found[0]["prompt"], found[0]["model"]) if found else ("", "")


def vote_of(
    tx: Transaction, incident: str, kind: str, text: str, person: str
) -> Vote | None:
    """Return what a person said of a text last; None if nothing."""
    found = tx.tables.execute(
        "SELECT vote FROM text_voice "
        "WHERE incident = ? AND kind = ? AND text = ? AND person = ?",
        (incident, kind, text, person),
    )
    return Vote(found[0]["vote"]) if found else None


def written(tx: Transaction, case: Mapping[str, Any], event: Summarized) -> None:
    """Note that a summary was shown; its number is that of `Judged.writings`."""
    prompt = prompt_named(event.prompt, event.version, event.digest)
    text = str(case["writings"] + 1)
    know(tx, case["incident"], SUMMARY, text, prompt=prompt, model=event.model)


def judge(tx: Transaction, incident: str, event: TextJudged) -> None:
    """Note one person's voice, or the statement that they took back."""
    place = (incident, event.kind, event.which)
    by = (event.by, event.prompt, event.model)
    if event.vote is Vote.WRONG:
        tx.tables.execute(
            "INSERT OR REPLACE INTO text_claim (incident, kind, text, claim, person, "
            "prompt, model) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*place, event.claim, *by),
        )
        return
    tx.tables.execute(
        "INSERT OR REPLACE INTO text_voice (incident, kind, text, person, vote, "
        "prompt, model) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*place, event.by, event.vote.value, *by[1:]),
    )
