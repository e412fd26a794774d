"""How sharing speaks: the message with a link, and the lines of the thread. Pure.

A message that waits to be sent holds no address: where the link will be stands which
ticket it is of, and `links.py` fills it in at the last moment.
"""

from datetime import datetime

from bot.domain.share import Share
from bot.domain.share_events import (
    DiagnosticsCollected,
    LeaseLapsed,
    OriginalSealed,
    ShareEvent,
    ShareOpened,
    ShareRevoked,
)
from bot.ports import Post, Whisper
from bot.readmodels.share_lines import said_of
from bot.slack import exercise, rich, text_voice
from bot.slack.links import waiting_link
from bot.slack.masks import masked
from bot.slack.sentences import Foreign, Piece, When, Who, elements, spoken

_AFTER_LINK = (
    ", and only you see it. The thread will say that it was opened with your ticket."
)
_LAPSED = (
    "'s ticket, and nobody said that they were opened. Somebody may have read them."
)


class SlackShareVoice:
    """Keeps `bot.ports.share_voice.ShareVoice`."""

    def link(
        self,
        place: str,
        *,
        incident: str,
        channel: str,
        person: str,
        until: datetime,
        drill: bool = False,
        original: str = "",
        text_by: str = "",
    ) -> Whisper:
        """Return the message with a link that is filled in when it is sent."""
        what = f"The original of {original} is" if original else _diagnostics(incident)
        before = elements([f"{what} sealed for you: "])
        if text_by:
            before = elements(["What ", Who(text_by), " sealed for you: "])
        after = elements(
            [
                ". The link opens once, until ",
                When(until),
                _AFTER_LINK,
            ]
        )
        said = {
            "type": "rich_text_section",
            "elements": [
                *before,
                waiting_link(place, "open it" if original or text_by else "open them"),
                *after,
            ],
        }
        whisper = Whisper(
            key=f"whisper/share/{place}",
            channel=channel,
            person=person,
            text=spoken([_spoken(incident, original, text_by)]),
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
        original: str = "",
        text_by: str = "",
    ) -> Post | None:
        """Return the thread line for an event, None when it deserves none."""
        if text_by:
            said = text_voice.line(event, text_by)
        else:
            said = _of_original(event, original) if original else _sentence(event)
        if not said:
            return None
        said += masked(said)
        post = Post(
            key=f"line/{seq}",
            channel=channel,
            text=spoken(said),
            blocks=(rich.rich_text("line", rich.section(said)),),
            thread=f"card/{incident}",
        )
        return exercise.marked(post) if drill else post

    def text(
        self, incident: str, channel: str, share: str, state: Share, *, drill: bool
    ) -> Post:
        """Return the message about a text that is offered, as it is now."""
        post = text_voice.message(incident, channel, share, state)
        return exercise.marked(post) if drill else post


def _diagnostics(incident: str) -> str:
    return f"The diagnostics of {incident} are"


def _spoken(incident: str, original: str, text_by: str) -> str:
    what = f"original of {original}" if original else f"diagnostics of {incident}"
    what = "sealed text" if text_by else what
    return f"Your link to the {what}: it opens once, within two minutes."


def _of_original(event: ShareEvent, alert: str) -> list[Piece]:
    what = f"The original of {alert}"
    match event:
        case OriginalSealed(person=person, reason=reason):
            return [f"{what} was sealed for ", Who(person), ": ", Foreign(reason)]
        case ShareOpened(person=person, at=at):
            return [
                f"{what} was opened with ",
                Who(person),
                "'s ticket, ",
                When(at),
                ".",
            ]
        case LeaseLapsed(person=person):
            unknown = "'s ticket, and nobody said that it was opened. It may have been."
            return [f"{what} was fetched with ", Who(person), unknown]
        case ShareRevoked(by=by, because="person"):
            return [Who(by), f" took the link to the original of {alert} back."]
        case _:
            return []


def _sentence(event: ShareEvent) -> list[Piece]:
    match event:
        case DiagnosticsCollected():
            return [said_of(event)]
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
