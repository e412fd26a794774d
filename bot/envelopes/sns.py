"""Amazon SNS: what it wraps around a message, and how that is taken off.

SNS puts one JSON object around a text when it posts over HTTP or fills a queue;
Lambda puts a list of records around that; with raw delivery there is nothing to take
off. Whether a message really comes from SNS is in `sns_signature.py`; what the
message says is the integration's business.

Source:
    Amazon SNS Developer Guide, "Parsing Amazon SNS message formats".
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.errors import Unparsed
from bot.domain.untrusted import Untrusted
from bot.envelopes.fields import first_text, member, text_of
from bot.envelopes.jsonbody import Document, Json, loads, looks_like_json
from bot.envelopes.mapping import digest
from bot.envelopes.times import read_time


class SnsKind(StrEnum):
    """The three kinds of message that SNS sends."""

    NOTIFICATION = "Notification"
    SUBSCRIPTION = "SubscriptionConfirmation"
    UNSUBSCRIBED = "UnsubscribeConfirmation"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnsMessage:
    """One message of SNS, every field as it was sent; "" where it is missing.

    Attributes:
        message: The wrapped text, or a sentence of SNS about the subscription.
        message_json: The wrapped value where a tool sent JSON instead of a text;
            real SNS never does.
        timestamp: When it was published, e.g. ``2026-11-20T10:00:12.399Z``; sent
            again unchanged with each attempt at delivery.
        subscribe_url: Answers yes to a subscription. Not for people, not for logs.
    """

    kind: SnsKind
    message_id: str
    topic: str
    subject: str = ""
    message: str = ""
    message_json: Json = None
    timestamp: str = ""
    token: str = ""
    subscribe_url: str = ""
    signature: str = ""
    signature_version: str = ""
    signing_cert_url: str = ""

    @property
    def at(self) -> datetime | None:
        """When it was published, aware UTC."""
        return read_time(self.timestamp)

    @property
    def delivery_key(self) -> str:
        """Equal for every delivery of this message, whichever way it comes.

        SNS never uses an id twice; people who try things out do. So what was said
        counts too, and two samples with one id stay two.
        """
        said = [self.message, self.message_json, self.subject]
        return f"sns {digest([self.topic, self.message_id, said])}"

    def content(self) -> Document:
        """Return what was wrapped: JSON where it is JSON, else a text."""
        if self.message_json is not None:
            return Document(value=self.message_json)
        if looks_like_json(self.message):
            try:
                return loads(self.message)
            except Unparsed:
                return Document(value=self.message)
        return Document(value=self.message)

    def says(self) -> Untrusted:
        """Return the subject, else the message."""
        return Untrusted(self.subject or self.message)


def read_message(value: Json) -> SnsMessage | None:
    """Return the SNS message that a JSON value is; None when it is none."""
    if not isinstance(value, dict):
        return None
    said = text_of(member(value, "Type"))
    if said not in tuple(SnsKind) or not text_of(member(value, "TopicArn")):
        return None
    wrapped = member(value, "Message")
    return SnsMessage(
        kind=SnsKind(said),
        message_id=text_of(member(value, "MessageId")),
        topic=text_of(member(value, "TopicArn")),
        subject=text_of(member(value, "Subject")),
        message=text_of(wrapped),
        message_json=wrapped if isinstance(wrapped, dict | list) else None,
        timestamp=text_of(member(value, "Timestamp")),
        token=text_of(member(value, "Token")),
        subscribe_url=first_text(value, "SubscribeURL"),
        signature=text_of(member(value, "Signature")),
        signature_version=text_of(member(value, "SignatureVersion")),
        signing_cert_url=first_text(value, "SigningCertURL"),
    )
