"""Each payload is known by its shape, and no content of it gets into an alert."""

import pytest

from tests.integrations.samples import SAMPLES, Sample
from tests.integrations.triaging import PARSERS, PRIVATE

OURS = (
    *("litellm", "langfuse", "langsmith", "portkey", "kong_ai", "lakera"),
    *("hiddenlayer", "nemo_guardrails", "llm_guard", "model_armor", "prompt_shields"),
    *("garak", "modelscan", "evidently", "otel_genai"),
)


def _id(sample: Sample) -> str:
    return f"{sample.source}/{sample.name}"


@pytest.mark.parametrize("name", OURS)
def test_a_gateway_claims_only_what_is_its_own(name: str) -> None:
    parser = PARSERS[name]
    claimed = {one.source for one in SAMPLES if parser.recognizes(one.payload)}
    assert claimed == {name}


@pytest.mark.parametrize(
    "sample",
    [one for one in SAMPLES if one.source in OURS and PRIVATE.encode() in one.body],
    ids=_id,
)
def test_what_was_asked_or_answered_is_in_no_alert(sample: Sample) -> None:
    for one in PARSERS[sample.source].parse(sample.payload):
        kept = [
            one.title.for_rules(),
            *(text.for_rules() for text in one.texts.values()),
        ]
        kept += [entity.id for entity in one.entities]
        assert not [text for text in kept if PRIVATE in text]
