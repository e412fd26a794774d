"""Shows the Home tab to whoever opens it, and the form that lifts a freeze from there.

Nothing depends on the tab, so a failure is only noted. Whether somebody may lift is
asked of the gate when the tab is drawn, and again when the form comes in.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.domain.commands import PersonKind
from bot.ports.gate import Asker, Gate
from bot.slack import answers, plan_modals, plan_words
from bot.slack.askers import Askers
from bot.slack.clients import CALL_FAILED
from bot.slack.home_tab import LIFT_BUTTON, NO_CHANGES, Changes, home
from bot.slack.inputs import View
from bot.slack.needs import Service
from bot.slack.plan_forms import About
from bot.slack.reading_door import READERS
from bot.slack.requests import Click, HomeOpened, Shortcut, SlashCommand, parse
from bot.slack.views import Views

_READ_TIMEOUT_S = 1.5
_CALL_TIMEOUT_S = 2.0
_log = logging.getLogger(__name__)

OpenForm = Callable[[Click | SlashCommand | Shortcut, View], Awaitable[None]]


class HomeDoor:
    """The listeners about the Home tab.

    Args:
        gate: None where nothing is ever changed.
        channel: Where those who lift a freeze from here are answered.
        open_form: Opens a form, or tells the person that it did not open.
    """

    def __init__(
        self,
        *,
        service: Service,
        gate: Gate | None,
        askers: Askers,
        views: Views,
        channel: str,
        open_form: OpenForm,
    ) -> None:
        self._service, self._gate = service, gate
        self._askers, self._views = askers, views
        self._channel, self._open_form = channel, open_form

    def register(self, app: AsyncApp) -> None:
        """Wire the listeners to Bolt."""
        app.event("app_home_opened")(self.opened)
        app.action(LIFT_BUTTON)(self.lift)

    async def opened(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Show the tab."""
        request = parse(body)
        assert isinstance(request, HomeOpened)  # noqa: S101 - Bolt matched it
        asker = await self._askers.now(request.person, self._channel)
        if asker.person.kind in READERS:
            rows = await asyncio.to_thread(self._service.board)
            await self._publish(request.person, home(rows, await self._changes(asker)))
        await ack()

    async def lift(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """Open the form that lifts what is frozen."""
        click = parse(body)
        assert isinstance(click, Click)  # noqa: S101 - Bolt matched it
        await self._open_form(click, await self._form(click))
        await ack()

    async def _form(self, click: Click) -> View:
        """Return the form, or in its place why there is none."""
        asker = await self._askers.now(click.person, self._channel, team=click.team)
        kind = asker.person.kind
        if self._gate is None or kind is not PersonKind.MEMBER:
            no = plan_words.NO_GATE if self._gate is None else ""
            said = answers.plain(no or plan_words.not_a_member(kind))
            return answers.as_view(said, "Lift the freeze")
        on = await asyncio.to_thread(self._gate.freezing.on)
        return plan_modals.lift(on, About(channel=self._channel))

    async def _changes(self, asker: Asker) -> Changes:
        """Return what is said about changes; a guest sees no plan."""
        gate = self._gate
        if gate is None:
            return NO_CHANGES
        is_member = asker.person.kind is PersonKind.MEMBER

        def look() -> Changes:
            still = gate.freezing.still()
            may = bool(still.frozen) and is_member
            return Changes(
                still=still,
                plans=gate.open_plans() if is_member else None,
                may_lift=may and gate.freezing.may_thaw(by=asker),
            )

        try:
            async with asyncio.timeout(_READ_TIMEOUT_S):
                return await asyncio.to_thread(look)
        except TimeoutError:
            _log.warning("the gate did not answer in time for a Home tab")
            return Changes(read=False)

    async def _publish(self, person: str, view: View) -> None:
        try:
            async with asyncio.timeout(_CALL_TIMEOUT_S):
                await self._views.publish(person, view)
        except CALL_FAILED as failed:
            _log.warning("Slack did not take a Home tab: %s", type(failed).__name__)
