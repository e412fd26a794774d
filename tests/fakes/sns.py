"""A CA and a signer that stand for Amazon SNS: real certificates, our own keys."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bot.envelopes.sns import SnsKind, SnsMessage, read_message
from bot.envelopes.sns_signature import signed_text

REGION = "eu-central-1"
TOPIC = f"arn:aws:sns:{REGION}:444455556666:ai-alarms"
HOST = f"sns.{REGION}.amazonaws.com"
CERTIFICATE_NAME = "SimpleNotificationService-0123456789abcdef.pem"
CERTIFICATE_URL = f"https://{HOST}/{CERTIFICATE_NAME}"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
_DAY = timedelta(days=1)
_HASHES = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - as SNS does


@cache
def _key(bits: int, _which: str = "") -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@dataclass(frozen=True)
class Signer:
    """Who signs; its certificate is issued by our own CA."""

    name: str = "sns.amazonaws.com"
    bits: int = 2048
    which: str = ""
    begins: datetime = field(default_factory=lambda: NOON - _DAY)
    ends: datetime = field(default_factory=lambda: NOON + _DAY)

    def certificate(self) -> bytes:
        """Return the PEM that SNS would publish."""
        owner = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, self.name)])
        issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test CA")])
        made = (
            x509.CertificateBuilder()
            .subject_name(owner)
            .issuer_name(issuer)
            .public_key(_key(self.bits, self.which).public_key())
            .serial_number(7)
            .not_valid_before(self.begins)
            .not_valid_after(self.ends)
            .sign(_key(2048, "ca"), hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    def sign(self, message: SnsMessage) -> SnsMessage:
        """Return the message with a signature of its version."""
        made = _key(self.bits, self.which).sign(
            signed_text(message),
            padding.PKCS1v15(),
            _HASHES[message.signature_version],
        )
        return replace(message, signature=base64.b64encode(made).decode())

    def post(self, **fields: Any) -> bytes:
        """Return the body of a signed message, as SNS posts it."""
        return body_of(self.sign(message_of(**fields)))


def message_of(**fields: Any) -> SnsMessage:
    """Return an unsigned message published at noon; arguments change its fields."""
    usual = {
        "kind": SnsKind.NOTIFICATION,
        "message_id": "m-1",
        "topic": TOPIC,
        "message": '{"AlarmName": "throttles", "NewStateValue": "ALARM"}',
        "timestamp": "2026-05-04T12:00:00.000Z",
        "signature_version": "2",
        "signing_cert_url": CERTIFICATE_URL,
    }
    return SnsMessage(**{**usual, **fields})


def asking(**fields: Any) -> dict[str, Any]:
    """Return the fields of a message that asks to be subscribed."""
    topic = fields.get("topic", TOPIC)
    address = f"https://{HOST}/?Action=ConfirmSubscription&TopicArn={topic}&Token=tok"
    usual = {
        "kind": SnsKind.SUBSCRIPTION,
        "message": "You have chosen to subscribe.",
        "token": "tok",
        "subscribe_url": address,
    }
    return {**usual, **fields}


def body_of(message: SnsMessage) -> bytes:
    """Return a message as JSON under the names of SNS."""
    named = {
        "Type": message.kind.value,
        "MessageId": message.message_id,
        "TopicArn": message.topic,
        "Subject": message.subject,
        "Message": message.message,
        "Timestamp": message.timestamp,
        "Token": message.token,
        "SubscribeURL": message.subscribe_url,
        "SignatureVersion": message.signature_version,
        "Signature": message.signature,
        "SigningCertURL": message.signing_cert_url,
    }
    body = json.dumps({key: text for key, text in named.items() if text}).encode()
    assert read_message(json.loads(body)) == message
    return body
