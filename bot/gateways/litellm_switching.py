"""Which model group answers for which name in LiteLLM: maps of aliases, and who may.

A key and a team have a map each. LiteLLM looks at the team's first and at the key's
with what came of it, as its ``litellm_pre_call_utils.py`` does (read in 1.110.2).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any, ClassVar

import orjson

from bot.acting.action import DataAction
from bot.acting.reading import Reading, Seen, Texts, was
from bot.domain.errors import BadRequest
from bot.domain.plan import Draft
from bot.gateways.litellm_things import text
from bot.gateways.operation import canonical
from bot.ports.action import Sketch

GROUP = "litellm.model.group_exists"
LIST = "litellm.ListModels"
MODEL: Mapping[str, Any] = {
    "type": "string",
    "pattern": r"^(?!sk-)[A-Za-z0-9][A-Za-z0-9@._/:+-]{0,99}$",
    "maxLength": 100,
}
_EVERY = frozenset({"*", "all-proxy-models", "all-team-models"})


def aliases(found: object) -> Mapping[str, str]:
    """Return which model answers for which, from a map or from its text in JSON.

    Raises:
        BadRequest: It is none that can be sent back as it is.
    """
    if isinstance(found, str):
        try:
            found = orjson.loads(found)
        except ValueError:
            found = [found]
    held = {} if found is None else found
    is_flat = isinstance(held, dict) and all(isinstance(x, str) for x in held.values())
    if not is_flat:
        raise BadRequest(
            "The model was not planned to change",
            because="an alias that stands there is no name, and an update would "
            "repeat it",
            next_move="Change it in LiteLLM by hand, and write a note here.",
        )
    return dict(held) if isinstance(held, dict) else {}


def team_aliases(record: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the aliases of a team.

    Raises:
        BadRequest: It has some, and LiteLLM does not say which.
    """
    table = record.get("litellm_model_table")
    if isinstance(table, dict):
        return aliases(table.get("model_aliases"))
    if record.get("model_id") is not None:
        raise BadRequest(
            "The model was not planned to change",
            because="the team has aliases, and this version of LiteLLM does not say "
            "which",
            next_move="Change it in LiteLLM by hand, and write a note here.",
        )
    return {}


def as_fact(known: Mapping[str, str]) -> str:
    """Return a map of aliases as a plan's fact."""
    return canonical(known).decode()


def switched(fact: str, params: Texts) -> str:
    """Return all aliases with the one that changes, as a plan carries them.

    A model that answers for itself has no alias.
    """
    known = orjson.loads(fact)
    known.pop(params["model"], None)
    if params["answers"] != params["model"]:
        known[params["model"]] = params["answers"]
    return as_fact(known)


def allows(models: Iterable[str], model: str) -> bool:
    """Tell whether a list of allowed models allows one; an empty list allows all."""
    known = tuple(models)
    return (
        not known
        or bool(_EVERY & set(known))
        or any(fnmatchcase(model, one) for one in known)
    )


def groups_reading() -> Reading:
    """Return how it is read whether the group that is to answer exists."""

    def found(seen: Seen) -> Texts:
        return {GROUP: "yes" if seen.known["answers"] in _names(seen.answer) else "no"}

    return Reading(call=LIST, arguments={}, facts=found, keep=_kept)


def refuse(name: str, answers: str, because: str) -> None:
    """Refuse a group that cannot answer, if there is a reason.

    Raises:
        BadRequest: There is.
    """
    if because:
        raise BadRequest(
            f"{name} was not planned",
            because=f"{answers} cannot answer: {because}",
            next_move="Name a group that stands in LiteLLM's list of models and that "
            "they may use.",
        )


def _names(answer: Mapping[str, Any]) -> set[str]:
    return {text(one.get("model_name")) for one in answer.get("data") or ()}


def _kept(answer: Mapping[str, Any]) -> Any:
    """Return the names of the groups; deployments hold keys of providers."""
    return sorted(_names(answer))


class Switching(DataAction):
    """What switching a model is, for a key or a team alike.

    Stands before the class of the key or the team.
    """

    ALIASES: ClassVar[str]
    """The fact that holds the whole map of aliases; an update repeats it."""
    ANSWERS: ClassVar[str]
    """The fact that says which group answers now."""

    def carrying(self, params: Texts, facts: Texts) -> Texts:
        """Return all aliases with the one that changes."""
        return {"aliases": switched(facts[self.ALIASES], params)}

    def sketch(self, params: Texts) -> Sketch:
        """Return what would change: where nothing is wrong, a model answers itself."""
        return replace(super().sketch(params), usual=params["model"])

    def rollback(self, draft: Draft) -> Texts | None:
        """Return what answered before."""
        return {**dict(draft.params), "answers": was(draft, self.ANSWERS)}
