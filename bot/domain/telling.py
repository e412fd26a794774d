"""Who may tell others about an incident, and what follows from it. Pure.

Nothing is told by itself: a person posts an update, hands over or takes over. What a
promised update means when it does not come is decided here too.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.commands import Person
from bot.domain.errors import BadRequest, NotAllowed, NotFound, OutOfTurn
from bot.domain.events import Event, Role, RoleAssigned
from bot.domain.incident import Incident
from bot.domain.responding import only_members
from bot.domain.telling_events import HandedOver, UpdateLate, UpdatePosted
from bot.domain.untrusted import Untrusted

AUDIENCES = ("team", "stakeholders")
LONGEST_PROMISE = timedelta(hours=24)
_NO_INCIDENT = "there is no such incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What of a model's claims a person took over.

    Attributes:
        draft: Number of the entry they stand in, -1 for none.
        which: Their numbers in it, from 1.
        text: They themselves, one a line.
    """

    draft: int = -1
    which: tuple[str, ...] = ()
    text: Untrusted | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PostUpdate:
    """Tell others how it stands.

    Attributes:
        words: ``status``, ``impact`` and ``doing``, already redacted.
        within: By when the next one is promised; None for no promise.
        edited: Names of the drafted parts that were changed.
    """

    by: Person
    audience: str
    words: dict[str, Untrusted]
    within: timedelta | None = None
    edited: tuple[str, ...] = ()
    taken: Taken = Taken()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Hand the incident over to somebody; the note is redacted already."""

    by: Person
    to: Person
    note: Untrusted
    edited: tuple[str, ...] = ()
    taken: Taken = Taken()


def update(incident: Incident, asked: PostUpdate, *, now: datetime) -> UpdatePosted:
    """Let somebody post an update.

    Raises:
        Refusal: They may not, or it says nothing.
    """
    _may(incident, asked.by, "No update was posted", also_over=True)
    # After the end nothing more is to come.
    within = asked.within if incident.is_open else None
    wrong = within is not None and not timedelta(0) < within <= LONGEST_PROMISE
    if asked.audience not in AUDIENCES or wrong:
        raise BadRequest(
            "No update was posted",
            because="the form holds something that was not on offer",
            next_move="Open it again with `/incident update`.",
        )
    if not asked.words.get("status"):
        raise BadRequest(
            "No update was posted",
            because="it does not say how the incident stands",
            next_move="Say it in a sentence or two.",
        )
    return UpdatePosted(
        by=asked.by.id,
        audience=asked.audience,
        next_at=now + (within or timedelta(0)),
        promises=within is not None,
        edited=asked.edited,
        draft=asked.taken.draft,
        taken=asked.taken.which,
        status=asked.words.get("status"),
        impact=asked.words.get("impact"),
        doing=asked.words.get("doing"),
        ai=asked.taken.text,
    )


def hand_over(incident: Incident, asked: HandOver) -> HandedOver:
    """Let somebody hand over.

    Raises:
        Refusal: They may not, or the other cannot have it.
    """
    _may(incident, asked.by, "Nothing was handed over")
    if asked.to.kind is not asked.by.kind:
        raise NotAllowed(
            "Nothing was handed over",
            because="only a full member of this workspace can have an incident",
            next_move="Choose a colleague from this workspace.",
        )
    if asked.to.id == asked.by.id:
        raise BadRequest(
            "Nothing was handed over",
            because="you chose yourself",
            next_move="Take it with `/incident role commander me`.",
        )
    return HandedOver(
        by=asked.by.id,
        to=asked.to.id,
        edited=asked.edited,
        draft=asked.taken.draft,
        taken=asked.taken.which,
        note=asked.note,
        ai=asked.taken.text,
    )


def take_over(incident: Incident, by: Person) -> tuple[Event, ...]:
    """Let somebody take what was handed to them: they are the commander then.

    Raises:
        Refusal: They may not, or it was handed to somebody else.
    """
    _may(incident, by, "You did not take over")
    if by.id not in (incident.telling.handed_to, incident.commander):
        to = f"it was handed to <@{incident.telling.handed_to}>"
        raise NotAllowed(
            "You did not take over",
            because=to
            if incident.telling.handed_to
            else "nothing is being handed over",
            next_move="If it is to be you: `/incident role commander me`.",
        )
    if incident.commander == by.id:
        return ()
    return (RoleAssigned(role=Role.COMMANDER, to=by.id, by=by.id),)


def missed(incident: Incident, *, now: datetime) -> tuple[UpdateLate, ...]:
    """Return that a promised update did not come, if it is still missed."""
    due_at = incident.telling.update_due_at
    if not incident.is_open or due_at is None or now < due_at:
        return ()
    late_s = max(int((now - due_at).total_seconds()), 0)
    return (UpdateLate(by=incident.telling.update_by, due_at=due_at, late_s=late_s),)


def may_tell(
    incident: Incident, by: Person, what: str, *, also_over: bool = False
) -> None:
    """Let somebody go on to a form.

    Args:
        also_over: Also for an incident that is over.

    Raises:
        Refusal: They may not.
    """
    _may(incident, by, what, also_over=also_over)


def short_digest(text: str) -> str:
    """Return by what it is seen that a person changed a draft: 8 hex of SHA-256."""
    same = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return hashlib.sha256(same.encode()).hexdigest()[:8]


def _may(incident: Incident, by: Person, what: str, *, also_over: bool = False) -> None:
    if not incident.exists:
        raise NotFound(
            what,
            because=_NO_INCIDENT,
            next_move="See the open ones with `/incident list`.",
        )
    only_members(by)
    if not (incident.is_open or also_over):
        raise OutOfTurn(
            what,
            because="the incident is already resolved",
            next_move="Open it again with `/incident reopen` if it is not over.",
        )
