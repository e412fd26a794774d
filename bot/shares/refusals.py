"""Naming who was refused, in Slack, and never so often that it floods a thread.

What was refused stands in the log; here it is said. The first few that differ get a
line each, which counts what comes again; all others share one line that counts them.
"""

from dataclasses import dataclass

from bot.domain.share import Share
from bot.domain.share_events import ShareDenied
from bot.ports import Clock, Transaction
from bot.ports.share_refusals import RefusalSaid, RefusalVoice
from bot.readmodels import board

MOST_LINES = 4
"""How many refusals of one share, or of one incident, get a line of their own."""

MOST_TIMES = 20
"""How often one line is edited because the same thing happened again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """Says in the incident's thread, or in the security channel, who was refused.

    Attributes:
        security_channel: Where it is said for what belongs to no incident; "" says
            it nowhere but in the operator's log.
    """

    clock: Clock
    voice: RefusalVoice
    security_channel: str = ""

    def of_link(
        self, tx: Transaction, share: str, state: Share, event: ShareDenied
    ) -> None:
        """Name a ticket that opened nothing."""
        said = RefusalSaid(
            what=_kind(state),
            person=event.person,
            by=event.by,
            because=event.because,
            share="" if state.incident else share,
        )
        self._say(tx, share, state.incident, said)

    def of_wish(
        self, tx: Transaction, incident: str, *, asked: str, by: str, because: str
    ) -> None:
        """Name somebody who asked for something that they may not have.

        Args:
            asked: ``diagnostics``, ``original`` or ``share``.
            because: Why not, in words of ours.
        """
        said = RefusalSaid(what=f"{asked}_asked", person=by, by="", because=because)
        self._say(tx, incident, incident, said)

    def _say(
        self, tx: Transaction, about: str, incident: str, said: RefusalSaid
    ) -> None:
        row = board.row(tx, incident) if incident else None
        channel = row.channel if row else self.security_channel
        if not channel or (incident and row is None):
            return
        who = f"{said.what}/{said.person}/{said.by}/{said.because}"
        n, times = _counted(tx, about, who)
        thread = f"card/{incident}" if incident else ""
        drill = row is not None and row.drill
        if n < MOST_LINES:
            if times > MOST_TIMES:
                return
            key = f"refused/{about}/{n}"
            post = self.voice.refused(
                key,
                said,
                channel=channel,
                thread=thread,
                times=times,
                last=times == MOST_TIMES,
                drill=drill,
            )
        else:
            more = _beyond(tx, about)
            if more > MOST_TIMES:
                return
            post = self.voice.more_refused(
                f"refused/{about}/more",
                more,
                channel=channel,
                thread=thread,
                last=more == MOST_TIMES,
                drill=drill,
            )
        tx.outbox.post(post, now=self.clock.now())


def _kind(state: Share) -> str:
    if state.text:
        return "text"
    return "original" if state.original else "link"


def _counted(tx: Transaction, about: str, who: str) -> tuple[int, int]:
    """Count once more; return the how manieth that differs it is, and how often."""
    found = tx.tables.execute(
        "SELECT n, times FROM refusal_said WHERE about = ? AND who = ?", (about, who)
    )
    if found:
        n, times = int(found[0]["n"]), int(found[0]["times"]) + 1
        tx.tables.execute(
            "UPDATE refusal_said SET times = ? WHERE about = ? AND n = ?",
            (times, about, n),
        )
        return n, times
    seen = tx.tables.execute(
        "SELECT count(*) AS seen FROM refusal_said WHERE about = ?", (about,)
    )
    n = int(seen[0]["seen"])
    tx.tables.execute(
        "INSERT INTO refusal_said (about, n, who, times) VALUES (?,?,?,1)",
        (about, n, who),
    )
    return n, 1


def _beyond(tx: Transaction, about: str) -> int:
    """Return how many refusals have no line of their own."""
    found = tx.tables.execute(
        "SELECT coalesce(sum(times), 0) AS more FROM refusal_said "
        "WHERE about = ? AND n >= ?",
        (about, MOST_LINES),
    )
    return int(found[0]["more"])
