"""Puts the door to the model together; `bot/wire.py` does the rest of the house.

Whoever needs a model is given what this returns, and nothing behind it. No library of
models is imported before the first question.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.assistant.absent import NoModel
from bot.assistant.backends import backends_of
from bot.assistant.door import DoorNeeds, ModelDoor
from bot.assistant.prompts import shipped_prompts
from bot.assistant.residency import refuse_strangers
from bot.aws.door import AwsDoor
from bot.config import Settings
from bot.ports import Clock
from bot.ports.model import Ledger, Model
from bot.redact import Redactor
from bot.spending import StoredLedger
from bot.wire_ground import Ground

_ATTEMPTS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNeeds:
    """What the door takes from the house."""

    settings: Settings
    redactor: Redactor
    ledger: Ledger
    clock: Clock
    aws: AwsDoor


def build_model(needs: ModelNeeds) -> Model:
    """Return the one way by which words reach a model.

    Raises:
        BadSettings: The settings of the model are not complete, its package is not
            installed, or it is where words may not go.
    """
    given = needs.settings.model
    backends = backends_of(given, aws_region=needs.settings.aws.region)
    refuse_strangers(backends, given)
    if not backends:
        return NoModel()
    return ModelDoor(
        DoorNeeds(
            settings=given,
            backends=backends,
            prompts=shipped_prompts(),
            redactor=needs.redactor,
            ledger=needs.ledger,
            clock=needs.clock,
            clients=lambda region, within_s: _bedrock(needs.aws, region, within_s),
        )
    )


def model_of(ground: Ground) -> Model:
    """Return it for a house, with what models used kept in its store.

    Raises:
        BadSettings: As `build_model`.
    """
    return build_model(
        ModelNeeds(
            settings=ground.settings,
            redactor=ground.rulings.redactor,
            ledger=StoredLedger(ground.store),
            clock=ground.clock,
            aws=ground.aws,
        )
    )


class _Current:
    """A client of a session that is renewed: asked for anew with each call."""

    def __init__(self, client: Callable[[], Any]) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        """Return what the client of this hour has."""
        return getattr(self._client(), name)


def _bedrock(aws: AwsDoor, region: str, within_s: float) -> tuple[Any, Any]:
    """Return clients of Bedrock's runtime and of Bedrock itself.

    Raises:
        Unreachable: No account is connected.
    """

    def client(service: str) -> Callable[[], Any]:
        def current() -> Any:
            session = aws.model().in_region(region).waiting(within_s)
            return session.client(service, attempts=_ATTEMPTS)

        current()
        return current

    return _Current(client("bedrock-runtime")), _Current(client("bedrock"))
