"""Every action's world, and where each action of the catalogue is exercised."""

from collections.abc import Mapping

from tests.actions.worlds import WORLDS as ON_MINISTACK
from tests.actions.worlds_fake import WORLDS as ON_THE_FAKE

WORLDS = (*ON_MINISTACK, *ON_THE_FAKE)
_WHERE = {one.name: one.where for one in WORLDS}
OTHERS: Mapping[str, str] = {
    "kubernetes": "checked cluster",
    "litellm": "checked stand-in",
}
"""First word of an action's name → where its kind is walked, for worlds but AWS."""


def where_exercised(action: str) -> str:
    """Return on what an action is walked from plan to rollback; "" if nowhere."""
    return _WHERE.get(action) or OTHERS.get(action.partition(".")[0], "")
