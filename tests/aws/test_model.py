"""A model of Bedrock is asked in the practice cloud, with a role that can only ask."""

from dataclasses import replace

import pytest

from bot.assistant.door import ModelDoor
from bot.aws.door import AwsDoor
from bot.aws.mint import MODEL_ROLE
from bot.config import Settings
from bot.config.model import ModelSection
from bot.ports.model import NoAnswer, Why
from bot.wire_model import ModelNeeds, build_model
from tests.assistant.doors import question
from tests.cloud import Cloud
from tests.core import rulings
from tests.fakes.clock import FakeClock
from tests.fakes.ledger import FakeLedger

pytestmark = pytest.mark.slow
MODEL = "anthropic.claude-3-haiku-20240307-v1:0"


def asked(aws: AwsDoor, ledger: FakeLedger) -> object:
    told = ModelSection(provider="bedrock", name=MODEL, region="us-east-1")
    model = build_model(
        ModelNeeds(
            settings=Settings(model=told),
            redactor=rulings().redactor,
            ledger=ledger,
            clock=FakeClock(),
            aws=aws,
        )
    )
    assert isinstance(model, ModelDoor)
    try:
        return model.ask(question())
    finally:
        model.close()


def test_bedrock_is_asked_with_the_role_of_the_model(cloud: Cloud) -> None:
    aws = AwsDoor(clock=FakeClock())
    aws.connect(replace(cloud.settings))
    ledger = FakeLedger()
    found = asked(aws, ledger)
    # The look-alike answers with a sentence, which is not of the shape.
    assert isinstance(found, NoAnswer)
    assert found.why is Why.GARBAGE
    assert ledger.outcomes == ["garbage"]
    arn = aws.model().client("sts").get_caller_identity()["Arn"]
    assert f":assumed-role/{MODEL_ROLE}/" in arn


def test_without_an_account_nobody_is_asked() -> None:
    found = asked(AwsDoor(clock=FakeClock()), FakeLedger())
    assert isinstance(found, NoAnswer)
    assert (found.why, found.says) == (
        Why.UNREACHABLE,
        "no AWS account is connected",
    )
