"""What `tocsin doctor` says of services over HTTP that plans may change.

LiteLLM is read with the key that reads; the key that acts is not used, only its hash is
asked for. The other checks are in `checks.py`.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any

from bot.cli.checks import OK, WARN, Check, failed
from bot.config import Settings, secret
from bot.domain.errors import NotFound, TocsinError

_LIST = "litellm.ListModels"


def look(settings: Settings) -> Iterator[Check]:
    """Return whether LiteLLM can be read, and whether the site's actions load."""
    yield _litellm(settings)
    yield _site(settings)


def _litellm(settings: Settings) -> Check:
    from bot.aws.door import AwsDoor
    from bot.clock import SystemClock
    from bot.gate.catalogue import load_actions
    from bot.wire_worlds import build_worlds

    if not settings.gate.litellm_url:
        return Check(name="litellm", state=OK, says="no proxy is set up")
    action: Any = load_actions()["litellm.deployment.block"]
    worlds = build_worlds(AwsDoor(clock=SystemClock()), settings)
    try:
        found = action.looked(worlds.reader(action), _LIST, {})
    except TocsinError as error:
        return failed("litellm", error)
    listed = found.get("data")
    count = len(listed) if isinstance(listed, list) else 0
    if not secret(settings.gate.litellm_act_key):
        return Check(
            name="litellm",
            state=WARN,
            says=f"it answers, deployments: {count}; plans are made and none can run",
            next_move="Set gate.litellm_act_key; docs/guides/litellm.md says which.",
        )
    unknown = _unknown_keys(settings, worlds)
    if unknown:
        return Check(
            name="litellm",
            state=WARN,
            says=f"it answers, and has no key for {' and '.join(unknown)}: the master "
            "key is none of its keys",
            next_move="Make a user and a key for each: docs/guides/litellm.md.",
        )
    return Check(name="litellm", state=OK, says=f"it answers, deployments: {count}")


def _unknown_keys(settings: Settings, worlds: Any) -> list[str]:
    """Return the settings whose key LiteLLM does not keep; asked by their hash."""
    from bot.gate.catalogue import load_actions

    action: Any = load_actions()["litellm.key.block"]
    held = {
        "gate.litellm_read_key": secret(settings.gate.litellm_read_key),
        "gate.litellm_act_key": secret(settings.gate.litellm_act_key),
    }
    unknown: list[str] = []
    for name, key in held.items():
        hashed = sha256(key.encode()).hexdigest()
        try:
            action.looked(worlds.reader(action), "litellm.GetKey", {"key": hashed})
        except NotFound:
            unknown.append(name)
        except TocsinError:
            continue  # whether it can be read at all is another check
    return unknown


def _site(settings: Settings) -> Check:
    from bot.aws.door import AwsDoor
    from bot.clock import SystemClock
    from bot.gate.catalogue import load_actions, with_site
    from bot.wire_worlds import actions_of_site, build_worlds

    try:
        found = actions_of_site(settings)
        with_site(load_actions(), found)
        build_worlds(AwsDoor(clock=SystemClock()), settings, found)
    except TocsinError as error:
        return failed("http actions", error)
    says = f"{len(found)} of this site, each signed" if found else "none of this site"
    return Check(name="http actions", state=OK, says=says)
