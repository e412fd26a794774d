"""The fault plan: Slack's bad days on request; the kinds stand in ``methods.json``."""

from typing import Any

from starlette.types import Receive

from bot.practice.settings import Json, SlackError, shipped

TABLE = shipped("methods.json")
PLAIN: Json = TABLE["plain_fault"]


class FaultPlan:
    """Rules, each for the next ``times`` calls of a method, or of all (``*``)."""

    def __init__(self) -> None:
        self.rules: list[Json] = []

    def replace(self, rules: list[Any]) -> None:
        """Take new rules in place of the old ones, or raise a SlackError."""
        for rule in rules:
            if rule.keys() - PLAIN.keys() or rule.get("kind") not in TABLE["faults"]:
                raise SlackError("invalid_fault", kinds=TABLE["faults"])
        self.rules = [PLAIN | rule for rule in rules]

    def meet(self, name: str) -> Json:
        """Return what a call meets; of kind ``none`` on a good day."""
        rules = [one for one in self.rules if one["method"] in (name, "*")]
        fault = next((one for one in rules if one["times"] > 0), dict(PLAIN))
        fault["times"] -= 1
        return fault


def drop(receive: Receive) -> None:
    """Cut a connection: the server's object behind ``receive`` holds it."""
    connection = getattr(getattr(receive, "__self__", None), "transport", None)
    if connection is not None:
        connection.abort()
