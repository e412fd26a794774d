"""The catalogue of actions: what may ever be proposed, and nothing else.

Every action of every integration, checked before the bot starts. What an action
does is in its integration; when it may run is policy.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from bot.acting.params import schema_problems
from bot.domain.errors import BadSettings
from bot.domain.plan import Level
from bot.domain.registry import Stage
from bot.ports.action import Action, ActionManifest

_NAME = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*){1,4}")
_CALL = re.compile(r"[a-z0-9-]+\.[A-Z][A-Za-z0-9]+")
_STAGES = frozenset({"", *get_args(Stage)})
_PARTS = ("plan", "probe", "apply", "verify", "rollback", "snapshot")


def load_actions() -> Mapping[str, Action]:
    """Return every action of `integrations/` by its name.

    Raises:
        BadSettings: One may not register; the message says why.
    """
    import integrations

    modules = sorted(one.name for one in pkgutil.iter_modules(integrations.__path__))
    found: list[Action] = []
    for name in modules:
        module = importlib.import_module(f"integrations.{name}")
        found += getattr(module, "ACTIONS", ())
    return catalogue(found)


def with_site(
    shipped: Mapping[str, Action], site: Iterable[Action]
) -> Mapping[str, Action]:
    """Return the shipped actions and those that the site describes itself.

    Raises:
        BadSettings: One may not register; the message says why.
    """
    return catalogue([*shipped.values(), *site])


def catalogue(actions: Iterable[Action]) -> Mapping[str, Action]:
    """Return the actions by name, in order of name.

    Raises:
        BadSettings: One has no verify, no way back and no reason for that, a name
            twice, or a manifest that cannot be used.
    """
    registered: dict[str, Action] = {}
    for action in actions:
        name = _named(action)
        problems = [*_part_problems(action), *_manifest_problems(action.MANIFEST)]
        if name in registered:
            problems.append("the name is taken")
        if problems:
            raise _refused(name, problems)
        registered[name] = action
    for name, action in registered.items():
        if action.MANIFEST.rollback and action.MANIFEST.rollback not in registered:
            raise _refused(name, [f"there is no {action.MANIFEST.rollback}"])
    return dict(sorted(registered.items()))


def cutting(actions: Mapping[str, Action]) -> frozenset[str]:
    """Return the actions that take a service from everybody who uses it."""
    return frozenset(
        name for name, action in actions.items() if action.MANIFEST.cuts_off
    )


def _named(action: Action) -> str:
    manifest = getattr(action, "MANIFEST", None)
    if not isinstance(manifest, ActionManifest):
        raise _refused(type(action).__name__, ["it has no manifest"])
    return manifest.name


def _part_problems(action: Action) -> list[str]:
    return [
        f"it has no {part}"
        for part in _PARTS
        if not callable(getattr(action, part, None))
    ]


def _manifest_problems(manifest: ActionManifest) -> Iterator[str]:
    if not _NAME.fullmatch(manifest.name):
        yield "the name is not dotted lower case"
    if manifest.version < 1:
        yield "the version must be 1 or more"
    if not manifest.title:
        yield "it has no title"
    if bool(manifest.rollback) == bool(manifest.irreversible_because):
        yield "it needs either a rollback or a reason why there is none"
    if "" not in manifest.level or not manifest.level.keys() <= _STAGES:
        yield "levels must be given by stage, with a default"
    if not manifest.calls or not all(map(_CALL.fullmatch, manifest.calls)):
        yield "calls must be named as service and operation"
    if _asks_for_evidence(manifest) and not manifest.evidence:
        yield "T1 and T2 need evidence to be saved first"
    yield from schema_problems(manifest.params)


def _asks_for_evidence(manifest: ActionManifest) -> bool:
    return bool({Level.T1, Level.T2} & set(manifest.level.values()))


def _refused(name: str, problems: list[str]) -> BadSettings:
    return BadSettings(
        f"The action {name} was not registered",
        because="; ".join(problems),
        next_move="Correct its file in integrations, or take the file away.",
    )
