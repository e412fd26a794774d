"""The alerts door: who may post, what is refused, and that a 202 is durable."""

import gzip
import itertools
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.ports import InboxItem, Lane
from bot.sealing import unseal_payload
from bot.store.keyfile import FileKeys
from bot.web.alerts import AlertsDoor, Sender
from bot.web.app import web_app
from bot.web.tokens import Guesses
from tests.fakes.accepting import keeping
from tests.serving import Answer, Door, serving
from tests.spec import NOON
from tests.stores import new_store

TOKEN, PATH_SECRET, ADMIN = "t" * 32, "p" * 32, "a" * 32
ALERT = b'{"title": "Queue is long"}'
BOMB, CUT = gzip.compress(bytes(2**21)), gzip.compress(ALERT)[:-9]


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


class House:
    """The door over a real store and real keys."""

    def __init__(self, folder: Path) -> None:
        self.clock = TestClock()
        self.is_full = False
        self.store = new_store(folder / "tocsin.db")
        self.keys = FileKeys(folder / "keys")
        ids = itertools.count(1)
        self.door = AlertsDoor(
            clock=self.clock,
            keys=self.keys,
            senders={
                "webhook": Sender(token=TOKEN, path_secret=PATH_SECRET),
                "alertmanager": Sender(token="other" * 8),
            },
            **keeping(
                self.store,
                self.clock,
                waiting=lambda: 10**9 if self.is_full else 0,
            ),
            find=self.find,
            new_id=lambda _: f"al_{next(ids)}",
            accepted=lambda: None,
            admin_token=ADMIN,
            guesses=Guesses(),
        )

    def find(self, item: str) -> InboxItem | None:
        return self.store.read(lambda tx: tx.inbox.find(item))

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
    door: Door, body: object = ALERT, path: str = "/alerts/webhook", **headers: str
) -> Answer:
    given = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    given |= {name.replace("_", "-"): text for name, text in headers.items()}
    return door.ask("POST", path, body, given)


def test_a_kept_alert_is_on_disk_before_its_202(door: Door, house: House) -> None:
    answer = post(door)
    assert (answer.status, answer.json) == (202, {"id": "al_1", "duplicate": False})
    with sqlite3.connect(house.store.path) as elsewhere:
        assert elsewhere.execute("SELECT count(*) FROM inbox").fetchone() == (1,)


def test_a_byte_equal_redelivery_gets_the_first_id(door: Door, house: House) -> None:
    post(door)
    again = post(door)
    assert (again.status, again.json) == (202, {"id": "al_1", "duplicate": True})
    assert house.kept() == 1


def test_the_same_bytes_for_another_source_are_another_alert(door: Door) -> None:
    post(door)
    other = "Bearer " + "other" * 8
    answer = post(door, path="/alerts/alertmanager", Authorization=other)
    assert answer.json["duplicate"] is False


def test_the_raw_payload_lies_sealed(door: Door, house: House) -> None:
    post(door)
    item = house.find("al_1")
    assert item is not None
    assert b"Queue" not in item.sealed
    opened = unseal_payload(house.keys, item.sealed, item="al_1", at=NOON)
    assert opened.body == ALERT
    assert "authorization" not in opened.headers


def test_who_may_send_may_ask_first_whether_it_may(door: Door) -> None:
    asks = {"WebHook-Request-Origin": "events.example"}
    path = f"/alerts/webhook/{PATH_SECRET}"
    answer = door.ask("OPTIONS", path, headers=asks)
    assert answer.status == 200
    assert answer.headers["webhook-allowed-origin"] == "events.example"
    assert answer.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize(
    ("path", "status"),
    [("/alerts/webhook", 401), ("/alerts/webhook/wrong", 401), ("/alerts/none", 404)],
)
def test_a_stranger_is_not_told_that_it_may_send(
    door: Door, path: str, status: int
) -> None:
    answer = door.ask("OPTIONS", path, headers={"WebHook-Request-Origin": "x.example"})
    assert answer.status == status
    assert "webhook-allowed-origin" not in answer.headers


def test_a_secret_in_the_path_opens_the_door(door: Door) -> None:
    path = f"/alerts/webhook/{PATH_SECRET}"
    assert post(door, path=path, Authorization="").status == 202
    assert post(door, path="/alerts/webhook/wrong", Authorization="").status == 401


@pytest.mark.parametrize(
    ("status", "error", "change"),
    [
        (404, "unknown_source", {"path": "/alerts/nagios"}),
        (401, "unauthorized", {"Authorization": ""}),
        (401, "unauthorized", {"Authorization": "Bearer wrong"}),
        (401, "unauthorized", {"Authorization": f"Basic {TOKEN}"}),
        (400, "empty", {"body": b""}),
        (400, "empty", {"body": b" \n"}),
        (413, "too_large", {"body": b"x" * (1024 * 1024 + 1)}),
        (413, "too_large", {"body": BOMB, "Content_Encoding": "gzip"}),
        (400, "not_readable", {"body": b"plain", "Content_Encoding": "gzip"}),
        (400, "not_readable", {"body": CUT, "Content_Encoding": "gzip"}),
        (400, "not_readable", {"Content_Encoding": "br"}),
        (415, "unsupported_media_type", {"Content_Type": "image/png"}),
        (415, "unsupported_media_type", {"Content_Type": "multipart/form-data"}),
    ],
)
def test_every_refusal_says_what_why_and_the_next_move(
    door: Door, house: House, status: int, error: str, change: dict[str, object]
) -> None:
    answer = post(door, **change)  # type: ignore[arg-type]
    assert (answer.status, answer.json["error"]) == (status, error)
    assert set(answer.json) == {"error", "what", "because", "next_move"}
    assert answer.json["next_move"].endswith(".")
    assert TOKEN.encode() not in answer.body
    assert house.kept() == 0


def test_a_stranger_learns_no_name_of_a_source(door: Door) -> None:
    answer = post(door, path="/alerts/nagios", Authorization="")
    assert answer.json["error"] == "unknown_source"
    assert "alertmanager" not in answer.body.decode()


def test_a_body_that_never_says_its_length_gets_the_same_answer(door: Door) -> None:
    chunks = (b"x" * 65536 for _ in range(500))
    assert post(door, chunks).status == 413


def test_thirty_megabytes_get_an_answer_and_are_not_kept(
    door: Door, house: House
) -> None:
    assert post(door, b"x" * 30_000_000).json["error"] == "too_large"
    assert house.kept() == 0


def test_rubbish_is_kept_all_the_same(door: Door, house: House) -> None:
    for body in (b"\xff\xfe\x00", b"{" * 100, b"not json", b"[]", b"null"):
        assert post(door, body).status == 202
    assert house.kept() == 5


def test_gzip_is_inflated(door: Door, house: House) -> None:
    assert post(door, gzip.compress(ALERT), Content_Encoding="gzip").status == 202
    item = house.find("al_1")
    assert item is not None
    assert unseal_payload(house.keys, item.sealed, item="al_1", at=NOON).body == ALERT


def test_when_the_disk_does_not_keep_up_the_sender_is_asked_to_wait(
    door: Door, house: House
) -> None:
    house.is_full = True
    answer = post(door)
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    assert house.kept() == 0


def test_guessing_tokens_is_slowed_down_and_the_right_one_still_works(
    door: Door, house: House
) -> None:
    answers = [post(door, Authorization="Bearer wrong").status for _ in range(32)]
    assert answers == [401] * 30 + [429] * 2
    assert post(door).status == 202
    house.clock.at += timedelta(minutes=2)
    assert post(door, Authorization="Bearer wrong").status == 401


def test_what_became_of_an_alert_is_behind_the_admin_token(
    door: Door, house: House
) -> None:
    post(door)
    house.store.write(
        lambda tx: tx.inbox.done("al_1", {"outcome": "opens", "incident": "INC-0001"})
    ).result()
    asked = {"Authorization": f"Bearer {ADMIN}"}
    shown = door.ask("GET", "/alerts/al_1", headers=asked)
    assert (shown.status, shown.json["state"]) == (200, "done")
    assert shown.json["incident"] == "INC-0001"
    assert door.ask("GET", "/alerts/al_9", headers=asked).status == 404
    assert door.ask("GET", "/alerts/al_1").status == 401
    wrong = {"Authorization": f"Bearer {TOKEN}"}
    assert door.ask("GET", "/alerts/al_1", headers=wrong).status == 401


def test_other_addresses_and_methods_are_refused_in_the_same_words(door: Door) -> None:
    assert door.ask("GET", "/nothing").json["error"] == "not_found"
    assert door.ask("DELETE", "/healthz").json["error"] == "method_not_allowed"


def test_every_answer_forbids_sniffing_and_caching(door: Door) -> None:
    headers = door.ask("GET", "/healthz").headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
