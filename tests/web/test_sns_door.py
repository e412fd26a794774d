"""SNS at the alerts door: the signature decides, and nothing else is ever opened."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import Unreachable
from bot.ports import Lane
from bot.store.keyfile import FileKeys
from bot.web.alerts import AlertsDoor, Sender
from bot.web.app import web_app
from bot.web.sns import SnsSignature
from bot.web.sns_certificates import Certificates
from bot.web.tokens import Guesses
from tests.fakes.accepting import keeping
from tests.fakes.clock import FakeClock
from tests.fakes.sns import (
    CERTIFICATE_NAME,
    CERTIFICATE_URL,
    HOST,
    NOON,
    TOPIC,
    Signer,
    asking,
    body_of,
    message_of,
)
from tests.serving import Answer, Door, serving
from tests.stores import new_store

TOKEN, PATH_SECRET = "t" * 32, "p" * 32
SNS = Signer()
OTHER_TOPIC = "arn:aws:sns:eu-central-1:999999999999:strangers"


class Aws:
    """What stands at SNS's addresses, and who asked for what."""

    def __init__(self) -> None:
        self.pages = {CERTIFICATE_URL: SNS.certificate()}
        self.asked: list[str] = []
        self.is_down = False

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if self.is_down or (url not in self.pages and "ConfirmSub" not in url):
            raise Unreachable("x", because="x", next_move="x")
        return self.pages.get(url, b"")


class House:
    """The door over a real store, with the topics that its settings name."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOON)
        self.aws = Aws()
        self.store = new_store(folder / "tocsin.db")
        self.signature = SnsSignature(
            topics=frozenset({TOPIC}),
            certificates=Certificates(fetch=self.aws),
            confirm=self.aws,
            clock=self.clock,
        )
        ids = itertools.count(1)
        self.door = AlertsDoor(
            clock=self.clock,
            keys=FileKeys(folder / "keys"),
            senders={},
            **keeping(self.store, self.clock),
            find=lambda item: self.store.read(lambda tx: tx.inbox.find(item)),
            new_id=lambda _: f"al_{next(ids)}",
            accepted=lambda: None,
            admin_token="a" * 32,
            guesses=Guesses(),
        )

    def kept(self) -> int:
        return sum(self.store.read(lambda tx: tx.inbox.counts(Lane.ALERTS)).values())

    def with_signature(self, **changed: Any) -> AlertsDoor:
        signed = replace(self.signature, **changed)
        sender = Sender(token=TOKEN, path_secret=PATH_SECRET, signed=signed)
        return replace(self.door, senders={"cloudwatch": sender})


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    with served(house.with_signature()) as one:
        yield one


def served(door: AlertsDoor) -> Any:
    routes = door.routes()
    return serving(web_app(routes, is_ready=lambda: True, metrics=bytes, home=str))


def post(door: Door, body: bytes, path: str = "", **headers: str) -> Answer:
    given = {"Content-Type": "text/plain; charset=UTF-8"}
    given |= {name.replace("_", "-"): text for name, text in headers.items()}
    return door.ask("POST", f"/alerts/cloudwatch{path}", body, given)


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_message_of_our_topic_is_kept(
    door: Door, house: House, version: str
) -> None:
    assert post(door, SNS.post(signature_version=version)).status == 202
    assert house.kept() == 1


def test_the_certificate_is_fetched_once(door: Door, house: House) -> None:
    for number in range(3):
        assert post(door, SNS.post(message_id=f"m-{number}")).status == 202
    assert house.aws.asked == [CERTIFICATE_URL]


def test_sent_again_it_is_the_same_alert(door: Door, house: House) -> None:
    first, again = (post(door, SNS.post()).json for _ in range(2))
    assert (first["duplicate"], again["duplicate"]) == (False, True)
    assert first["id"] == again["id"]
    house.clock.go_on(60)
    wrapped = json.dumps(json.loads(SNS.post()), indent=3).encode()
    assert post(door, wrapped).json["duplicate"] is True


def test_the_token_does_not_stand_in_for_a_signature(door: Door, house: House) -> None:
    unsigned = body_of(message_of())
    for body in (unsigned, b'{"AlarmName": "a", "NewStateValue": "ALARM"}', b"{"):
        answer = post(door, body, Authorization=f"Bearer {TOKEN}")
        assert answer.status == 401
        assert post(door, body, path=f"/{PATH_SECRET}").status == 401
    assert house.kept() == 0


def test_raw_delivery_is_told_what_to_change(door: Door) -> None:
    answer = post(door, b"{}", x_amz_sns_rawdelivery="true")
    assert answer.status == 401
    assert answer.json["because"] == "raw delivery carries no signature"
    assert "raw message delivery off" in answer.json["next_move"]


@pytest.mark.parametrize(
    "body",
    [
        Signer(which="thief").post(),
        body_of(replace(SNS.sign(message_of()), message="changed")),
        body_of(replace(SNS.sign(message_of()), signature_version="9")),
    ],
    ids=["another key", "changed", "no such version"],
)
def test_a_forged_message_is_refused(door: Door, house: House, body: bytes) -> None:
    answer = post(door, body)
    assert (answer.status, answer.json["error"]) == (401, "bad_signature")
    assert house.kept() == 0


def test_a_strangers_topic_is_refused_before_anything_is_fetched(
    door: Door, house: House
) -> None:
    answer = post(door, SNS.post(topic=OTHER_TOPIC))
    assert (answer.status, answer.json["error"]) == (401, "topic_not_named")
    assert "[sources.cloudwatch] topics" in answer.json["next_move"]
    assert house.aws.asked == []


@pytest.mark.parametrize(
    "url", ["https://evil.example/a.pem", f"http://{HOST}/a.pem", "", "file:///a.pem"]
)
def test_no_other_host_is_asked_for_a_certificate(
    door: Door, house: House, url: str
) -> None:
    answer = post(door, SNS.post(signing_cert_url=url))
    assert (answer.status, answer.json["error"]) == (401, "bad_certificate_address")
    assert house.aws.asked == []


def test_what_is_old_is_refused_and_what_sns_still_tries_is_not(
    door: Door, house: House
) -> None:
    body = SNS.post()
    house.clock.go_on(65 * 60 + 1)
    assert post(door, body).json["error"] == "bad_signature"
    house.clock.go_on(-2)
    assert post(door, body).status == 202


def test_without_its_certificate_sns_is_asked_to_try_again(
    door: Door, house: House
) -> None:
    house.aws.is_down = True
    answer = post(door, SNS.post())
    assert answer.status == 503
    assert answer.headers["retry-after"] == "5"
    house.aws.is_down = False
    assert post(door, SNS.post()).status == 503  # a refusal is remembered a minute
    house.clock.go_on(61)
    assert post(door, SNS.post()).status == 202


def test_invented_certificates_are_fetched_only_so_often(
    door: Door, house: House
) -> None:
    assert post(door, SNS.post()).status == 202
    for number in range(30):
        url = f"https://{HOST}/invented-{number}.pem"
        post(door, SNS.post(signing_cert_url=url, message_id="x"))
    assert len(house.aws.asked) == 10
    assert post(door, SNS.post(message_id="m-2")).status == 202  # known is known


def test_guessing_is_slowed_down_and_does_not_lock_sns_out(
    door: Door, house: House
) -> None:
    forged = Signer(which="thief").post()
    statuses = [post(door, forged).status for _ in range(31)]
    assert statuses == [401] * 30 + [429]
    assert post(door, SNS.post()).status == 202


def test_our_topic_is_subscribed_by_itself(door: Door, house: House) -> None:
    asks = asking()
    assert post(door, SNS.post(**asks)).status == 202
    assert house.aws.asked == [CERTIFICATE_URL, asks["subscribe_url"]]


def test_an_unsigned_request_to_subscribe_opens_nothing(
    door: Door, house: House
) -> None:
    assert post(door, Signer(which="thief").post(**asking())).status == 401
    assert house.aws.asked == [CERTIFICATE_URL]


@pytest.mark.parametrize(
    "url",
    [
        f"https://evil.example/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=tok",
        f"https://{HOST}/?Action=DeleteTopic&TopicArn={TOPIC}&Token=tok",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_even_signed_no_other_address_is_opened(
    door: Door, house: House, url: str
) -> None:
    answer = post(door, SNS.post(**asking(subscribe_url=url)))
    assert (answer.status, answer.json["error"]) == (401, "bad_confirmation_address")
    assert house.aws.asked == [CERTIFICATE_URL]
    assert house.kept() == 0


def test_a_confirmation_that_fails_is_asked_for_again(door: Door, house: House) -> None:
    post(door, SNS.post())
    house.aws.is_down = True
    assert post(door, SNS.post(**asking())).status == 503


def test_an_unsubscription_is_kept_and_not_answered(door: Door, house: House) -> None:
    ended = asking(kind=message_of().kind.UNSUBSCRIBED)
    assert post(door, SNS.post(**ended)).status == 202
    assert house.aws.asked == [CERTIFICATE_URL]


def test_without_topics_the_token_decides(house: House) -> None:
    with served(house.with_signature(topics=frozenset())) as door:
        unsigned = body_of(message_of())
        assert post(door, unsigned).status == 401
        assert post(door, unsigned, Authorization=f"Bearer {TOKEN}").status == 202
        assert post(door, unsigned, path=f"/{PATH_SECRET}").status == 202
    assert house.aws.asked == []


def test_without_topics_no_subscription_is_confirmed(house: House) -> None:
    with served(house.with_signature(topics=frozenset())) as door:
        answer = post(door, SNS.post(**asking()), path=f"/{PATH_SECRET}")
    assert answer.status == 401
    assert answer.json == {
        "error": "topic_not_named",
        "what": "The alert was not kept",
        "because": "the subscription was not confirmed, as the settings name no topic",
        "next_move": "Name the topic under [sources.cloudwatch] topics, restart, and "
        "ask SNS to confirm again (Request confirmation).",
    }
    assert house.aws.asked == []


def test_pinned_certificates_are_the_only_ones(house: House, tmp_path: Path) -> None:
    pinned = Certificates(fetch=house.aws, pinned=tmp_path)
    with served(house.with_signature(certificates=pinned)) as door:
        answer = post(door, SNS.post())
        assert (answer.status, answer.json["error"]) == (401, "certificate_not_pinned")
        (tmp_path / CERTIFICATE_NAME).write_bytes(SNS.certificate())
        assert post(door, SNS.post()).status == 202
    assert house.aws.asked == []


def test_an_over_certificate_ends_the_trust(door: Door, house: House) -> None:
    house.clock.go_on(timedelta(days=1, seconds=1).total_seconds())
    fresh = "2026-05-05T12:00:01Z"
    answer = post(door, SNS.post(timestamp=fresh))
    assert answer.json["because"] == "its certificate is not valid now"
