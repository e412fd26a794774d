"""No value of any kind, in any field of any source, comes to light in what is kept."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.masking import Masking
from bot.ports.integration import Payload
from bot.readmodels.alert_docs import envelope_to_doc
from bot.triage import parse
from tests.canary.canaries import canaries, sung
from tests.canary.planting import carriers, headers_with, planted
from tests.core import Core, rulings
from tests.integrations.samples import NOW, SAMPLES

SOURCES = sorted({one.source for one in SAMPLES})


# Parts of values that are no secrets by themselves, and stay.
LEFT = (
    b"4071836925",  # the number of a webhook, where its token was cut off with a path
    b"tskey-aB3dE",  # the beginning of a name that its own full stop divides
)


def shown(source: str, body: bytes, headers: Mapping[str, str]) -> str:
    """Return the alerts of a payload as they are kept, ignored ones too."""
    payload = Payload(body=body, headers=headers, received_at=NOW)
    read = parse(payload, source=source, parsers=rulings().integrations)
    clean = (Masking(rulings().redactor).clean(one)[0] for one in read.envelopes)
    docs = [envelope_to_doc(one) for one in clean]
    return json.dumps(docs, ensure_ascii=False)


def files_of(core: Core, folder: Path) -> bytes:
    """Return every byte that the core keeps but its keys."""
    core.store.close()
    kept = sorted(one for one in folder.rglob("*") if one.is_file())
    return b"\n".join(one.read_bytes() for one in kept if "keys" not in one.parts)


@pytest.mark.slow
def test_nearly_every_kind_of_the_definition_has_a_value() -> None:
    kinds = {one.kind for one in rulings().redactor.definition.rules if not one.kept}
    assert len({one.kind for one in canaries()}) >= len(kinds) * 0.9


@pytest.mark.slow
@pytest.mark.parametrize("source", SOURCES)
def test_nothing_that_a_source_says_is_kept_where_it_can_be_read(
    tmp_path: Path, source: str
) -> None:
    core = Core(tmp_path)
    ours = [one for one in SAMPLES if one.source == source]
    richest = max(ours, key=lambda one: len(carriers(one)))
    values = canaries()
    for sample in ours:
        wanted = values if sample is richest else values[: len(carriers(sample))]
        for n, body in enumerate(planted(sample, wanted)):
            headers = headers_with(sample, values[n % len(values)])
            core.post(body, source=source, headers=headers)
            if sample is richest:
                assert sung(shown(source, body, headers), kept=LEFT) == []
    core.settle()
    seen = str(core.outbox()) + str(core.service.board())
    assert sung(seen) == []
    assert sung(files_of(core, tmp_path)) == []
