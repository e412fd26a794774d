"""The definition of sensitive data: in the log, and the same behind every output."""

import hashlib
import io
import json
import logging
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import logs
from bot.config import Settings
from bot.definitions import record_definition
from bot.domain.codec import decode_definition
from bot.domain.definition_events import DefinitionInForce
from bot.domain.registry import Registry
from bot.ports import Payload
from bot.ports.collect import Collected, Window
from bot.readmodels.definitions import STREAM, definitions, in_force
from bot.redact import Definition, Stream, load_definition
from bot.rulings import Rulings, read_rulings
from bot.sharing.bundle import Subject
from bot.sharing.bundle import bundled as bundle_of
from bot.sharing.gathering import Found, Gathered
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


def record(store: SqliteStore, definition: Definition, overlay: str = "") -> bool:
    return record_definition(store, definition, overlay=overlay, clock=FakeClock(NOON))


def test_a_definition_is_recorded_once(store: SqliteStore) -> None:
    assert record(store, load_definition())
    assert not record(store, load_definition())
    (only,) = recorded(store)
    assert only.digest == load_definition().digest
    assert only.overlay == ""
    assert only.rules > 600
    assert only.rules > only.kinds > 400
    assert only.owner is not None
    assert only.owner.for_rules() == load_definition().owner


def test_another_definition_is_recorded_and_the_way_back_too(
    store: SqliteStore,
) -> None:
    site = load_definition(OVERLAY)
    assert record(store, load_definition())
    assert record(store, site, OVERLAY)
    assert record(store, load_definition())
    first, second, third = recorded(store)
    assert first.digest == third.digest != second.digest == site.digest
    assert second.overlay == hashlib.sha256(OVERLAY.encode()).hexdigest()
    assert second.owner is not None
    assert second.owner.for_rules() == "security@example.org"
    assert second.kept == ("phone",)


def test_an_entry_s_position_says_by_which_definition_its_words_were_masked(
    store: SqliteStore,
) -> None:
    record(store, load_definition())
    record(store, load_definition(OVERLAY), OVERLAY)
    known = store.read(definitions)
    first, second = (one.seq for one in known)
    assert in_force(known, first) == known[0]
    assert in_force(known, second - 1) == known[0]
    assert in_force(known, second + 7) == known[1]
    assert in_force(known, first - 1) is None
    assert "with the overlay" in known[1].told()
    assert "keeps phone" in known[1].told()


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
    found = Found(by="notes", file=file, at=NOON)
    made = bundle_of(
        about,
        Gathered(found=(found,)),
        rulings.redactor,
        took=timedelta,
        began_at=NOON,
        late=bool,
    )
    return made.content.decode()


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
