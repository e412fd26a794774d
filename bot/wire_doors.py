"""Puts together the doors for machines: alerts, figures, and the admin of the gate."""

from ulid import ULID

from bot.config import secret
from bot.domain.addresses import is_this_machine
from bot.plans.house import GateHouse
from bot.web.alerts import AlertsDoor
from bot.web.gate import GateDoor
from bot.web.scraping import Scrapers
from bot.wire_ground import Ground
from bot.wire_pressure import Pressed
from bot.wire_senders import senders


def alerts_door(ground: Ground, pressed: Pressed) -> AlertsDoor:
    """Return what takes alerts, durable before the 202."""
    return AlertsDoor(
        clock=ground.clock,
        keys=ground.keys,
        senders=senders(
            ground.settings,
            ground.rulings.integrations,
            clock=ground.clock,
            token=ground.alerts_token,
        ),
        accept=pressed.accepting.keep,
        find=ground.service.find,
        pressure=pressed.pressure,
        traffic=pressed.traffic,
        new_id=lambda at: f"al_{ULID.from_datetime(at)}",
        accepted=ground.alert_came.set,
        admin_token=ground.admin_token,
        guesses=ground.guesses,
    )


def scrapers_of(ground: Ground) -> Scrapers:
    """Return who may read the figures."""
    return Scrapers(
        token=secret(ground.settings.web.metrics_token),
        admin_token=ground.admin_token,
        only_here=is_this_machine(ground.settings.server.host),
        clock=ground.clock,
        guesses=ground.guesses,
    )


def admin_door(ground: Ground, gate: GateHouse) -> GateDoor:
    """Return where the admin token sees plans and says no; it never approves."""

    def redact(text: str, incident: str) -> str:
        return ground.rulings.redactor.redact(text, scope=incident).text

    return GateDoor(
        gate=gate.gatekeeper,
        clock=ground.clock,
        redact=redact,
        team=ground.slack.team,
        admin_token=ground.admin_token,
        guesses=ground.guesses,
    )
