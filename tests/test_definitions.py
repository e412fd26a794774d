"""The definition of sensitive data: in the log, and the same behind every output."""

import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.config import Settings
from bot.definitions import STREAM, record_definition
from bot.domain.codec import decode_definition
from bot.domain.definition_events import DefinitionInForce
from bot.domain.registry import Registry
from bot.ports import Payload
from bot.ports.collect import Collected, Window
from bot.redact import Definition, Stream, load_definition
from bot.rulings import Rulings, read_rulings
from bot.sharing.bundle import Subject, document
from bot.store.sqlite import SqliteStore
from tests.fakes.clock import FakeClock
from tests.spec import NOON
from tests.stores import new_store

TICKET = "HR-" + "123456"
OVERLAY = """
owner: security@example.org
rules: [{kind: ticket, group: site, pattern: 'HR-[0-9]{6}'}]
keep: {phone: the desk's own numbers stand there}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    made = new_store(tmp_path / "tocsin.db")
    yield made
    made.close()


def recorded(store: SqliteStore) -> list[DefinitionInForce]:
    entries = store.read(lambda tx: tx.log.load(STREAM))
    return [decode_definition(e.kind, e.body, e.words) for e in entries]


def record(store: SqliteStore, definition: Definition) -> bool:
    return record_definition(store, definition, clock=FakeClock(NOON))


def test_a_definition_is_recorded_once(store: SqliteStore) -> None:
    assert record(store, load_definition())
    assert not record(store, load_definition())
    (only,) = recorded(store)
    assert only.digest == load_definition().digest
    assert not only.overlaid
    assert only.rules > 600


def test_another_definition_is_recorded_and_the_way_back_too(
    store: SqliteStore,
) -> None:
    site = load_definition(OVERLAY)
    assert [record(store, one) for one in (load_definition(), site)] == [True, True]
    assert record(store, load_definition())
    first, second, third = recorded(store)
    assert first.digest == third.digest != second.digest == site.digest
    assert second.overlaid
    assert second.kept == ("phone",)


def rulings_with(folder: Path, overlay: str) -> Rulings:
    path = folder / "redaction.yaml"
    path.write_text(overlay, encoding="utf-8")
    settings = Settings.model_validate({"redact": {"overlay": path}})
    return read_rulings(settings, key=b"k" * 32, registry=Registry(()))


def triaged(rulings: Rulings) -> str:
    body = {"title": "Tool failing", "severity": "high", "note": f"see {TICKET}"}
    payload = Payload(
        body=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
        received_at=NOON,
    )
    envelope = rulings.understand(payload, "webhook", "ALR-1").alerts[0].envelope
    texts = (envelope.title, *envelope.texts.values())
    return " ".join(text.for_rules() for text in texts)


def logged(rulings: Rulings) -> str:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs._Line(rulings.redactor))
    handler.emit(logging.LogRecord("bot", 20, "", 1, f"see {TICKET}", None, None))
    return written.getvalue()


def bundled(rulings: Rulings) -> str:
    file = Collected(name="notes.txt", content=f"see {TICKET}", says="Notes.")
    window = Window(since=NOON, until=NOON)
    about = Subject(incident="INC-0001", exercise=False, alerts=(), window=window)
    return document(about, [file], rulings.redactor).decode()


def streamed(rulings: Rulings) -> str:
    return "".join(Stream(rulings.redactor).feed([f"see {TICKET}\n"]))


def valued(rulings: Rulings) -> str:
    value: Mapping[str, Any] = {"note": [f"see {TICKET}"]}
    return str(rulings.redactor.redact_value(value)[0])


@pytest.mark.parametrize("output", [triaged, logged, bundled, streamed, valued])
def test_changing_the_definition_changes_every_output(
    tmp_path: Path, output: Callable[[Rulings], str]
) -> None:
    assert TICKET in output(rulings_with(tmp_path, "keep: {}"))
    masked = output(rulings_with(tmp_path, OVERLAY))
    assert TICKET not in masked
    assert "ticket:" in masked
