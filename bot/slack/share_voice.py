"""How sharing speaks: the message with a link, and the lines of the thread. Pure.

A message that waits to be sent holds no address: where the link will be stands which
ticket it is of, and `links.py` fills it in at the last moment.
"""

from datetime import datetime

from bot.domain.share_events import (
    LeaseLapsed,
    ShareEvent,
    ShareOpened,
    ShareRevoked,
)
from bot.ports import Post, Whisper
from bot.slack import exercise, rich
from bot.slack.links import waiting_link
from bot.slack.sentences import Piece, When, Who, elements, spoken

_SPOKEN = "Your link to the diagnostics of"
_AFTER_LINK = (
    ", and only you see it. The thread will say that it was opened with your ticket."
)
_LAPSED = (
    "'s ticket, and nobody said that they were opened. Somebody may have read them."
)


class SlackShareVoice:
    """Keeps `bot.ports.sharing.ShareVoice`."""

    def link(
        self,
        place: str,
        *,
        incident: str,
        channel: str,
        person: str,
        until: datetime,
        drill: bool = False,
    ) -> Whisper:
        """Return the message with a link that is filled in when it is sent."""
        before = elements([f"The diagnostics of {incident} are sealed for you: "])
        after = elements(
            [
                ". The link opens once, until ",
                When(until),
                _AFTER_LINK,
            ]
        )
        said = {
            "type": "rich_text_section",
            "elements": [*before, waiting_link(place, "open them"), *after],
        }
        whisper = Whisper(
            key=f"whisper/share/{place}",
            channel=channel,
            person=person,
            text=spoken([f"{_SPOKEN} {incident}: it opens once, within two minutes."]),
            blocks=(rich.rich_text("share", said),),
            expires_at=until,
        )
        return exercise.marked(whisper) if drill else whisper

    def tell(
        self,
        key: str,
        *,
        channel: str,
        person: str,
        text: str,
        until: datetime,
        drill: bool = False,
    ) -> Whisper:
        """Return a sentence for one person."""
        return Whisper(
            key=f"whisper/{key}",
            channel=channel,
            person=person,
            text=exercise.of(text, drill=drill),
            expires_at=until,
        )

    def line(
        self,
        incident: str,
        channel: str,
        seq: int,
        event: ShareEvent,
        *,
        drill: bool = False,
    ) -> Post | None:
        """Return the thread line for an event, None when it deserves none."""
        said = _sentence(event)
        if not said:
            return None
        post = Post(
            key=f"line/{seq}",
            channel=channel,
            text=spoken(said),
            blocks=(rich.rich_text("line", rich.section(said)),),
            thread=f"card/{incident}",
        )
        return exercise.marked(post) if drill else post


def _sentence(event: ShareEvent) -> list[Piece]:
    match event:
        case ShareOpened(person=person, at=at) if person:
            ticket: list[Piece] = [Who(person), "'s ticket, ", When(at), "."]
            return ["The diagnostics were opened with ", *ticket]
        case LeaseLapsed(person=person) if person:
            return [
                "The diagnostics were fetched with ",
                Who(person),
                _LAPSED,
            ]
        case ShareRevoked(by=by, because="person"):
            return [Who(by), " took every link to the diagnostics back."]
        case _:
            return []
