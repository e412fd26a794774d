"""No value reaches a model, and none that a model writes comes back unmasked.

Real langchain speaks with a stand-in, which keeps every byte it was sent.
"""

import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from bot.domain.untrusted import Untrusted
from bot.ports.model import Answered, Told
from bot.spending import StoredLedger
from tests.assistant.doors import door_to, question
from tests.canary.canaries import Canary, canaries, sung
from tests.core import rulings
from tests.fakes.model_server import Says, Script, model_server
from tests.stores import new_store

pytestmark = pytest.mark.slow
AT_ONCE = 18


def batches() -> Iterator[Sequence[Canary]]:
    values = canaries()
    for n in range(0, len(values), AT_ONCE):
        yield values[n : n + AT_ONCE]


def told_of(values: Sequence[Canary], n: int) -> tuple[Told, ...]:
    """Return an incident's fields: each value as a text, some also as a name."""
    texts = [
        Told(id=f"al_{n}.{at}", name="description", text=Untrusted(f"so {one.text}"))
        for at, one in enumerate(values)
    ]
    names = [
        Told(id=f"name_{at}", name=one.text, text=Untrusted("a name nobody knows"))
        for at, one in enumerate(values[:6])
    ]
    return (*texts, *names)


def answers(values: Sequence[Canary]) -> dict[str, Any]:
    """Return an answer in the right shape that gives every value away."""
    claims = [{"text": one.text, "evidence": ["al_1"]} for one in values]
    return {"claims": claims, "unknown": [one.text for one in values[:3]]}


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Ask about every value, hear every value; return what was where."""
    folder = tmp_path_factory.mktemp("model")
    store = new_store(folder / "tocsin.db")
    log = _Lines()
    logging.getLogger().addHandler(log)
    left: list[tuple[Answered[Any], int]] = []
    no_limit = {"calls_per_incident": 0, "tokens_per_incident": 0}
    told = {**no_limit, "fallbacks": ["spare", "angry"], "answer_tokens": 32000}
    try:
        with model_server() as server:
            ledger = StoredLedger(store)
            with door_to(server, ledger=ledger, model=told) as door:
                for n, values in enumerate(batches()):
                    server.models.update(_three(values))
                    found = door.ask(question(*told_of(values, n)))
                    assert isinstance(found, Answered), found
                    left.append((found, len(values)))
            sent = server.everything()
    finally:
        logging.getLogger().removeHandler(log)
        store.close()
    return {
        "sent": sent,
        "answers": "\n".join(_read(found) for found, _ in left).encode(),
        "left out": str(sum(found.left_out for found, _ in left)).encode(),
        "values": str(sum(one for _, one in left)).encode(),
        "log": "\n".join(log.lines).encode(),
        "files": b"".join(one.read_bytes() for one in folder.iterdir()),
    }


def _three(values: Sequence[Canary]) -> dict[str, Script]:
    """Return models that fail with the values, and one that answers with them."""
    texts = "\n".join(one.text for one in values)
    return {
        "m": lambda _n, _sent: Says(status=400, text=texts),
        "spare": lambda _n, _sent: Says(text=texts),
        "angry": lambda _n, _sent: Says(value=answers(values)),
    }


def _read(found: Answered[Any]) -> str:
    texts = [one.text.for_redaction() for one in found.value.claims]
    texts += [one.for_redaction() for one in found.value.unknown]
    assert found.masked
    return "\n".join((*texts, repr(found)))


class _Lines(logging.Handler):
    """What the bot would write: every line, through the redactor's formatter."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("bot."):
            self.lines.append(f"{record.getMessage()} {record.exc_info}")


@pytest.mark.parametrize("where", ["sent", "answers", "log", "files"])
def test_no_value_comes_to_light_at_a_model(
    heard: dict[str, bytes], where: str
) -> None:
    assert sung(heard[where])[:5] == []


def test_everything_was_really_said(heard: dict[str, bytes]) -> None:
    assert int(heard["left out"]) == 0
    assert int(heard["values"]) == len(canaries()) > 500
    # As the library escapes it, or as it stands.
    marks = heard["sent"].count("\u2039".encode()) + heard["sent"].count(b"\\u2039")
    assert marks > len(canaries())
    assert heard["answers"].decode().count("\u2039") > len(canaries())


def test_a_value_in_an_answer_has_the_placeholder_it_had_in_the_question() -> None:
    value = canaries()[0]
    named = rulings().redactor.redact(value.text, scope="INC-0001").text
    with (
        model_server(m=Says(value=answers([value]))) as server,
        door_to(server) as door,
    ):
        found = door.ask(question(Told(id="al_1", text=Untrusted(value.text))))
    assert isinstance(found, Answered)
    assert found.value.claims[0].text == Untrusted(named)
    sent = json.loads(server.heard[0][server.heard[0].index(b"{") :])
    assert named in sent["messages"][1]["content"]
