"""Parts of the room that may be absent, made or left out. Nothing is decided here."""

import logging

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.ports.drills import Drills
from bot.ports.maintenance import Maintenance
from bot.ports.sharing import ShareAsks
from bot.slack.answerers import Answerers
from bot.slack.askers import Askers
from bot.slack.calls import Calls
from bot.slack.clients import write_client
from bot.slack.drill_desk import DrillDesk
from bot.slack.maintenance_desk import MaintenanceDesk
from bot.slack.needs import Service
from bot.slack.people import People
from bot.slack.room_settings import SlackSettings
from bot.slack.share_door import ShareDoor
from bot.slack.sockets import Sockets


def share_door_of(service: Service, askers: Askers, answerers: Answerers) -> ShareDoor:
    """Return who answers about sealed things; without any it says so."""
    return ShareDoor(
        shares=answerers.shares,
        service=service,
        askers=askers,
        originals=answerers.originals,
        texts=answerers.texts,
    )


def calls_of(
    writer: AsyncWebClient, service: Service, shares: ShareAsks | None
) -> Calls:
    """Return who calls Slack, with links to sealed things where there are any."""
    return Calls(writer, service.redactor, link=shares.link if shares else None)


def drill_desk_of(drills: Drills | None, people: People) -> DrillDesk | None:
    """Return who answers about drills, None where none are played."""
    return DrillDesk(drills=drills, people=people) if drills else None


def planned_of(given: Maintenance | None, people: People) -> MaintenanceDesk | None:
    """Return who answers about maintenance, None where none is planned."""
    return MaintenanceDesk(maintenance=given, people=people) if given else None


def sockets_of(settings: SlackSettings, bolt: AsyncApp) -> Sockets | None:
    """Return the connections of Socket Mode, None without an app token."""
    if not settings.app_token:
        return None
    client = write_client(settings.app_token, base_url=settings.api_url)
    return Sockets(bolt, client=client, number=settings.sockets)


def quieten() -> None:
    """Keep Slack's libraries at INFO or above: at DEBUG they print whole bodies."""
    for name in ("slack_sdk", "slack_bolt"):
        logger = logging.getLogger(name)
        if logger.level < logging.INFO:
            logger.setLevel(logging.INFO)
