"""Who may see an alert as it came in, and what follows. Pure.

An original is what the bot shows nobody else: unmasked. So it asks for a reason, the
policies decide (`open_raw`), it is sealed for one person and one opening, and its share
dies within minutes. What may happen to a share besides is in `share_decisions.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.action_facts import PolicyAnswer
from bot.domain.commands import Person, PersonKind
from bot.domain.errors import BadRequest, NotAllowed, TooMany
from bot.domain.share import Share
from bot.domain.share_decisions import SHORTEST_LIFE
from bot.domain.share_events import OriginalSealed, ShareEvent
from bot.domain.untrusted import Untrusted

ORIGINAL_LIFE = SHORTEST_LIFE
"""How long an original stays sealed for somebody; its ticket is dead before."""
HOUR = timedelta(hours=1)
SHORTEST_REASON = 10
LONGEST_REASON = 500
MOST_BYTES = 1024 * 1024
"""So much of an original is shown; a payload at the door is no larger."""
MOST_OFFERED = 20
_ALERT = re.compile(r"al_[0-9A-HJKMNP-TV-Z]{26}(?:\.[1-9][0-9]{0,3})?")
_ASK_ON_CALL = "Ask somebody on call who is in the incident's channel."
_NOT_ORIGINALS = {
    PersonKind.GUEST: "originals are not for guests",
    PersonKind.EXTERNAL: "originals are not for people from another organization",
    PersonKind.BOT: "originals are not for apps",
    PersonKind.DEACTIVATED: "this account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who you are",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedOriginal:
    """An alert that somebody wants to see as it came in.

    Attributes:
        reason: Redacted.
        rules: Ids of the policies that allow it.
    """

    alert: str
    person: str
    size_bytes: int
    reason: Untrusted
    rules: tuple[str, ...]
    policy_hash: str


def known_alert(text: str) -> str:
    """Return an alert's id in its one spelling.

    Raises:
        BadRequest: It is none.
    """
    found = text[:3].lower() + text[3:].upper()
    if _ALERT.fullmatch(found):
        return found
    raise BadRequest(
        "The original was not opened",
        because="what was named is no alert",
        next_move="Take its id, al_…, from the evidence line of the card.",
    )


def seal_original(
    state: Share, wanted: WantedOriginal, now: datetime
) -> tuple[ShareEvent, ...]:
    """Say of a new share that it holds an original, and for whom.

    Raises:
        BadRequest: The share holds something else, or opens more than once.
    """
    if not state.exists or state.original or state.tickets or state.opens != 1:
        raise BadRequest(
            "Nothing was opened",
            because="an original is sealed alone, for one opening",
            next_move="Ask for it again.",
        )
    sealed = OriginalSealed(
        alert=wanted.alert,
        person=wanted.person,
        size_bytes=wanted.size_bytes,
        rules=wanted.rules,
        policy_hash=wanted.policy_hash,
        reason=wanted.reason,
        at=now,
    )
    return (sealed,)


def must_say_why(reason: str) -> None:
    """Let nobody open an original without a reason that says something.

    Raises:
        BadRequest: It says nothing.
    """
    if len("".join(reason.split())) >= SHORTEST_REASON:
        return
    raise BadRequest(
        "The original was not opened",
        because=f"the reason has fewer than {SHORTEST_REASON} letters",
        next_move="Say why the masked alert is not enough; it goes to the timeline.",
    )


def must_not_hurry(sealed: Sequence[datetime], most: int, *, now: datetime) -> None:
    """Let nobody open one original after the other.

    Args:
        sealed: When originals were sealed for this person, in any order, aware UTC.
        most: So many within an hour.

    Raises:
        TooMany: It would be one more; says when the next may be.
    """
    recent = sorted(at for at in sealed if at > now - HOUR)
    if len(recent) < most:
        return
    again = recent[-most] + HOUR
    raise TooMany(
        "The original was not opened",
        because=f"you had {len(recent)} originals opened within an hour, and {most} "
        "is the most",
        next_move=f"The next can be opened at {again:%H:%M:%S} UTC; somebody else on "
        "call can open one now.",
    )


def may_open_original(who: Person, answer: PolicyAnswer) -> None:
    """Let those open an original whom the policies let.

    Raises:
        NotAllowed: They may not, with the reason.
    """
    if answer.allows:
        return
    what = "The original was not opened"
    if who.kind is not PersonKind.MEMBER:
        raise NotAllowed(what, because=_NOT_ORIGINALS[who.kind], next_move=_ASK_ON_CALL)
    if answer.errors:
        because = "the policies could not be evaluated"
    else:
        because = answer.because or "only people on call open what is not masked"
    raise NotAllowed(what, because=because, next_move=_ASK_ON_CALL)
