"""A few values in a few sources, each time the fast tests run; all are in the slow."""

import json

import pytest

from bot.masking import Masking
from bot.ports.integration import Payload
from bot.readmodels.alert_docs import envelope_to_doc
from bot.triage import parse
from tests.canary.canaries import canaries, sung
from tests.canary.planting import planted, sample_of
from tests.core import rulings
from tests.integrations.samples import NOW

STEP = 12


@pytest.mark.parametrize("source", ["alertmanager", "webhook"])
def test_no_value_of_a_few_is_left_in_an_alert(source: str) -> None:
    sample = sample_of(source)
    for body in planted(sample, canaries(step=STEP)):
        payload = Payload(body=body, headers={}, received_at=NOW)
        read = parse(payload, source=source, parsers=rulings().integrations)
        for envelope in read.envelopes:
            clean, _ = Masking(rulings().redactor).clean(envelope)
            assert (
                sung(json.dumps(envelope_to_doc(clean), ensure_ascii=False), step=STEP)
                == []
            )


def test_what_is_not_masked_would_be_heard() -> None:
    assert all(sung(f"so {one.secret} is", step=STEP) for one in canaries(step=STEP))
