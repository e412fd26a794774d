"""LiteLLM deployments: take one out of its model group, and put it back.

While it is out, the other deployments of the group answer, or the fallbacks of the
group; where there are none, requests for the group fail. Only deployments that LiteLLM
keeps in its database can be switched, not those of its configuration file.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.acting.states import Need
from bot.domain.errors import NotFound
from bot.domain.plan import Blast, Level
from bot.gateways.litellm import LitellmAction
from bot.gateways.litellm_things import flag, text
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="litellm_deployments",
    title="LiteLLM deployments",
    docs="https://docs.litellm.ai/docs/proxy/model_management",
    summary="Takes a deployment out of its model group, and puts it back.",
)

_BLOCKED, _GROUP = "litellm.deployment.blocked", "litellm.deployment.group"
_OTHERS, _STORED = "litellm.deployment.others", "litellm.deployment.stored"
_LIST = "litellm.ListModels"
_PARAMS = schema(
    model_id={
        "type": "string",
        "description": "the id of the deployment, as LiteLLM shows it",
        "pattern": "^(?!sk-)[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$",
        "maxLength": 128,
    }
)


def _about(one: Mapping[str, Any]) -> Mapping[str, Any]:
    found = one.get("model_info")
    return found if isinstance(found, dict) else {}


def _deployment(seen: Seen) -> Texts:
    """Return the deployment's state, and how many others its group has.

    Raises:
        NotFound: LiteLLM lists none with this id.
    """
    every = [one for one in seen.answer.get("data") or () if isinstance(one, dict)]
    wanted = seen.known["model_id"]
    mine = [one for one in every if _about(one).get("id") == wanted]
    if not mine:
        raise NotFound(
            "The deployment was not read",
            because="LiteLLM lists none with this id",
            next_move="Compare the id with LiteLLM's list of models.",
        )
    group = text(mine[0].get("model_name"))
    others = [
        one
        for one in every
        if one.get("model_name") == group
        and _about(one).get("id") != wanted
        and _about(one).get("blocked") is not True
    ]
    return {
        _GROUP: group,
        _OTHERS: str(len(others)),
        _STORED: flag(_about(mine[0]).get("db_model")),
        _BLOCKED: flag(_about(mine[0]).get("blocked")),
    }


def _kept(answer: Mapping[str, Any]) -> Any:
    """Return groups, ids and states; the rest holds keys of providers."""
    return [
        {
            "model_name": one.get("model_name"),
            "id": _about(one).get("id"),
            "blocked": _about(one).get("blocked"),
        }
        for one in answer.get("data") or ()
    ]


class _SetBlocked(LitellmAction):
    """What taking out and putting back share: everything but the state."""

    TARGET = "model_id"
    IDENTITY: ClassVar[Texts] = {"model_id": "model_id"}
    USUAL: ClassVar[Texts] = {_BLOCKED: "no"}
    WORDS: ClassVar[Texts] = {_BLOCKED: "whether the deployment {model_id} is blocked"}
    PROMISE = "LiteLLM's list of models is read again and must be as shown."
    NEEDS = (
        Need(
            fact=_STORED,
            values=frozenset({"yes"}),
            because="it stands in LiteLLM's configuration file, and LiteLLM switches "
            "only what is in its database",
            next_move="Change the file, or have another group answer.",
        ),
    )
    FACTS = (Reading(call=_LIST, arguments={}, facts=_deployment, keep=_kept),)


class BlockDeployment(_SetBlocked):
    """Takes a deployment out: it gets no new request."""

    WANTED: ClassVar[Texts] = {_BLOCKED: "yes"}
    WRITE = ("litellm.BlockModel", {"model_id": "{model_id}"})
    MANIFEST = ActionManifest(
        name="litellm.deployment.block",
        cuts_off=True,
        version=1,
        title="Take a deployment out of a model group of LiteLLM",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_LIST,),
        calls=("litellm.BlockModel", _LIST),
        rollback="litellm.deployment.unblock",
    )

    def blast(self, case: Case) -> Blast:
        """Return who answers instead."""
        group, others = case.facts[_GROUP], int(case.facts[_OTHERS])
        rest = f"{others} other deployments answer"
        if others == 1:
            rest = "1 other deployment answers"
        says = f"The model group {group!a}: {rest} from then on."
        if not others:
            says = (
                f"The model group {group!a} has no other deployment: requests for it "
                "fail, unless LiteLLM has a fallback for it."
            )
        return Blast(systems=1, says=says)


class UnblockDeployment(_SetBlocked):
    """Puts a deployment back: the way back."""

    WANTED: ClassVar[Texts] = {_BLOCKED: "no"}
    WRITE = ("litellm.UnblockModel", {"model_id": "{model_id}"})
    MANIFEST = ActionManifest(
        name="litellm.deployment.unblock",
        version=1,
        title="Put a deployment back into a model group of LiteLLM",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_LIST,),
        calls=("litellm.UnblockModel", _LIST),
        rollback="litellm.deployment.block",
    )

    def blast(self, case: Case) -> Blast:
        """Return what gets requests again."""
        says = f"The deployment gets requests of {case.facts[_GROUP]!a} again."
        return Blast(systems=1, says=says)


ACTIONS = (BlockDeployment(), UnblockDeployment())
