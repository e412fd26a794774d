"""Plays a drill where no bot runs: the house, the practice workspace, its people.

Everything listens on loopback and ends with the drill. The record stays in
TOCSIN_HOME, so `tocsin drill report` reads it afterwards.
"""

import asyncio
import threading
from typing import TYPE_CHECKING, Any

from bot.cli.running_bot import RunningBot
from bot.domain.errors import BadSettings

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.domain.drill import Scenario

_LOOPBACK = "127.0.0.1"
_WAIT_S = 5


def play_here(settings: "Settings", scenario: "Scenario", speed: int) -> dict[str, Any]:
    """Play a drill with scripted people; return its report once it is over.

    Raises:
        BadSettings: Slack is configured: then people play, and the bot must run.
        Refusal: The drill was not started.
    """
    from bot.config import secret

    if secret(settings.slack.bot_token):
        raise BadSettings(
            "The drill was not played",
            because="Slack is configured, so people must be able to answer",
            next_move="Start the bot with `tocsin run`, then try again.",
        )
    return asyncio.run(_played(_quiet(settings), scenario, speed))


async def _played(
    settings: "Settings", scenario: "Scenario", speed: int
) -> dict[str, Any]:
    from bot.cli.serving import standing

    async with standing(settings) as (house, url):
        bot = RunningBot(url=url, token=house.admin_token)
        playing = asyncio.create_task(asyncio.to_thread(_run, bot, scenario, speed))
        try:
            return await asyncio.shield(playing)
        except asyncio.CancelledError:
            # Ctrl-C: the drill is stopped and put away, and its report is printed.
            await asyncio.to_thread(bot.ask, "POST", "/admin/drills/stop", {})
            return await playing


def _run(bot: RunningBot, scenario: "Scenario", speed: int) -> dict[str, Any]:
    from bot.cli.drill_players import Players

    asked = {"scenario": scenario.id, "speed": speed}
    drill = bot.ask("POST", "/admin/drills", asked)["drill"]
    players = Players(
        bot=bot,
        scenario=scenario,
        drill=drill,
        speed=speed,
        channel="C0INCIDENTS",
    )
    over = threading.Event()
    people = threading.Thread(target=players.play, args=(over,), name="players")
    people.start()
    try:
        return until_over(bot, drill)
    finally:
        over.set()
        people.join()


def until_over(bot: RunningBot, drill: str) -> dict[str, Any]:
    """Return a drill's report once it is over."""
    while True:
        report = bot.ask("GET", f"/admin/drills/{drill}?wait={_WAIT_S}")
        if report["state"] == "ended":
            return report


def _quiet(settings: "Settings") -> "Settings":
    """Return the settings for a bot that only plays: loopback, no samples, no cloud."""
    server = settings.server.model_copy(update={"host": _LOOPBACK, "port": 0})
    practice = settings.practice.model_copy(update={"replay": False, "cloud": False})
    return settings.model_copy(update={"server": server, "practice": practice})
