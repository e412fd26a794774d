"""The model as a command asks it: once, when a person wants it, counted by no budget.

The budgets are those of the running bot, in its store; a command writes nothing there.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from bot.config import Settings
from bot.ports.model import Call, Fits, Model, Spent, Usage

if TYPE_CHECKING:
    from bot.aws.door import AwsDoor
    from bot.redact import Redactor

_NOBODY = Usage()


def uncounted_model(settings: Settings, redactor: "Redactor") -> Model:
    """Return the model of the settings, to be closed by whoever asked for it.

    Args:
        redactor: Masks what is sent and what comes back.

    Raises:
        BadSettings: The settings of the model are not complete, or it is where words
            may not go.
    """
    from bot.clock import SystemClock
    from bot.wire_model import ModelNeeds, build_model

    needs = ModelNeeds(
        settings=settings,
        redactor=redactor,
        ledger=_Uncounted(),
        clock=SystemClock(),
        aws=_account(settings),
    )
    return build_model(needs)


def _account(settings: Settings) -> "AwsDoor":
    from bot.aws.door import AwsDoor
    from bot.aws.session import AwsSettings
    from bot.clock import SystemClock

    door = AwsDoor(clock=SystemClock())
    if settings.model.provider == "bedrock" and settings.aws.region:
        given = settings.aws
        door.connect(AwsSettings(region=given.region, profile=given.profile))
    return door


class _Uncounted:
    """Keeps `bot.ports.model.Ledger` for one call: the running bot has the real one."""

    def hold(self, call: Call, *, fits: Fits) -> int | None:  # noqa: ARG002 - the port's
        return 0

    def settle(self, number: int, usage: Usage, *, outcome: str) -> None:
        pass

    def spent(self, incident: str, at: datetime) -> Spent:  # noqa: ARG002 - the port's
        return Spent(incident=_NOBODY, hour=_NOBODY, month=_NOBODY)
