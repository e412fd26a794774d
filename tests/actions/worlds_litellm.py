"""A thing in a LiteLLM proxy for each of its actions: made, named, changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.gateways.litellm import LitellmAction
from bot.gateways.litellm_keys import FIND, KeyAction
from integrations.litellm_deployments import BlockDeployment, UnblockDeployment
from integrations.litellm_keys import BlockKey, UnblockKey
from integrations.litellm_limits import LimitRequests, LimitTokens, SetBudget
from integrations.litellm_models import SwitchModel
from integrations.litellm_team_models import SwitchTeamModel
from integrations.litellm_teams import BlockTeam, SetTeamBudget, UnblockTeam
from tests.fakes.litellm import FakeLitellm

Params = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class LitellmWorld:
    """One action's world; see `promises.World`."""

    action: LitellmAction
    make: Callable[[FakeLitellm], Params]
    move: Callable[[FakeLitellm, Params], Any]
    also: frozenset[str] = field(default_factory=frozenset)
    """Finding a key by its alias: `test_litellm.py` does."""

    def __post_init__(self) -> None:
        if isinstance(self.action, KeyAction):
            object.__setattr__(self, "also", frozenset({FIND}))

    @property
    def name(self) -> str:
        return self.action.MANIFEST.name


def _key(proxy: FakeLitellm) -> Params:
    return {"key": proxy.key()}


def _key_off(proxy: FakeLitellm) -> Params:
    return {"key": proxy.key(blocked=True)}


def _set_key(**fields: Any) -> Callable[[FakeLitellm, Params], Any]:
    return lambda proxy, params: proxy.keys[params["key"]].update(fields)


def _set_team(**fields: Any) -> Callable[[FakeLitellm, Params], Any]:
    return lambda proxy, params: proxy.teams[params["team_id"]].update(fields)


def _limited(limit: str) -> Callable[[FakeLitellm], Params]:
    return lambda proxy: {"key": proxy.key(rpm_limit=60), "limit": limit}


def _switched(proxy: FakeLitellm) -> Params:
    for group in ("big", "small"):
        proxy.model(group)
    team = proxy.team(models=["big", "small"])
    key = proxy.key(aliases={"other": "big"}, models=["big", "small"], team_id=team)
    return {"key": key, "model": "big", "answers": "small"}


def _team_switched(proxy: FakeLitellm) -> Params:
    for group in ("big", "small"):
        proxy.model(group)
    table = {"model_aliases": {"other": "big"}}
    team = proxy.team(litellm_model_table=table, model_id=7)
    return {"team_id": team, "model": "big", "answers": "small"}


def _deployment(*, blocked: bool) -> Callable[[FakeLitellm], Params]:
    def make(proxy: FakeLitellm) -> Params:
        group = f"group-{len(proxy.models)}"
        proxy.model(group)
        return {"model_id": proxy.model(group, blocked=blocked)}

    return make


def _set_deployment(*, blocked: bool) -> Callable[[FakeLitellm, Params], Any]:
    return lambda proxy, params: proxy.models[params["model_id"]]["model_info"].update(
        blocked=blocked
    )


WORLDS = (
    LitellmWorld(action=BlockKey(), make=_key, move=_set_key(team_id="another")),
    LitellmWorld(action=UnblockKey(), make=_key_off, move=_set_key(blocked=False)),
    LitellmWorld(
        action=SetBudget(), make=_limited("0"), move=_set_key(max_budget=99.5)
    ),
    LitellmWorld(
        action=LimitRequests(), make=_limited("1"), move=_set_key(rpm_limit=600)
    ),
    LitellmWorld(
        action=LimitTokens(), make=_limited("100"), move=_set_key(tpm_limit=9)
    ),
    LitellmWorld(
        action=SwitchModel(), make=_switched, move=_set_key(aliases={"x": "y"})
    ),
    LitellmWorld(
        action=SwitchTeamModel(),
        make=_team_switched,
        move=_set_team(litellm_model_table={"model_aliases": '{"x": "y"}'}),
    ),
    LitellmWorld(
        action=BlockTeam(),
        make=lambda proxy: {"team_id": proxy.team()},
        move=_set_team(blocked=True),
    ),
    LitellmWorld(
        action=UnblockTeam(),
        make=lambda proxy: {"team_id": proxy.team(blocked=True)},
        move=_set_team(blocked=False),
    ),
    LitellmWorld(
        action=SetTeamBudget(),
        make=lambda proxy: {"team_id": proxy.team(), "limit": "12.5"},
        move=_set_team(max_budget=None),
    ),
    LitellmWorld(
        action=BlockDeployment(),
        make=_deployment(blocked=False),
        move=_set_deployment(blocked=True),
    ),
    LitellmWorld(
        action=UnblockDeployment(),
        make=_deployment(blocked=True),
        move=_set_deployment(blocked=False),
    ),
)
