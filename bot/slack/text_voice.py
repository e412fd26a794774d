"""How sealed texts are spoken of in the thread: for whom, until when. Pure."""

from bot.domain.share import Share
from bot.domain.share_events import LeaseLapsed, ShareEvent, ShareOpened, ShareRevoked
from bot.ports import Post
from bot.slack import rich
from bot.slack.sentences import Piece, When, Who, spoken
from bot.slack.share_wishes import TAKE_BACK_BUTTON, TEXT_BUTTON
from bot.slack.wishes import value

_ENDED = {
    "expired": " It ran out, and its key is destroyed.",
    "revoked": " It was taken back or ended with the incident; its key is destroyed.",
    "exhausted": " Everybody opened it, and its key is destroyed.",
}


def message(incident: str, channel: str, share: str, state: Share) -> Post:
    """Return the message about a text as it is now; with buttons while it opens."""
    said = _offer(state)
    blocks = [rich.rich_text("text", rich.section(said))]
    if not state.over:
        ids = value(incident, share)
        buttons = [
            rich.button("Open", action=TEXT_BUTTON, value=ids, primary=True),
            rich.button("Take back", action=TAKE_BACK_BUTTON, value=ids),
        ]
        blocks.append(rich.actions("do", buttons))
    return Post(
        key=f"text/{share}",
        channel=channel,
        text=spoken(said),
        blocks=tuple(blocks),
        thread=f"card/{incident}",
    )


def line(event: ShareEvent, by: str) -> list[Piece]:
    """Return the sentence for an event; none where the message says it already."""
    match event:
        case ShareOpened(person=person, at=at):
            after: list[Piece] = [" sealed was opened with ", Who(person)]
            return ["What ", Who(by), *after, "'s ticket, ", When(at), "."]
        case LeaseLapsed(person=person):
            unknown = "'s ticket, and nobody said that it was opened. It may have been."
            return ["What ", Who(by), " sealed was fetched with ", Who(person), unknown]
        case ShareRevoked(by=who, because="person"):
            return [Who(who), " took back what ", Who(by), " sealed."]
        case _:
            return []


def _offer(state: Share) -> list[Piece]:
    readers: list[Piece] = []
    for n, one in enumerate(state.readers):
        readers += [", ", Who(one)] if n else [Who(one)]
    start: list[Piece] = [Who(state.by), " sealed a text for ", *readers]
    if state.over:
        return [*start, ".", _ENDED[state.over]]
    each = "once" if state.each == 1 else f"{state.each} times"
    who = "They" if len(state.readers) == 1 else "Each of them"
    return [
        *start,
        f", not masked. {who} can open it {each}, until ",
        When(state.expires_at),
        ".",
    ]
