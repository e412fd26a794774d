"""A vendor's secret at the alerts door: the signature decides, and says nothing."""

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings
from bot.ports import Lane
from bot.store.keyfile import FileKeys
from bot.triage import load_integrations
from bot.web.alerts import AlertsDoor, Sender
from bot.web.app import web_app
from bot.web.tokens import Guesses
from bot.wire_senders import senders
from tests.envelopes.signing import AT, BEFORE, OTHER, SECRET, signed
from tests.fakes.accepting import keeping
from tests.fakes.clock import FakeClock
from tests.serving import Answer, Door, serving
from tests.stores import new_store

pytestmark = pytest.mark.slow
TOKEN = "t" * 32
BODY = b'{"type":"monitor-alert","payload":{"severity":"ALERT"}}'


def sender_of(clock: FakeClock, **source: Any) -> Sender:
    """Return who may post as the plain webhook, as the settings say."""
    given = Settings.model_validate({"sources": {"webhook": source}})
    made = senders(given, load_integrations(), clock=clock, token=TOKEN)
    return made["webhook"]


class House:
    """The door over a real store; the webhook's sender signs as Langfuse does."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(AT)
        self.store = new_store(folder / "tocsin.db")
        ids = itertools.count(1)
        given = {"secret": SECRET, "previous_secret": BEFORE}
        self.door = AlertsDoor(
            clock=self.clock,
            keys=FileKeys(folder / "keys"),
            senders={
                "gateway": sender_of(self.clock, signature="langfuse", **given),
                "queue": sender_of(self.clock, signature="standard_webhooks", **given),
            },
            **keeping(self.store, self.clock, waiting=lambda: 0),
            find=lambda item: self.store.read(lambda tx: tx.inbox.find(item)),
            new_id=lambda _: f"al_{next(ids)}",
            accepted=lambda: None,
            admin_token="a" * 32,
            guesses=Guesses(),
        )

    def kept(self) -> int:
        return sum(self.store.read(lambda tx: tx.inbox.counts(Lane.ALERTS)).values())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    app = web_app(
        house.door.routes(), is_ready=lambda: True, metrics=bytes, home=lambda: ""
    )
    with serving(app) as door:
        yield door


def post(
    door: Door, headers: dict[str, str], body: bytes = BODY, source: str = "gateway"
) -> Answer:
    given = {"Content-Type": "application/json", **headers}
    return door.ask("POST", f"/alerts/{source}", body, given)


def test_the_signature_opens_the_door_and_a_redelivery_is_a_duplicate(
    door: Door, house: House
) -> None:
    first = post(door, signed("langfuse", BODY))
    house.clock.go_on(240)
    again = post(door, signed("langfuse", BODY, at=AT + timedelta(minutes=4)))
    assert (first.status, first.json["duplicate"]) == (202, False)
    assert (again.status, again.json) == (202, {"id": "al_1", "duplicate": True})
    assert house.kept() == 1


def test_the_previous_secret_still_opens_it(door: Door) -> None:
    assert post(door, signed("langfuse", BODY, secret=BEFORE)).status == 202


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        ("unsigned", {}),
        ("unsigned", {"Authorization": f"Bearer {TOKEN}"}),
        ("bad_signature", signed("langfuse", BODY, secret=OTHER)),
        ("bad_signature", signed("langfuse", BODY + b" ")),
        ("stale", signed("langfuse", BODY, at=AT - timedelta(minutes=6))),
        ("stale", signed("langfuse", BODY, at=AT + timedelta(minutes=6))),
    ],
)
def test_what_is_not_signed_so_is_not_kept(
    door: Door, house: House, error: str, headers: dict[str, str]
) -> None:
    answer = post(door, headers)
    assert (answer.status, answer.json["error"]) == (401, error)
    assert answer.json["next_move"].endswith(".")
    assert house.kept() == 0
    shown = json.dumps([answer.json, dict(answer.headers)])
    assert not any(one in shown for one in (SECRET, BEFORE, *headers.values()))


def test_a_signed_id_is_known_again_whatever_the_body_became(
    door: Door, house: House
) -> None:
    post(door, signed("standard_webhooks", BODY), source="queue")
    other = BODY + b"\n"
    again = post(door, signed("standard_webhooks", other), other, source="queue")
    assert (again.status, again.json["duplicate"]) == (202, True)
    assert house.kept() == 1


def test_an_unsigned_id_does_not_hide_another_alert(door: Door, house: House) -> None:
    for body in (BODY, BODY + b"\n"):
        headers = {**signed("langfuse", body), "X-GitHub-Delivery": "1"}
        assert post(door, headers, body).json["duplicate"] is False
    assert house.kept() == 2


def test_a_replay_with_other_headers_is_the_same_alert(
    door: Door, house: House
) -> None:
    for place in range(3):
        extra = {"Ce-Id": str(place), "X-GitHub-Delivery": str(place)}
        assert post(door, {**signed("langfuse", BODY), **extra}).status == 202
    assert house.kept() == 1


def test_guessing_signatures_is_slowed_down(door: Door) -> None:
    wrong = signed("langfuse", BODY, secret=OTHER)
    answers = [post(door, wrong).status for _ in range(31)]
    assert answers == [401] * 30 + [429]
    assert post(door, signed("langfuse", BODY)).status == 202
