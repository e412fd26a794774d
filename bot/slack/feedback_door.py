"""What Slack sends about suggestions and a model's texts: forms opened, presses kept.

What only reads is answered at once; everything else goes into the inbox first. Who may
judge is decided by the domain when the request is read.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.considered import Considered
from bot.domain.errors import BadRequest
from bot.domain.judged import SUMMARY
from bot.slack import answers, exercise, feedback_forms, feedback_shown, words
from bot.slack.feedback import AGAIN_BUTTONS, REJECT_BUTTON, VOTE_BUTTON, WRONG_BUTTON
from bot.slack.feedback_wishes import FORMS, about_step, about_text
from bot.slack.inputs import View
from bot.slack.needs import Service
from bot.slack.requests import Click, Request, SlashCommand, Submission, parse
from bot.slack.wishes import Wish, known_incident

Looks = Callable[[str], Considered | None]
"""Returns what was considered for an incident; touches the disk."""


class FeedbackDoor:
    """The listeners about suggestions and a model's texts.

    Args:
        considered: None where nobody knows what was considered.
        accept: Keeps a request; durable when it returns.
        open_form: Opens a form, or tells the person that it did not open.
    """

    def __init__(
        self,
        *,
        considered: Looks | None,
        service: Service,
        accept: Callable[[Request], Awaitable[None]],
        open_form: Callable[[Click | SlashCommand, View], Awaitable[None]],
    ) -> None:
        self._considered = considered
        self._service = service
        self._accept = accept
        self._open_form = open_form

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.action(REJECT_BUTTON)(self.reject)
        app.action(WRONG_BUTTON)(self.wrong)
        for button in (VOTE_BUTTON, *AGAIN_BUTTONS):
            app.action(button)(self.keep)
        for form in FORMS:
            app.view(form)(self.submit)

    async def listed(self, sent: SlashCommand, wish: Wish) -> dict[str, Any]:
        """Return what `/incident runbooks` shows."""
        if self._considered is None:
            return answers.plain(feedback_shown.NOT_KEPT)
        incident = wish.incident or await asyncio.to_thread(
            self._service.newest_in, sent.channel
        )
        if not incident:
            return answers.plain(words.NO_OPEN_HERE)
        found = await asyncio.to_thread(self._considered, known_incident(incident))
        if found is None:
            return answers.plain(words.no_such_incident(incident))
        return feedback_shown.considered(found)

    async def reject(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form that asks why a suggestion is not the one."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        try:
            incident, runbook, step = about_step(click.value)
        except BadRequest:
            await self._keep(ack, click)
            return
        card = await asyncio.to_thread(self._service.view, incident)
        at = card.next_step if card else None
        # The title is read back: a button says only which runbook it was about.
        title = at.title if at is not None and at.runbook == runbook else "suggested"
        form = feedback_forms.judge_form(incident, runbook, step, title=title)
        is_drill = card is not None and card.state.drill
        await self._open_form(click, exercise.form(form) if is_drill else form)
        await ack()

    async def wrong(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form that asks what a model got wrong."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        try:
            incident, kind, text = about_text(click.value)
        except BadRequest:
            await self._keep(ack, click)
            return
        card = await asyncio.to_thread(self._service.view, incident)
        written = card.state.written if card and kind == SUMMARY else None
        claims = written.standing if written and written.id == text else ()
        if kind == SUMMARY and not claims:
            # It was written anew meanwhile; whoever reads the press says so.
            await self._keep(ack, click)
            return
        form = feedback_forms.wrong_form(incident, kind, text, claims)
        is_drill = card is not None and card.state.drill
        await self._open_form(click, exercise.form(form) if is_drill else form)
        await ack()

    async def keep(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a press that needs no form."""
        await self._keep(ack, parse(body))

    async def submit(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Keep a form, or say beside its fields what is missing."""
        sent = parse(body)
        assert isinstance(sent, Submission)  # noqa: S101 - Bolt matched it
        missing = feedback_forms.errors(sent)
        if missing:
            await ack(response_action="errors", errors=dict(missing))
            return
        await self._keep(ack, sent)

    async def _keep(self, ack: AsyncAck, request: Request) -> None:
        await self._accept(request)
        await ack()
