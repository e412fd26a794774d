"""What people tell others about an incident, and promise. Stored; see `events.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A model was asked for sentences of a writing, and each was checked.

    Nothing of it is posted by itself: people see it beside their draft, or on the page.

    Attributes:
        writing: Which one: ``catch-up``, ``update``, ``handover`` or ``postmortem``.
        model: Which one answered, ``provider:name`` of the settings.
        prompt: Name of the prompt, and `version`.
        digest: SHA-256 hex of all that it was told to do.
        upto: Number of the newest entry that it was told of.
        asked: How many claims it made.
        kept: How many of them are borne out.
        dropped: Of those that are not, why each is not.
        evidence: Ids of alerts and entries that each kept claim rests on, in order.
        text: The kept claims, one a line.
    """

    name: ClassVar = "incident.drafted.v1"

    writing: str
    model: str
    prompt: str
    version: int
    digest: str
    upto: int
    asked: int
    kept: int
    dropped: tuple[str, ...]
    evidence: tuple[tuple[str, ...], ...] = ()
    text: Untrusted | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePosted:
    """A person told others how the incident stands.

    Attributes:
        by: Who posted it; their words, whoever drafted them.
        audience: ``team`` or ``stakeholders``.
        next_at: When the next one is promised; the moment of posting for never.
        promises: Whether there is such a promise.
        edited: Names of the drafted parts that the person changed.
        draft: Number of the entry whose claims of a model were taken, -1 for none.
        taken: Which of them, from 1.
        status: How it stands.
        impact: Who or what is hurt, as far as known.
        doing: What is done about it.
        ai: The claims that were taken, one a line, as they were posted.
    """

    name: ClassVar = "incident.update_posted.v1"

    by: str
    audience: str
    next_at: datetime
    promises: bool
    edited: tuple[str, ...] = ()
    draft: int = -1
    taken: tuple[str, ...] = ()
    status: Untrusted | None
    impact: Untrusted | None
    doing: Untrusted | None
    ai: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateLate:
    """An update that somebody had promised did not come, and the channel was told.

    Attributes:
        by: Who had promised it.
        due_at: By when.
        late_s: How many whole seconds after that the channel was told.
    """

    name: ClassVar = "incident.update_late.v1"

    by: str
    due_at: datetime
    late_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A person handed the incident over, with a note; the other has yet to take it.

    Attributes:
        by: Who handed it over.
        to: Who is to have it.
        edited: Names of the drafted parts that the person changed.
        draft: Number of the entry whose claims of a model were taken, -1 for none.
        taken: Which of them, from 1.
        note: What the other must know.
        ai: The claims that were taken, one a line, as they were posted.
    """

    name: ClassVar = "incident.handed_over.v1"

    by: str
    to: str
    edited: tuple[str, ...] = ()
    draft: int = -1
    taken: tuple[str, ...] = ()
    note: Untrusted | None
    ai: Untrusted | None = None


TellingEvent = Drafted | UpdatePosted | UpdateLate | HandedOver
