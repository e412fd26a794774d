"""Questions from Slack: mentions and `/incident ask`, kept before the ack.

Who asks is looked up, and what is asked is handed on; which incident is meant and who
may ask is decided in `bot/questions.py`. A program is never answered, not even we.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.untrusted import Untrusted
from bot.ports.asking import Heard, QuestionAsks
from bot.slack import answers
from bot.slack.needs import Service
from bot.slack.question_wishes import AskWish, is_by_a_bot
from bot.slack.requests import Mention, Request, SlashCommand, parse
from bot.slack.share_door import Looker
from bot.slack.typed import as_typed
from bot.slack.whispers import Whispers

NO_QUESTIONS = (
    "The question was not answered: this installation answers none. "
    "See the story with `/incident status`."
)
_LOOKING = "Looking into it; the answer comes as a message that only you see."
Accept = Callable[[Request], Awaitable[None]]


class QuestionDoor:
    """The listeners about questions.

    Args:
        asks: None where none are answered.
        accept: Keeps a request; durable when it returns.
    """

    def __init__(self, *, asks: QuestionAsks | None, accept: Accept) -> None:
        self._asks = asks
        self._accept = accept

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.event("app_mention")(self.mention)

    async def mention(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a mention; what a program says is let go without a word."""
        if not is_by_a_bot(body.get("event") or {}):
            await self._accept(parse(body))
        await ack()

    async def command(self, ack: AsyncAck, sent: SlashCommand, wish: AskWish) -> None:
        """Keep `/incident ask`, and say that it may take a while where it may."""
        del wish  # it is read again when it is answered
        if self._asks is None:
            await ack(answers.plain(NO_QUESTIONS))
            return
        await self._accept(sent)
        await ack(answers.plain(_LOOKING)) if self._asks.is_slow else await ack()


class QuestionDesk:
    """From a kept question to who answers it."""

    def __init__(
        self,
        *,
        asks: QuestionAsks,
        service: Service,
        askers: Looker,
        whispers: Whispers,
    ) -> None:
        self._asks = asks
        self._service = service
        self._askers = askers
        self._whispers = whispers

    async def answer(
        self, item: str, request: Mention | SlashCommand, wish: AskWish
    ) -> None:
        """Hand a question on; it is marked done in the transaction that keeps it."""
        channel = request.channel
        if wish.incident:
            view = await asyncio.to_thread(self._service.view, wish.incident)
            channel = view.state.channel if view else channel
        found = await self._askers.now(request.person, channel, team=request.team)
        where = request if isinstance(request, Mention) else None
        heard = Heard(
            item=item,
            id=_id(request),
            by=found.person,
            in_channel=found.in_channel,
            channel=request.channel,
            incident=wish.incident,
            ts=where.ts if where else "",
            thread=where.thread if where else "",
            aloud=where is not None,
            text=Untrusted(as_typed(wish.text)),
        )
        await asyncio.to_thread(self._asks.hear, heard)
        self._whispers.wake()


def _id(request: Mention | SlashCommand) -> str:
    """Return what is equal for a message however often it comes, also edited."""
    if isinstance(request, Mention):
        return f"{request.channel}/{request.ts}"
    return hashlib.sha256(request.key.encode()).hexdigest()[:24]
