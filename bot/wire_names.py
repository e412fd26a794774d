"""Joins the names that are known to the house; `bot/wire.py` does the rest of it.

Nothing is decided here. Who takes the names out is told in `bot/roster.py`.
"""

from bot.house import House
from bot.slack.room import SlackRoom
from bot.web.names import NamesDoor
from bot.wire_ground import Ground


def join_names(house: House, ground: Ground, room: SlackRoom) -> None:
    """Have the room tell who is there, alerts wait for it, and the doctor see it."""
    roster = ground.roster
    room.tell_names(roster)
    house.names_known = roster.looked
    door = NamesDoor(
        told=roster.numbers,
        clock=ground.clock,
        admin_token=ground.admin_token,
        guesses=ground.guesses,
    )
    house.routes = (*house.routes, *door.routes())
