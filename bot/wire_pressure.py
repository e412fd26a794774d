"""Puts together how alerts are accepted: in groups, within limits, and told when not.

What each part does is in `bot/web/{accepting,pressure,pressure_notice,traffic}.py`.
"""

from dataclasses import dataclass

from bot.house import Worker
from bot.web.accepting import Accepting
from bot.web.pressure import Pressure, free_bytes_beside
from bot.web.pressure_notice import PressureNotice
from bot.web.traffic import Traffic
from bot.wire_ground import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What the alerts door and the worker share."""

    accepting: Accepting
    pressure: Pressure
    traffic: Traffic
    worker: Worker


def press(ground: Ground) -> Pressed:
    """Return the parts, and tell the figures of them."""
    accepting = Accepting(ground.service.accept_all)
    file = ground.store.path
    pressure = Pressure(
        clock=ground.clock,
        waiting=lambda: ground.figures.waiting,
        slowest_s=lambda: accepting.oldest_s,
        free_bytes=lambda: free_bytes_beside(file),
    )
    ground.figures.refused = lambda: pressure.refused
    ground.figures.health = pressure.health
    notice = PressureNotice(
        pressure=pressure,
        store=ground.store,
        clock=ground.clock,
        channel=ground.slack.channel,
    )
    return Pressed(
        accepting=accepting,
        pressure=pressure,
        traffic=Traffic(),
        worker=Worker(name="pressure", run_until=notice.run_until),
    )
