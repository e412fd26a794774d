"""Who may ask for a ticket, and whom a ticket still opens for. Pure.

What a ticket and a share still open by themselves is in `share_decisions.py`.
"""

from dataclasses import dataclass

from bot.domain.commands import Person, PersonKind
from bot.domain.errors import NotAllowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What is known of a claim, beside the ticket and the proof of key.

    Attributes:
        person: Slack id of who is signed in where the link is shown; "" for nobody.
        must_sign_in: A ticket that names somebody opens for nobody else.
    """

    person: str = ""
    must_sign_in: bool = False


UNKNOWN_VISIT = Visit()
"""Nobody said who shows the link, and it does not matter."""


def may_ask(who: Person, *, in_channel: bool, what: str) -> None:
    """Let those ask for a ticket, or take links back, who respond to the incident.

    Args:
        who: Only somebody of our own workspace is a member.
        in_channel: They are in the incident's channel.
        what: What does not happen if they may not, without a full stop.

    Raises:
        NotAllowed: They are not, with what they can do instead.
    """
    if who.kind is not PersonKind.MEMBER:
        raise NotAllowed(
            what,
            because=_WHO[who.kind],
            next_move="Ask a responder of this workspace to do it.",
        )
    if not in_channel:
        raise NotAllowed(
            what,
            because="diagnostics are for people in the incident's channel",
            next_move="Join the channel, then try again.",
        )


def not_the_visitor(holder: str, visit: Visit) -> str:
    """Return why a ticket does not open for who shows it; "" where it does.

    Args:
        holder: Slack id of whom the ticket was made for.

    Returns:
        A code of `share_decisions.DENIALS`.
    """
    if not visit.must_sign_in or visit.person == holder:
        return ""
    return "wrong_person" if visit.person else "not_signed_in"


def no_holder(who: Person, *, in_channel: bool) -> str:
    """Return why somebody's ticket opens nothing any more; "" where it does.

    Args:
        who: Whom the ticket was made for, as Slack says now.
        in_channel: They still are in the incident's channel; also true where the
            share belongs to no incident.

    Returns:
        A code of `share_decisions.DENIALS`.
    """
    if who.kind is not PersonKind.MEMBER:
        return _HOLDER[who.kind]
    return "" if in_channel else "holder_outside"


_HOLDER = {
    PersonKind.GUEST: "holder_guest",
    PersonKind.EXTERNAL: "holder_external",
    PersonKind.BOT: "holder_bot",
    PersonKind.DEACTIVATED: "holder_removed",
    PersonKind.UNKNOWN: "holder_unknown",
}
_WHO = {
    PersonKind.GUEST: "diagnostics are not for guests",
    PersonKind.EXTERNAL: "diagnostics are not for people from another organization",
    PersonKind.BOT: "diagnostics are not for apps",
    PersonKind.DEACTIVATED: "this account is deactivated",
    PersonKind.UNKNOWN: "Slack did not say who you are",
}
