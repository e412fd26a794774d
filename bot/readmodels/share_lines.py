"""What happened to sealed diagnostics, as lines of the incident's timeline."""

from typing import assert_never

from bot.domain.share_events import (
    LeaseLapsed,
    OriginalSealed,
    ShareCreated,
    ShareDenied,
    ShareEvent,
    ShareExhausted,
    ShareExpired,
    ShareLeased,
    ShareOpened,
    ShareRevoked,
    ShareShredded,
    TicketMinted,
)

_PEOPLE_NOT_NAMED = "a link that names nobody"


def share_sentence(  # noqa: C901, PLR0912 - one case per event
    event: ShareEvent, original: str = ""
) -> str:
    """Say what happened to a share, in our own words.

    Args:
        original: The alert whose original it is, "" for diagnostics.
    """
    what = f"the original of {original}" if original else "the diagnostics"
    were = "was" if original else "were"
    match event:
        case ShareCreated(expires_at=until, opens=opens):
            when = f"{until:%Y-%m-%d %H:%M} UTC"
            return f"Sealed until {when}, for {_times(opens)}: {what}."
        case OriginalSealed(alert=alert, person=person):
            return f"The original of {alert} was sealed for {_whom(person)}:"
        case TicketMinted(person=person):
            return f"A link to {what} was made for {_whom(person)}."
        case ShareLeased():
            return f"Fetched with proof of the key: {what}."
        case ShareOpened(person=person):
            return f"{_capital(what)} {were} opened with {_whose(person)}."
        case LeaseLapsed(person=person):
            return (
                f"Fetched with {_whose(person)} and not reported as opened; "
                f"somebody may have read {what}."
            )
        case ShareDenied(because=because):
            return f"A link opened nothing ({because.replace('_', ' ')})."
        case ShareRevoked(by=by, because="person"):
            return f"{_who(by)} took the links to {what} back."
        case ShareRevoked(because=because):
            return f"The links to {what} died ({because.replace('_', ' ')})."
        case ShareExpired(opens=opens):
            return f"{_capital(what)} ran out after {_times(opens)}."
        case ShareExhausted(opens=opens):
            return f"{_capital(what)} {were} used up after {_times(opens)}."
        case ShareShredded():
            return f"The key that sealed {what} was destroyed."
        case _:
            assert_never(event)


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _times(opens: int) -> str:
    return "1 opening" if opens == 1 else f"{opens} openings"


def _whom(person: str) -> str:
    return f"<@{person}>" if person else "whoever holds it"


def _whose(person: str) -> str:
    return f"<@{person}>'s ticket" if person else _PEOPLE_NOT_NAMED


def _who(by: str) -> str:
    return f"<@{by}>" if by.startswith(("U", "W")) else "The administrator"
