"""What is believed to come from SNS: the right key, the right text, the right time."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import Unparsed
from bot.envelopes.sns import SnsKind, SnsMessage
from bot.envelopes.sns_signature import (
    check_signature,
    check_time,
    is_certificate_address,
    is_confirmation_address,
    signed_text,
)
from tests.fakes.sns import (
    CERTIFICATE_URL,
    HOST,
    NOON,
    TOPIC,
    Signer,
    asking,
    message_of,
)

SNS = Signer()
PEM = SNS.certificate()


def believed(message: SnsMessage, pem: bytes = PEM) -> bool:
    try:
        check_signature(message, pem, now=NOON)
    except Unparsed:
        return False
    return True


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("fields", [{}, {"subject": "ALARM"}, asking()])
def test_what_sns_signed_is_believed(version: str, fields: dict[str, Any]) -> None:
    signed = SNS.sign(message_of(signature_version=version, **fields))
    assert believed(signed)


def test_the_signed_text_is_the_one_of_the_guide() -> None:
    message = message_of(subject="My First Message", message="Hello world!")
    assert signed_text(message).decode() == (
        "Message\nHello world!\nMessageId\nm-1\nSubject\nMy First Message\n"
        "Timestamp\n2026-05-04T12:00:00.000Z\n"
        f"TopicArn\n{TOPIC}\nType\nNotification\n"
    )
    asks = message_of(**asking(message="Hi"))
    assert signed_text(asks).decode() == (
        f"Message\nHi\nMessageId\nm-1\nSubscribeURL\n{asks.subscribe_url}\n"
        "Timestamp\n2026-05-04T12:00:00.000Z\nToken\ntok\n"
        f"TopicArn\n{TOPIC}\nType\nSubscriptionConfirmation\n"
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"message": "other"},
        {"message_id": "m-2"},
        {"topic": TOPIC + "x"},
        {"timestamp": "2026-05-04T12:00:01.000Z"},
        {"subject": "added"},
        {"kind": SnsKind.UNSUBSCRIBED},
        {"signature": ""},
        {"signature": "not base64!"},
        {"signature": base64.b64encode(bytes(256)).decode()},
        {"signature_version": ""},
        {"signature_version": "3"},
    ],
)
def test_whatever_was_changed_is_not_believed(changed: dict[str, Any]) -> None:
    assert not believed(replace(SNS.sign(message_of()), **changed))


def test_a_signature_does_not_count_under_the_other_version() -> None:
    signed = SNS.sign(message_of(signature_version="1"))
    assert not believed(replace(signed, signature_version="2"))


def test_an_object_in_place_of_the_text_is_not_what_was_signed() -> None:
    signed = SNS.sign(message_of())
    assert not believed(replace(signed, message="", message_json={"AlarmName": "a"}))


@pytest.mark.parametrize(
    ("signer", "because"),
    [
        (Signer(which="other"), "not of this message"),
        (Signer(bits=1024), "no RSA key of 2048 bits"),
        (Signer(name="evil.example"), "not of AWS"),
        (Signer(name="amazonaws.com.evil.example"), "not of AWS"),
        (Signer(ends=NOON - timedelta(seconds=1)), "not valid now"),
        (Signer(begins=NOON + timedelta(seconds=1)), "not valid now"),
    ],
    ids=["other key", "small key", "other name", "tail", "over", "not yet"],
)
def test_a_wrong_certificate_is_refused(signer: Signer, because: str) -> None:
    with pytest.raises(Unparsed, match=because):
        check_signature(SNS.sign(message_of()), signer.certificate(), now=NOON)


@given(noise=st.binary(max_size=300))
def test_a_certificate_that_is_none_is_refused(noise: bytes) -> None:
    with pytest.raises(Unparsed):
        check_signature(SNS.sign(message_of()), noise, now=NOON)
    with pytest.raises(Unparsed, match="too large"):
        check_signature(SNS.sign(message_of()), PEM + bytes(16 * 1024), now=NOON)


@pytest.mark.parametrize(
    ("stamp", "because"),
    [
        ("2026-05-04T10:54:59Z", "more than 65 minutes ago"),
        ("2026-05-04T12:10:01Z", "lies in the future"),
        ("yesterday", "no time"),
        ("", "no time"),
    ],
)
def test_old_and_future_messages_are_refused(stamp: str, because: str) -> None:
    with pytest.raises(Unparsed, match=because):
        check_time(message_of(timestamp=stamp), now=NOON)


@pytest.mark.parametrize("stamp", ["2026-05-04T10:55:01Z", "2026-05-04T12:09:59Z"])
def test_a_last_attempt_after_an_hour_still_counts(stamp: str) -> None:
    check_time(message_of(timestamp=stamp), now=NOON)


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL,
        "https://sns.us-gov-west-1.amazonaws.com/SimpleNotificationService-1.pem",
        "https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem",
    ],
)
def test_certificates_come_from_sns(url: str) -> None:
    assert is_certificate_address(url)


HOSTILE = [
    "",
    "not an address",
    f"http://{HOST}/a.pem",
    "https://sns.amazonaws.com/a.pem",
    "https://evil.example/a.pem",
    f"https://{HOST}.evil.example/a.pem",
    f"https://evil.example#@{HOST}/a.pem",
    f"https://evil.example\\@{HOST}/a.pem",
    f"https://user@{HOST}/a.pem",
    f"https://user:pw@{HOST}/a.pem",
    f"https://{HOST}:444/a.pem",
    f"https://{HOST}./a.pem",
    f"https://{HOST}/a.pem?x=1",
    f"https://{HOST}/a.pem#x",
    f"https://{HOST}/../a.pem",
    f"https://{HOST}/a/b.pem",
    f"https://{HOST}/%2e%2e.pem",
    f"https://{HOST}/a.txt",
    f"https://{HOST}/",
    f"https://{HOST}/a.pem\n",
    f"https://{HOST}\n/a.pem",
    f" https://{HOST}/a.pem",
    "https://s3.eu-central-1.amazonaws.com/a.pem",
    "https://sns.eu-central-1.amazonaws.com.evil/a.pem",
    "https://sns.evil.example.amazonaws.com/a.pem",
    "https://sns.EU-central-1.amazonaws.com/a.pem",
    "https://sns.eu-central-1.аmazonaws.com/a.pem",  # noqa: RUF001 - a Cyrillic a
    "https://169.254.169.254/a.pem",
    "https://[::1]/a.pem",
    "file:///etc/passwd.pem",
]


@pytest.mark.parametrize("url", HOSTILE)
def test_no_other_address_is_ever_asked_for_a_certificate(url: str) -> None:
    assert not is_certificate_address(url)


def test_a_subscription_is_confirmed_at_sns_for_its_own_topic() -> None:
    asks = message_of(**asking())
    assert is_confirmation_address(asks.subscribe_url, asks)


@pytest.mark.parametrize(
    "url",
    [
        "",
        f"https://evil.example/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=tok",
        f"https://{HOST}/x?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=tok",
        f"https://{HOST}/?Action=DeleteTopic&TopicArn={TOPIC}&Token=tok",
        f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}x&Token=tok",
        f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=other",
        f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}",
        f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=tok&X=1",
        f"https://{HOST}/?Action=A&Action=ConfirmSubscription&TopicArn={TOPIC}&Token=tok",
        f"https://{HOST}:22/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=tok",
    ],
)
def test_nothing_else_is_opened_to_confirm(url: str) -> None:
    assert not is_confirmation_address(url, message_of(**asking()))
