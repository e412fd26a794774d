"""How the thread names who was refused: a line for each, bounded elsewhere. Pure.

Whoever holds a link is told nothing; the people of the incident are told this.
"""

from bot.domain.quoting import bare
from bot.ports import Post
from bot.ports.share_refusals import RefusalSaid
from bot.slack import exercise, rich
from bot.slack.sentences import Piece, Who, spoken

_THINGS = {
    "link": "the diagnostics",
    "original": "an original",
    "text": "a sealed text",
    "diagnostics_asked": "the diagnostics",
    "original_asked": "an original",
}
_WHY = {
    "over": "what it opens is used up, ran out or was taken back",
    "incident_over": "the incident is resolved",
    "ticket_late": "it had run out",
    "ticket_used": "it had been used",
    "ticket_busy": "it was being used at that moment",
    "too_many_leases": "it was fetched too often without being opened",
    "no_slot": "it may not be opened more often",
    "wrong_key": "it was shown without the key",
    "lease_late": "it was fetched, and opened too late",
    "wrong_person": "it was forwarded",
    "not_signed_in": "nobody was signed in where it was shown",
    "holder_outside": "they are not in the incident's channel any more",
    "holder_guest": "they are a guest",
    "holder_external": "they are from another organization",
    "holder_bot": "they are an app",
    "holder_removed": "their account is deactivated",
    "holder_unknown": "Slack did not say who they are",
}


class SlackRefusalVoice:
    """Keeps `bot.ports.share_refusals.RefusalVoice`."""

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
        """Return the line that names who was refused."""
        line = _asked(said) if said.what.endswith("_asked") else _shown(said)
        if times > 1:
            line.append(f" ({times} times{' or more' if last else ''})")
        return _post(key, line, channel=channel, thread=thread, drill=drill)

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
        """Return the line for the refusals that have none of their own."""
        many = f"{more} more{', or even more' if last else ''}"
        line: list[Piece] = [f"Refused: and {many}. The operator's log has each."]
        return _post(key, line, channel=channel, thread=thread, drill=drill)


def _asked(said: RefusalSaid) -> list[Piece]:
    why = said.because.replace("who you are", "who they are")
    why = why.replace("nobody you chose", "nobody they chose")
    if said.what == "share_asked":
        return ["Refused: ", Who(said.person), f", about a sealed text: {why}."]
    thing = _THINGS.get(said.what, "what they asked for")
    return ["Refused: ", Who(said.person), f" got no link to {thing}: {why}."]


def _shown(said: RefusalSaid) -> list[Piece]:
    thing = f"sealed share {bare(said.share)}" if said.share else _THINGS[said.what]
    why = _WHY.get(said.because, said.because.replace("_", " "))
    ticket: list[Piece] = (
        [Who(said.person), "'s ticket"] if said.person else ["a link that names nobody"]
    )
    shown: list[Piece] = (
        [" when ", Who(said.by), " showed it"]
        if said.by and said.by != said.person
        else []
    )
    return ["Refused: ", *ticket, f" did not open {thing}", *shown, f": {why}."]


def _post(
    key: str, line: list[Piece], *, channel: str, thread: str, drill: bool
) -> Post:
    post = Post(
        key=key,
        channel=channel,
        text=spoken(line),
        blocks=(rich.rich_text("refused", rich.section(line)),),
        thread=thread,
    )
    return exercise.marked(post) if drill else post
