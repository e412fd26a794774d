"""The room put together: the door, the inbox worker and the sender.

Plain calls; nothing is decided here and nobody is called yet. `bot/wire.py` mounts
the room and runs it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping

from slack_bolt.async_app import AsyncApp
from starlette.routing import BaseRoute, Route

from bot.guards import Guards
from bot.ports.checklists import Checklists
from bot.ports.gate import Gate
from bot.ports.sharing import ShareAsks
from bot.ports.writings import Writings
from bot.slack.answerers import NOTHING, Answerers
from bot.slack.app import asgi_app, bolt_app
from bot.slack.askers import Askers
from bot.slack.channel import complaint
from bot.slack.checklist_door import ChecklistDoor
from bot.slack.clients import nobody, read_client, write_client
from bot.slack.drill_desk import DrillDesk
from bot.slack.feedback_door import FeedbackDoor, Looks
from bot.slack.guard import PATH, Guard, Signatures
from bot.slack.home_door import HomeDoor
from bot.slack.identity import Identity
from bot.slack.inbox_worker import InboxWorker
from bot.slack.keeping import Keeping
from bot.slack.listeners import Door
from bot.slack.maintenance_desk import MaintenanceDesk
from bot.slack.names import Names
from bot.slack.needs import Service
from bot.slack.people import People
from bot.slack.plan_desk import PlanDesk
from bot.slack.plan_shown import PlanShown
from bot.slack.question_door import QuestionDesk
from bot.slack.reconcile import Reconciler
from bot.slack.room_parts import (
    calls_of,
    drill_desk_of,
    planned_of,
    quieten,
    share_door_of,
    sockets_of,
)
from bot.slack.room_settings import SlackSettings, refuse_empty
from bot.slack.roster import Learns, RosterReader
from bot.slack.sender import Sender
from bot.slack.share_door import ShareDoor
from bot.slack.views import Views
from bot.slack.whispers import Whispers
from bot.slack.writing_desk import desk_of
from bot.slack.writing_door import WritingDoor

_CONNECT_S = 5.0
_log = logging.getLogger(__name__)


class SlackRoom:
    """The Slack room, ready to be mounted and run.

    Attributes:
        guard: ASGI application that takes POST on `guard.PATH` and nothing else.
        bolt: Takes signed requests, and envelopes of Socket Mode.
        sockets: Connections to Slack, None without an app token.
        askers: Keeps `bot.ports.gate.People` while the room runs.

    Raises:
        BadSettings: The token or the signing secret is missing, or the environment
            holds values that Bolt would use behind our back.
    """

    def __init__(
        self,
        *,
        service: Service,
        settings: SlackSettings,
        answerers: Answerers = NOTHING,
    ) -> None:
        self._know_people(settings, service)
        gate, writings = answerers.gate, answerers.writings
        self.sender = self._sender(service, answerers.shares, gate)
        self._asks, whispers = answerers.asks, self._whispers(service)
        planned = planned_of(answerers.maintenance, self.people)
        played = drill_desk_of(answerers.drills, self.people)
        sealed = share_door_of(service, self.askers, answerers)
        plans = self._desk(gate, service)
        self.worker = self._worker(
            service, whispers, plans, sealed, played, planned, writings=writings
        )
        door = Door(
            service=service,
            people=self.people,
            views=Views(self._writer, self._guard),
            whispers=whispers,
            wake=self.worker.wake,
            answerers=answerers,
            drills=played,
            maintenance=planned,
            askers=self.askers,
            parts=(self._steps(answerers.checklists, gate, whispers),),
            writings=self._writing_door(writings, service, whispers),
        )
        self._open(door, settings, whispers)
        self._home(door, service, gate)
        self._judging(door, service, answerers.considered)

    def _home(self, door: Door, service: Service, gate: Gate | None) -> None:
        """Have the Home tab shown."""
        HomeDoor(
            service=service,
            gate=gate,
            askers=self.askers,
            views=Views(self._writer, self._guard),
            channel=self._channel,
            open_form=door.open_form,
        ).register(self.bolt)

    def _judging(self, door: Door, service: Service, considered: Looks | None) -> None:
        """Have suggestions and a model's texts judged."""
        judged = FeedbackDoor(
            considered=considered,
            service=service,
            accept=door.accept,
            open_form=door.open_form,
        )
        door.reading.listed = judged.listed
        judged.register(self.bolt)

    def _worker(
        self,
        service: Service,
        whispers: Whispers,
        plans: PlanDesk | None,
        sealed: ShareDoor,
        played: DrillDesk | None,
        planned: MaintenanceDesk | None,
        *,
        writings: Writings | None,
    ) -> InboxWorker:
        return InboxWorker(
            service=service,
            people=self.people,
            whispers=whispers,
            desk=plans,
            shares=sealed,
            drills=played,
            maintenance=planned,
            writings=desk_of(writings, people=self.people, whispers=whispers),
            questions=self._question_desk(service, whispers),
        )

    def _question_desk(
        self, service: Service, whispers: Whispers
    ) -> QuestionDesk | None:
        if self._asks is None:
            return None
        return QuestionDesk(
            asks=self._asks, service=service, askers=self.askers, whispers=whispers
        )

    def _writing_door(
        self, writings: Writings | None, service: Service, whispers: Whispers
    ) -> WritingDoor:
        return WritingDoor(
            writings=writings,
            service=service,
            people=self.people,
            views=Views(self._writer, self._guard),
            keeping=Keeping(service, self.worker.wake),
            whispers=whispers,
        )

    def _steps(
        self, checklists: Checklists | None, gate: Gate | None, whispers: Whispers
    ) -> Callable[[AsyncApp, Door], None]:
        door = ChecklistDoor(
            checklists=checklists, gate=gate, people=self.people, whispers=whispers
        )
        return door.register

    def _know_people(self, settings: SlackSettings, service: Service) -> None:
        """Make what asks Slack, and what reads about people, quietly."""
        refuse_empty(settings)
        quieten()
        self._guard = Guards(service.redactor)
        self._channel, self._clock = settings.channel, (clock := service.clock)
        self._writer = write_client(settings.bot_token, base_url=settings.api_url)
        reader = read_client(settings.bot_token, base_url=settings.api_url)
        self._reader = reader
        self.identity = Identity(reader=reader, team=settings.team)
        self.people = People(reader=reader, identity=self.identity, clock=clock)
        self.names = Names(reader=reader, clock=clock, guard=self._guard)
        self._roster: RosterReader | None = None
        self.askers = Askers(reader=reader, people=self.people, clock=clock)

    def tell_names(self, roster: Learns) -> None:
        """Have somebody told who is in the workspace, for as long as the room runs."""
        self._roster = RosterReader(
            reader=self._reader, clock=self._clock, roster=roster
        )

    def _open(self, door: Door, settings: SlackSettings, whispers: Whispers) -> None:
        """Connect the door to Bolt, and Bolt to HTTP and to sockets."""
        clock = self._clock
        signatures = Signatures(settings.signing_secrets, clock=clock)
        self.bolt = self._bolt(settings, signatures, whispers)
        door.register(self.bolt)
        self.guard = Guard(asgi_app(self.bolt), signatures=signatures, clock=clock)
        self.sockets = sockets_of(settings, self.bolt)

    def _whispers(self, service: Service) -> Whispers:
        return Whispers(store=service.store, clock=service.clock, wake=self.sender.wake)

    def _sender(
        self, service: Service, shares: ShareAsks | None, gate: Gate | None
    ) -> Sender:
        self._shown = PlanShown(gate=gate, store=service.store) if gate else None
        return Sender(
            store=service.store,
            clock=service.clock,
            calls=calls_of(self._writer, service, shares),
            reconciler=Reconciler(reader=self._reader, identity=self.identity),
            posted=self._shown.posted if self._shown else None,
        )

    def _bolt(
        self, settings: SlackSettings, signatures: Signatures, whispers: Whispers
    ) -> AsyncApp:
        return bolt_app(
            signing_secret=next(iter(settings.signing_secrets), ""),
            signatures=signatures,
            identity=self.identity,
            whispers=whispers,
            client=nobody(base_url=settings.api_url),
            guard=self._guard,
        )

    def _desk(self, gate: Gate | None, service: Service) -> PlanDesk | None:
        if gate is None or self._shown is None:
            return None
        return PlanDesk(
            gate=gate, service=service, askers=self.askers, shown=self._shown
        )

    def mount(self) -> BaseRoute:
        """Return the one route Slack calls."""
        return Route(PATH, self.guard, include_in_schema=False)

    async def run_until(self, stop: asyncio.Event) -> None:
        """Read the inbox and send the outbox until `stop` is set."""
        self.askers.bind(asyncio.get_running_loop())
        if self._shown is not None:
            await self._shown.after_start()
        async with asyncio.TaskGroup() as works:
            works.create_task(self.worker.run_until(stop))
            works.create_task(self.sender.run_until(stop))
            if self.sockets is not None:
                works.create_task(self.sockets.run_until(stop))
            looking = [works.create_task(self.look_at_channel())]
            if self._roster is not None:
                looking.append(works.create_task(self._roster.run()))
            await stop.wait()
            for one in looking:
                one.cancel()
        self.askers.bind(None)

    async def connected(self) -> None:
        """Wait a moment for the connections of Socket Mode, if there are any."""
        if self.sockets is not None:
            await self.sockets.connected(within_s=_CONNECT_S)

    def live_sockets(self) -> Mapping[str, int]:
        """Return the connections of Socket Mode, live and wanted; {} without it."""
        if self.sockets is None:
            return {}
        seen = self.sockets.seen()
        return {"live": seen.live, "wanted": seen.wanted}

    def health(self) -> Mapping[str, object]:
        """Return what the readiness page says about Slack."""
        sockets = self.live_sockets()
        return {"slack_sockets": sockets} if sockets else {}

    async def look_at_channel(self) -> None:
        """Log what is wrong with the channel that gets the cards."""
        if not self._channel:
            return
        wrong = await complaint(self._reader, self._channel)
        if wrong:
            _log.warning("Slack: %s", wrong)
