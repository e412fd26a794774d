"""Texts that a person seals for people by name, and what follows. Pure.

Such a text is not masked: somebody hands over what must be handed over. So it is sealed
for named members of the incident's channel alone; nobody else gets a ticket, whoever
they are. What may happen to a share besides is in `share_decisions.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.commands import Person, PersonKind
from bot.domain.errors import BadRequest, NotAllowed, OutOfTurn
from bot.domain.share import Share
from bot.domain.share_decisions import LONGEST_LIFE, SHORTEST_LIFE
from bot.domain.share_events import ShareEvent, TextOffered, TextSealed

LONGEST_TEXT = 3000
"""What a field of a form holds, in characters."""
MOST_PEOPLE = 10
MOST_EACH = 10
_NO_LINK = "You got no link"
_NOT_SEALED = "Nothing was sealed"
_KINDS: Mapping[PersonKind, str] = {
    PersonKind.GUEST: "is a guest",
    PersonKind.EXTERNAL: "is from another organization",
    PersonKind.BOT: "is an app",
    PersonKind.DEACTIVATED: "has a deactivated account",
    PersonKind.UNKNOWN: "is not known to Slack right now",
}
_YOU: Mapping[PersonKind, str] = {
    PersonKind.GUEST: "sealed texts are not for guests",
    PersonKind.EXTERNAL: "sealed texts are not for people from another organization",
    PersonKind.BOT: "sealed texts are not for apps",
    PersonKind.DEACTIVATED: "this account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who you are",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedText:
    """A text that somebody wants sealed: everything but the text.

    Attributes:
        people: Slack ids of whom it is for.
        each: How often each of them may open it.
    """

    by: str
    people: tuple[str, ...]
    each: int


def text_life(life: timedelta) -> timedelta:
    """Return how long a text may be opened.

    Raises:
        BadRequest: It is out of bounds.
    """
    if SHORTEST_LIFE <= life <= LONGEST_LIFE:
        return life
    raise BadRequest(
        _NOT_SEALED,
        because="a sealed text lives between 5 minutes and 7 days",
        next_move="Choose one of the times in the form.",
    )


def seal_text(
    state: Share, wanted: WantedText, now: datetime
) -> tuple[ShareEvent, ...]:
    """Say of a new share that it holds a text, by whom and for whom.

    Raises:
        BadRequest: It is for nobody or too many, or the share holds something else.
    """
    people = tuple(dict.fromkeys(wanted.people))
    if not 1 <= len(people) <= MOST_PEOPLE:
        raise BadRequest(
            _NOT_SEALED,
            because=f"it is for 1 to {MOST_PEOPLE} people",
            next_move="Choose whom it is for.",
        )
    is_new = state.exists and not state.original and not state.tickets
    if not is_new or state.text or state.opens != len(people) * wanted.each:
        raise BadRequest(
            _NOT_SEALED,
            because="a text is sealed alone, for the people it names",
            next_move="Open the form again.",
        )
    sealed = TextSealed(by=wanted.by, people=people, each=wanted.each, at=now)
    return (sealed,)


def may_share(who: Person, *, in_channel: bool) -> None:
    """Let members who are in the incident's channel seal a text.

    Raises:
        NotAllowed: They are not, with what they can do instead.
    """
    _must_respond(who, in_channel=in_channel, what=_NOT_SEALED)


def why_not(reader: Person, *, in_channel: bool) -> str:
    """Return why a text cannot be sealed for somebody, "" where it can."""
    if reader.kind is not PersonKind.MEMBER:
        return _KINDS[reader.kind]
    return "" if in_channel else "is not in the incident's channel"


def offer_text(
    state: Share, people: Sequence[str], now: datetime
) -> tuple[ShareEvent, ...]:
    """Let people ask for tickets, those of them whom the text was sealed for.

    Raises:
        NotAllowed: There is nobody left to offer it to.
        OutOfTurn: It is over, or was offered before.
    """
    if not state.text or state.readers or not state.is_open(now):
        raise OutOfTurn(
            _NOT_SEALED,
            because="what was sealed is over",
            next_move="Share it again with `/incident share`.",
        )
    readers = tuple(one for one in state.people if one in people)
    if not readers:
        raise NotAllowed(
            _NOT_SEALED,
            because="nobody you chose may open it",
            next_move="Choose members of this workspace who are in the channel.",
        )
    return (TextOffered(people=readers, at=now),)


def may_open_text(state: Share, who: Person, *, in_channel: bool) -> None:
    """Let those have a ticket for whom the text was sealed.

    Raises:
        NotAllowed: It was not sealed for them, or they left.
        OutOfTurn: They opened it as often as they may.
    """
    if who.id not in state.readers:
        raise NotAllowed(
            _NO_LINK,
            because="it was sealed for other people, by name",
            next_move="Ask who sealed it to seal it for you too.",
        )
    _must_respond(who, in_channel=in_channel, what=_NO_LINK)
    if state.opened_by(who.id) >= state.each:
        raise OutOfTurn(
            _NO_LINK,
            because="you opened it as often as it was sealed for",
            next_move="Ask who sealed it to share it again.",
        )


def may_take_back(state: Share, who: Person, *, commander: str) -> None:
    """Let who sealed a text, and the incident's commander, take it back.

    Raises:
        NotAllowed: It is somebody else.
    """
    is_theirs = who.kind is PersonKind.MEMBER and who.id in (state.by, commander)
    if is_theirs and who.id:
        return
    raise NotAllowed(
        "Nothing was taken back",
        because="only who sealed it and the incident's commander do that",
        next_move="Ask one of them, or use `/incident revoke`, which takes all back.",
    )


def _must_respond(who: Person, *, in_channel: bool, what: str) -> None:
    if who.kind is not PersonKind.MEMBER:
        raise NotAllowed(
            what,
            because=_YOU[who.kind],
            next_move="Ask a responder of this workspace to do it.",
        )
    if not in_channel:
        raise NotAllowed(
            what,
            because="sealed texts are for people in the incident's channel",
            next_move="Join the channel, then try again.",
        )
