"""A message of the queue becomes one alert, however often it comes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.alarms import Alarms
from bot.dispatch import read
from bot.ports import InboxItem, Lane
from bot.sealing import unseal_payload
from bot.store.keyfile import FileKeys
from bot.triage import load_integrations
from tests.fakes.clock import FakeClock
from tests.fakes.sns import body_of, message_of
from tests.stores import new_store

ALARM = {"AlarmName": "a", "NewStateValue": "ALARM"}
TRAIL = {"eventSource": "bedrock.amazonaws.com", "eventName": "DeleteGuardrail"}


@dataclass(frozen=True)
class Message:
    id: str
    body: str
    queue: str = "alarms"
    received: int = 1
    dead_letter_of: str = ""


class House:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.keys = FileKeys(folder / "keys")
        self.store = new_store(folder / "tocsin.db")
        self.woken = 0
        self.alarms = Alarms(
            clock=self.clock,
            keys=self.keys,
            accept=lambda received: self.store.write(lambda tx: tx.inbox.put(received)),
            accepted=self.wake,
            integrations=load_integrations(),
        )

    def wake(self) -> None:
        self.woken += 1

    def keep(self, body: Any, name: str = "q-1") -> tuple[InboxItem, bool]:
        text = body if isinstance(body, str) else json.dumps(body)
        return self.keep_message(Message(id=name, body=text))

    def keep_message(self, message: Message) -> tuple[InboxItem, bool]:
        kept, again = self.alarms.keep(message).result(10)
        item = self.store.read(lambda tx: tx.inbox.find(kept))
        assert item is not None
        return item, again


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


def sns(**fields: Any) -> str:
    return body_of(message_of(**fields)).decode()


def test_it_is_kept_sealed_as_it_came_and_the_worker_is_woken(house: House) -> None:
    item, again = house.keep(sns())
    assert not again
    assert item.lane is Lane.ALERTS
    assert item.id.startswith("al_")
    payload = unseal_payload(house.keys, item.sealed, item=item.id, at=item.received_at)
    assert payload.body.decode() == sns()
    assert b"throttles" not in item.sealed
    assert house.woken == 1


@pytest.mark.parametrize("kind", ["heartbeat", "baseline"])
def test_what_only_we_may_say_is_not_believed_out_of_a_queue(
    house: House, kind: str
) -> None:
    forged = {"tocsin": kind, "about": "x", "event": "source_heard"}
    assert house.keep(forged)[0].source not in ("heartbeat", "baseline")


def test_coming_again_it_is_the_same_alert(house: House) -> None:
    first, _ = house.keep("words")
    same, again = house.keep("words")
    assert (same.id, again) == (first.id, True)


def test_sns_counts_before_the_queue(house: House) -> None:
    first, _ = house.keep(sns(), "q-1")
    same, again = house.keep(sns(), "q-2")
    assert (same.id, again) == (first.id, True)


def test_different_messages_stay_different(house: House) -> None:
    found = [
        house.keep("words", "q-1")[0],
        house.keep("words", "q-2")[0],
        house.keep(sns(), "q-3")[0],
        house.keep(sns(message_id="m-2"), "q-4")[0],
        house.keep(sns(message="another sample with the same id"), "q-5")[0],
    ]
    assert len({one.id for one in found}) == 5


@pytest.mark.parametrize(
    ("body", "source"),
    [
        (ALARM, "cloudwatch"),
        (sns(message="AWS Budget Notification"), "aws_cost"),
        (sns(message="Somebody says something"), "cloudwatch"),
        (sns(message=json.dumps(TRAIL)), "aws_cloudtrail"),
        (TRAIL, "aws_cloudtrail"),
        ({"title": "Queue is long"}, "webhook"),
        ("only words", "webhook"),
        ("{ broken", "cloudwatch"),
        ("", "cloudwatch"),
        ("\ud800", "cloudwatch"),
        ("x" * 2_000_000, "cloudwatch"),
    ],
    ids=[
        "alarm",
        "budget",
        "sns",
        "trail",
        "bare",
        "json",
        "text",
        "broken",
        "empty",
        "surrogate",
        "huge",
    ],
)
def test_whatever_comes_is_kept_for_who_can_read_it(
    house: House, body: Any, source: str
) -> None:
    item, _ = house.keep(body)
    assert item.source == source


def test_a_parser_that_fails_does_not_stop_the_queue(house: House) -> None:
    class Failing:
        MANIFEST = load_integrations()["webhook"].MANIFEST

        def recognizes(self, payload: object) -> bool:
            raise RuntimeError

        parse = recognizes

    failing: Any = Failing()
    house.alarms = Alarms(
        clock=house.clock,
        keys=house.keys,
        accept=house.alarms.accept,
        accepted=house.wake,
        integrations={"webhook": failing},
    )
    assert house.keep(ALARM)[0].source == "cloudwatch"


def test_a_dead_letter_says_so_once_it_is_read(house: House) -> None:
    letter = Message(id="q-1", body=json.dumps(ALARM), dead_letter_of="orders")
    item, _ = house.keep_message(letter)
    payload = unseal_payload(house.keys, item.sealed, item=item.id, at=item.received_at)
    name, (made,) = read(payload, item.source, load_integrations())
    assert name == "cloudwatch"
    assert made.notes == (
        "it came from the dead-letter queue (orders): its first reader did not take it",
    )


def test_of_what_cannot_be_kept_an_alert_is_kept_once(house: House) -> None:
    lost = Message(id="q-1", body="secret words", received=5)
    house.alarms.tell_unkept(lost, "OSError")
    house.alarms.tell_unkept(lost, "OSError")
    items = house.store.write(
        lambda tx: tx.inbox.claim(
            Lane.ALERTS, now=house.clock.now(), lease_s=1, limit=9
        )
    ).result(10)
    (item,) = items
    payload = unseal_payload(house.keys, item.sealed, item=item.id, at=item.received_at)
    assert b"secret" not in payload.body
    _, (made,) = read(payload, item.source, load_integrations())
    assert made.title.for_rules() == (
        "A message of the queue alarms cannot be kept: OSError"
    )


def test_where_not_even_that_can_be_kept_the_log_says_so(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: object) -> Any:
        raise OSError

    house.alarms = replace(house.alarms, accept=full)
    house.alarms.tell_unkept(Message(id="q-1", body="x"), "OSError")
    assert caplog.messages == ["an alert of it cannot be kept either: OSError"]
