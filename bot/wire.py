"""The composition root: plain calls that put the house together.

Nothing is decided here, and nothing runs yet: what works in a house that stands is
`bot/house.py`. What everything stands on is laid in `bot/wire_ground.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.routing import Route

from bot.config import Settings
from bot.domain.registry import Registry
from bot.house import House
from bot.intake import Intake
from bot.placing import Placing
from bot.plans.house import GateHouse
from bot.ports.gate import Standstill
from bot.reading.apart import Apart
from bot.reading.recall import Recall
from bot.shares.texts import Texts
from bot.slack import freeze_words, plan_card
from bot.slack.answerers import Answerers
from bot.slack.late import LatePeople
from bot.slack.room import SlackRoom
from bot.slack.room_settings import SlackSettings
from bot.web.links import PageLinks
from bot.web.traffic import Traffic
from bot.wire_checklist import build_checklists
from bot.wire_diagnostics import sharing_of
from bot.wire_doors import admin_door, alerts_door, scrapers_of
from bot.wire_drill import DrillHouse, DrillNeeds, build_drills
from bot.wire_feedback import FeedbackHouse
from bot.wire_gate import GateNeeds, build_gate
from bot.wire_ground import Ground, lay_ground
from bot.wire_grouping import Grouping, grouping_of
from bot.wire_identity import identity_of
from bot.wire_intake import IntakeNeeds, queue_workers
from bot.wire_model import model_of
from bot.wire_names import join_names
from bot.wire_originals import build_originals
from bot.wire_pages import PageNeeds, page_links, page_routes
from bot.wire_pressure import press
from bot.wire_questions import QuestionHouse, drafts_of
from bot.wire_search import join_search
from bot.wire_sharing import Sharing
from bot.wire_summary import SummaryHouse
from bot.wire_watch import WatchNeeds, build_watch
from bot.wire_worlds import build_worlds, loaded_actions
from bot.wire_writing import WritingHouse, build_writings


class _Joins(Protocol):
    def join(self, house: House) -> None:
        """Add what runs while the house stands."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """What the Slack room shows and the house runs."""

    sharing: Sharing
    drills: DrillHouse
    grouping: Grouping
    feedback: FeedbackHouse
    written: WritingHouse
    questions: QuestionHouse

    @property
    def joining(self) -> tuple[_Joins, ...]:
        """Those that join the house once it stands."""
        told = (self.feedback, self.written, self.questions)
        return (self.drills, self.grouping, *told)


def build(
    settings: Settings,
    *,
    slack: SlackSettings,
    registry: Registry,
    in_practice: bool,
    base_url: str,
) -> House:
    """Put the house together; nothing runs yet.

    Args:
        base_url: Where people's browsers reach the bot, without a slash at the end.

    Raises:
        BadSettings: A file of rules cannot be used.
        Tampered: The log does not follow from its newest anchored checkpoint.
    """
    ground = lay_ground(
        settings,
        slack=slack,
        registry=registry,
        in_practice=in_practice,
        base_url=base_url,
    )
    gate = _gate(ground, people := LatePeople())
    links = page_links(ground.store, ground.clock, base_url)
    parts = _parts(ground, gate, people)
    room = _room(ground, gate, links, parts)
    people.of, ground.figures.sockets = room.askers, room.live_sockets
    identity = identity_of(ground, room, links)
    still = gate.gatekeeper.freezing.still
    pages = _page_routes(ground, room, links, identity.start, still)
    house = _house(ground, gate, room, parts, pages)
    join_names(house, ground, room)
    join_search(house, ground)
    identity.join(house, parts.sharing)
    summaries, watch = SummaryHouse(ground=ground), build_watch(_watch_needs(ground))
    for part in (*parts.joining, watch, summaries):
        part.join(house)
    return house


def _parts(ground: Ground, gate: GateHouse, people: LatePeople) -> _Parts:
    grouping = grouping_of(ground)
    return _Parts(
        sharing=sharing_of(ground, people),
        drills=_drills(ground, gate),
        grouping=grouping,
        feedback=FeedbackHouse(ground=ground, offers=grouping.placing.offers),
        written=build_writings(ground),
        questions=QuestionHouse(ground=ground, model=model_of(ground)),
    )


def _room(
    ground: Ground, gate: GateHouse, links: PageLinks, parts: _Parts
) -> SlackRoom:
    answerers = Answerers(
        gate=gate.gatekeeper,
        pages=links,
        shares=parts.sharing.desk,
        drills=parts.drills.master,
        maintenance=parts.grouping.maintenance,
        originals=build_originals(gate, parts.sharing.desk, ground),
        texts=Texts(desk=parts.sharing.desk),
        checklists=build_checklists(ground),
        considered=parts.feedback.considered,
        writings=parts.written.desk,
        asks=parts.questions.asks,
        drafts=parts.questions.drafts,
    )
    return SlackRoom(service=ground.service, settings=ground.slack, answerers=answerers)


def _house(
    ground: Ground,
    gate: GateHouse,
    room: SlackRoom,
    parts: _Parts,
    pages: list[Route],
) -> House:
    pressed = press(ground)
    reader = Apart(ground.rulings.texts, known=lambda: ground.roster.known)
    return House(
        store=ground.store,
        redactor=ground.rulings.redactor,
        service=ground.service,
        reader=reader,
        intake=_intake(ground, parts.grouping.placing, pressed.traffic, reader),
        slack=room,
        gate=gate,
        aws=ground.aws,
        checkpoints=ground.checkpoints,
        door=alerts_door(ground, pressed),
        admin=admin_door(ground, gate),
        figures=ground.figures,
        scrapers=scrapers_of(ground),
        alert_came=ground.alert_came,
        alerts_token=ground.alerts_token,
        admin_token=ground.admin_token,
        base_url=ground.base_url,
        routes=pages,
        model=parts.questions.model,
        workers=(*queue_workers(_queue_needs(ground)), pressed.worker),
    )


def _gate(ground: Ground, people: LatePeople) -> GateHouse:
    site = loaded_actions(ground.settings)
    return build_gate(
        GateNeeds(
            settings=ground.settings,
            store=ground.store,
            keys=ground.keys,
            clock=ground.clock,
            checkpoints=ground.checkpoints,
            rulings=ground.rulings,
            people=people,
            team=ground.slack.team,
            in_practice=ground.in_practice,
            worlds=build_worlds(ground.aws, ground.settings, site),
            site=site,
            draw=lambda view, token: plan_card.card(view, token=token),
            fits=plan_card.fits,
            alarm=lambda view: plan_card.glass_alarm(
                view, channel=ground.settings.slack.security_channel
            ),
            keep_evidence=ground.evidence.keep,
            not_as_promised=plan_card.not_as_promised,
            tell_freeze=lambda event: freeze_words.told(
                event, channel=ground.slack.channel
            ),
            tell_switch=freeze_words.switched(ground.slack.channel),
        )
    )


def _drills(ground: Ground, gate: GateHouse) -> DrillHouse:
    return build_drills(
        DrillNeeds(
            settings=ground.settings,
            service=ground.service,
            rulings=ground.rulings,
            gate=gate.gatekeeper,
            channel=ground.slack.channel,
            team=ground.slack.team,
            told=ground.alert_came.set,
        )
    )


def _page_routes(
    ground: Ground,
    room: SlackRoom,
    links: PageLinks,
    slack_sign_in: str,
    still: Callable[[], Standstill],
) -> list[Route]:
    return page_routes(
        PageNeeds(
            store=ground.store,
            clock=ground.clock,
            keys=ground.keys,
            viewing=ground.viewing,
            sessions=links.sessions,
            person=room.people.person,
            names=room.names.of,
            base_url=links.base_url,
            links=ground.rulings.links,
            guards=ground.guards,
            slack_sign_in=slack_sign_in,
            history=ground.settings.assistant.history,
            drafts=drafts_of(ground).draft,
            still=still,
        )
    )


def _watch_needs(ground: Ground) -> WatchNeeds:
    return WatchNeeds(
        settings=ground.settings,
        store=ground.store,
        clock=ground.clock,
        keys=ground.keys,
        rulings=ground.rulings,
        aws=ground.aws,
        told=ground.alert_came.set,
    )


def _queue_needs(ground: Ground) -> IntakeNeeds:
    return IntakeNeeds(
        settings=ground.settings,
        clock=ground.clock,
        keys=ground.keys,
        service=ground.service,
        rulings=ground.rulings,
        aws=ground.aws,
        alert_came=ground.alert_came,
        waiting=lambda: ground.figures.waiting,
        count=ground.figures.count_queue,
        in_practice=ground.in_practice,
    )


def _intake(
    ground: Ground, placing: Placing, traffic: Traffic, reader: Apart
) -> Intake:
    rulings, known = ground.rulings, ground.roster
    return Intake(
        service=ground.service,
        understanding=Recall(
            rulings.integrations, reader, edition=lambda: known.edition
        ),
        suggest=rulings.advise,
        quiet_s=traffic.quiet_s,
        give_way=traffic.give_way,
        placing=placing,
    )
