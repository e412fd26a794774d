"""A door to models that stand in, and questions to ask through it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.assistant.backends import backends_of
from bot.assistant.claims import SummaryAnswer
from bot.assistant.door import DoorNeeds, ModelDoor
from bot.assistant.prompts import shipped_prompts
from bot.config.model import ModelSection
from bot.domain.untrusted import Untrusted
from bot.ports.model import Ledger, Question, Told
from bot.redact import Redactor
from tests.core import rulings
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger
from tests.fakes.model_server import ModelServer, Says
from tests.spec import NOON

SAID = "Guardrail support-gr let 3 documents through at 10:02"
VALUE = {
    "claims": [{"text": "3 documents went through", "evidence": ["al_1"]}],
    "unknown": ["who was hurt"],
}
GOOD = Says(value=VALUE)


def question(*told: Told, incident: str = "INC-0001") -> Question[SummaryAnswer]:
    return Question(
        prompt="incident-summary",
        incident=incident,
        told=told or (Told(id="al_1", name="title", text=Untrusted(SAID)),),
        answer=SummaryAnswer,
    )


def clients_at(server: ModelServer) -> Any:
    """Return a maker of Bedrock's clients that leads to a stand-in."""

    def clients(region: str, _: float) -> tuple[Any, Any]:
        from bot.aws.session import AwsKey, AwsSettings, open_session

        key = AwsKey(access_key_id="AKIA" + "X" * 16, secret="s" * 40)
        settings = AwsSettings(region=region, endpoint_url=server.url, key=key)
        client = open_session(settings).client("bedrock-runtime", attempts=1)
        return client, client

    return clients


@contextmanager
def door_to(
    server: ModelServer,
    *,
    ledger: Ledger | None = None,
    clock: FakeClock | None = None,
    redactor: Redactor | None = None,
    model: Mapping[str, Any] | None = None,
) -> Iterator[ModelDoor]:
    """Open a door to a stand-in; `model` are settings of ``[model]``."""
    given = {
        "provider": "openai",
        "name": "m",
        "base_url": f"{server.url}/v1",
        "retries": 0,
        **(model or {}),
    }
    section = ModelSection.model_validate(given)
    door = ModelDoor(
        DoorNeeds(
            settings=section,
            backends=backends_of(section, aws_region="eu-central-1"),
            prompts=shipped_prompts(),
            redactor=redactor or rulings().redactor,
            ledger=ledger or FakeLedger(),
            clock=clock or FakeClock(NOON),
            clients=clients_at(server),
        )
    )
    try:
        yield door
    finally:
        door.close()
