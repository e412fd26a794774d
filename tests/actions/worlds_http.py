"""A thing in a service for each HTTP action of a site: made, named, changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.gateways.site_action import SiteAction
from tests.fakes.flag_service import FlagService

Params = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class HttpWorld:
    """One action's world; see `promises.World`."""

    action: SiteAction
    make: Callable[[FlagService], Params]
    move: Callable[[FlagService, Params], Any]
    also: frozenset[str] = field(default_factory=frozenset)


def worlds(actions: tuple[SiteAction, ...]) -> dict[str, HttpWorld]:
    """Return each action's world, by name."""
    by_name = {one.MANIFEST.name: one for one in actions}
    made: dict[str, Callable[[FlagService], Params]] = {
        "http.flags.off": lambda service: {"flag": service.flag()},
        "http.flags.on": lambda service: {"flag": service.flag(enabled=False)},
        "http.flags.limit": lambda service: {"flag": service.flag(), "limit": "5"},
    }
    return {
        name: HttpWorld(action=by_name[name], make=make, move=_move)
        for name, make in made.items()
    }


def _move(service: FlagService, params: Params) -> None:
    service.flags[params["flag"]]["limit"] = 7
