"""What is kept of a question about an incident. Stored; see `events.py`."""

from dataclasses import dataclass
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """A person asked something about the incident, and was answered; no more.

    Attributes:
        by: Slack id of who asked.
        aloud: The answer stands in a thread; else only who asked saw it.
        known: It was answered from evidence; else nobody knows, or it asks for a deed.
        how: ``facts``, ``search``, ``model``, ``person`` or ``nothing``.
        cites: Ids of the passages that the answer rests on, in order.
        model: Which one wrote it, ``provider:name`` of the settings; "" for none.
        prompt: Name of the prompt, "" for none, and `version`, 0 for none.
        digest: SHA-256 hex of all that a model was told to do; "" for none.
        dropped: Of the claims of a model that are not borne out, why each is not.
        question: As it was asked, masked.
        answer: As it was given, without the list of what it cites.
    """

    name: ClassVar = "incident.question_answered.v1"

    by: str
    aloud: bool
    known: bool
    how: str
    cites: tuple[str, ...] = ()
    model: str = ""
    prompt: str = ""
    version: int = 0
    digest: str = ""
    dropped: tuple[str, ...] = ()
    question: Untrusted | None
    answer: Untrusted | None
