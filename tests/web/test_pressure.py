"""Alerts are refused only when the disk cannot take them, and everybody can see it."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unreachable
from bot.store.keyfile import FileKeys
from bot.store.sqlite import SqliteStore
from bot.web.accepting import Accepting
from bot.web.alerts import AlertsDoor, Sender
from bot.web.app import web_app
from bot.web.figures import Figures
from bot.web.pressure import LEAST_FREE_BYTES, SLOWEST_S, Pressure
from bot.web.pressure_notice import PressureNotice
from bot.web.tokens import Guesses
from bot.web.traffic import Traffic
from tests.fakes.clock import FakeClock
from tests.serving import Answer, Door, serving
from tests.spec import NOON
from tests.stores import new_store

TOKEN = "t" * 32
PLENTY = 10**12


class House:
    """A door over a store whose disk a test holds up, fills or breaks."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOON)
        self.store: SqliteStore = new_store(folder / "tocsin.db")
        self.free = PLENTY
        self.slowest_s = 0.0
        self.broken = False
        self.accepting = Accepting(self.keep)
        self.pressure = Pressure(
            clock=self.clock,
            waiting=lambda: 0,
            slowest_s=lambda: self.slowest_s,
            free_bytes=lambda: self.free,
        )
        self.figures = Figures(
            store=self.store,
            open_incidents=lambda _: {},
            refused=lambda: self.pressure.refused,
            health=self.pressure.health,
        )
        self.notice = PressureNotice(
            pressure=self.pressure,
            store=self.store,
            clock=self.clock,
            channel="C0INCIDENTS",
        )
        numbers = iter(range(10_000))
        self.door = AlertsDoor(
            clock=self.clock,
            keys=FileKeys(folder / "keys"),
            senders={"webhook": Sender(token=TOKEN)},
            accept=self.accepting.keep,
            find=lambda item: self.store.read(lambda tx: tx.inbox.find(item)),
            pressure=self.pressure,
            traffic=Traffic(),
            new_id=lambda _: f"al_{next(numbers)}",
            accepted=lambda: None,
            admin_token="a" * 32,
            guesses=Guesses(),
        )

    def keep(self, received: Any) -> "Future[Any]":
        if not self.broken:
            return self.store.write(lambda tx: tx.inbox.put_all(received))
        failed: Future[Any] = Future()
        failed.set_exception(
            Unreachable("Nothing was written", because="full", next_move="Look.")
        )
        return failed

    def posts(self) -> list[str]:
        rows = self.store.read(
            lambda tx: tx.tables.execute("SELECT text FROM outbox ORDER BY n")
        )
        return [row["text"] for row in rows]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    app = web_app(
        house.door.routes(),
        is_ready=lambda: True,
        metrics=house.figures.text,
        home=str,
        health=house.pressure.health,
        post_alert=house.door.post,
    )
    with serving(app) as one:
        yield one


def post(door: Door, number: int = 0, path: str = "/alerts/webhook") -> Answer:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    return door.ask("POST", path, b'{"title": "m%d is slow"}' % number, headers)


def metric(door: Door, name: str) -> float:
    lines = door.ask("GET", "/metrics").body.decode().splitlines()
    (value,) = [line.split()[1] for line in lines if line.startswith(name + " ")]
    return float(value)


def refused(answer: Answer) -> tuple[int, str, str]:
    return answer.status, answer.json["error"], answer.headers["retry-after"]


def test_a_full_disk_refuses_until_there_is_room_again(
    house: House, door: Door
) -> None:
    house.free = LEAST_FREE_BYTES - 1
    house.notice.look()
    assert refused(post(door)) == (503, "not_keeping_up", "5")
    house.free = PLENTY
    house.notice.look()
    assert post(door).status == 202


def test_a_write_that_takes_too_long_refuses_what_follows(
    house: House, door: Door
) -> None:
    house.slowest_s = SLOWEST_S + 0.1
    assert refused(post(door)) == (503, "not_keeping_up", "5")
    house.slowest_s = SLOWEST_S
    assert post(door).status == 202


def test_what_the_disk_did_not_take_is_not_said_to_be_kept(
    house: House, door: Door
) -> None:
    house.broken = True
    assert refused(post(door)) == (503, "not_keeping_up", "5")
    house.broken = False
    assert post(door).json["duplicate"] is False


def test_a_refusal_is_seen_everywhere_and_gone_when_it_is_over(
    house: House, door: Door
) -> None:
    house.slowest_s = SLOWEST_S + 0.1
    post(door, 1)
    post(door, 2)
    house.notice.look()
    ready = door.ask("GET", "/readyz")
    assert (ready.status, ready.json["alerts_refused"]["count"]) == (200, 2)
    assert metric(door, "tocsin_alerts_refused_total") == 2
    assert metric(door, "tocsin_alerts_refusing") == 1
    (said,) = house.posts()
    assert "2 payloads were refused" in said
    house.slowest_s = 0.0
    house.clock.go_on(60)
    house.notice.look()
    assert "alerts_refused" not in door.ask("GET", "/readyz").json
    assert metric(door, "tocsin_alerts_refusing") == 0
    (said,) = house.posts()
    assert said.startswith("Alerts are kept again")


def test_a_second_time_is_a_second_message(house: House) -> None:
    for _ in range(2):
        house.pressure.refuse("the disk is nearly full")
        house.notice.look()
        house.clock.go_on(60)
        house.notice.look()
    assert len(house.posts()) == 2


def test_a_notice_that_cannot_be_kept_is_tried_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.pressure.refuse("the disk is nearly full")
    write = house.store.write

    def full(_: Any) -> Any:
        raise Unreachable("Nothing was written", because="full", next_move="Look.")

    monkeypatch.setattr(house.store, "write", full)
    with pytest.raises(Unreachable):
        house.notice.look()
    monkeypatch.setattr(house.store, "write", write)
    house.notice.look()
    assert len(house.posts()) == 1


def test_what_arrives_while_the_disk_is_slow_is_kept_in_the_next_group(
    house: House, door: Door
) -> None:
    held, sizes = threading.Event(), []
    keep = house.keep

    def slowly(received: Any) -> "Future[Any]":
        sizes.append(len(received))
        house.store.write(lambda _: held.wait(10))
        return keep(received)

    house.accepting._keep = slowly
    answers: list[Answer] = []
    senders = [
        threading.Thread(target=lambda n=n: answers.append(post(door, n)))
        for n in range(8)
    ]
    for sender in senders:
        sender.start()
    held.set()
    for sender in senders:
        sender.join()
    assert sorted(one.status for one in answers) == [202] * 8
    assert len({one.json["id"] for one in answers}) == 8
    assert sum(sizes) == 8


def test_the_short_way_answers_as_the_routes_do(house: House, door: Door) -> None:
    assert post(door, path="/alerts/nobody").status == 404
    assert post(door, path="/alerts/webhook/wrong/way").status == 404
    assert post(door, path="/alerts/").status == 404
    assert post(door).headers["x-content-type-options"] == "nosniff"
    assert door.ask("PUT", "/alerts/webhook", b"{}").status == 405


def test_every_alert_of_a_batch_is_found_with_the_digest_of_what_came(
    house: House, door: Door
) -> None:
    item = post(door).json["id"]
    outcome = {"incident": "INC-0001", "alerts": {item: "opened INC-0001"}}
    outcome["alerts"][f"{item}.57"] = "joined INC-0002"  # type: ignore[index]
    house.store.write(lambda tx: tx.inbox.done(item, outcome)).result()
    admin = {"Authorization": f"Bearer {'a' * 32}"}
    found = door.ask("GET", f"/alerts/{item}.57", None, admin).json
    assert (found["id"], found["payload"], found["incident"]) == (
        f"{item}.57",
        item,
        "INC-0002",
    )
    assert len(found["raw_sha256"]) == 64
    assert found["evidence_refs"] == [
        {"kind": "payload", "sealed": item, "digest": f"sha256:{found['raw_sha256']}"}
    ]
    assert door.ask("GET", f"/alerts/{item}.58", None, admin).status == 404
