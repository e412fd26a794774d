"""How people hear of a refusal: what is to be said, and who makes a message of it."""

from dataclasses import dataclass
from typing import Protocol

from bot.ports.outbox import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalSaid:
    """A refusal that people are to hear of.

    Attributes:
        what: ``link`` or ``original`` where a link was shown; ``diagnostics_asked``
            or ``original_asked`` where somebody asked for one.
        person: Whose link it was, or who asked; "" for a link that names nobody.
        by: Who was signed in where the link was shown; "" for nobody.
        because: Of a link, a code of `share_decisions.DENIALS`; else words of ours.
        share: What was to be opened, where no incident says it; else "".
    """

    what: str
    person: str
    by: str
    because: str
    share: str = ""


class RefusalVoice(Protocol):
    """Names who was refused. Pure."""

    def refused(
        self,
        key: str,
        said: RefusalSaid,
        *,
        channel: str,
        thread: str,
        times: int,
        last: bool = False,
        drill: bool = False,
    ) -> Post:
        """Return the line that names who was refused.

        Args:
            key: Of the message; the same one edits it.
            thread: Key of the post whose thread it goes to; "" for the channel.
            times: How often it happened.
            last: It may happen more often; nothing more is said of it.
        """
        ...

    def more_refused(
        self,
        key: str,
        more: int,
        *,
        channel: str,
        thread: str,
        last: bool = False,
        drill: bool = False,
    ) -> Post:
        """Return the line for the refusals that have none of their own.

        Args:
            last: More of them will change nothing here.
        """
        ...
