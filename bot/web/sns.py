"""Amazon SNS at the alerts door: whose topics count, and who signed.

With topics in the settings the signature of SNS decides, and a topic that asks to be
subscribed is answered yes. Without them the door's token decides, and no
subscription is ever confirmed: whoever can post could otherwise have us open an
address of theirs.
"""

import asyncio
from dataclasses import dataclass

from bot.domain.errors import Unparsed
from bot.envelopes.jsonbody import loads, read_text
from bot.envelopes.sns import SnsKind, SnsMessage, read_message
from bot.envelopes.sns_signature import (
    check_signature,
    check_time,
    is_confirmation_address,
)
from bot.ports import Clock, Payload
from bot.ports.fetch import Fetch
from bot.web.signed import NotTrusted
from bot.web.sns_certificates import Certificates

_NAME_IT = (
    "Name the topic under [sources.cloudwatch] topics, restart, and ask SNS to "
    "confirm again (Request confirmation)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SnsSignature:
    """The port `Signed` for one source.

    Attributes:
        topics: ARNs that may post; none: the token decides.
        confirm: Opens the address that confirms a subscription.
    """

    topics: frozenset[str]
    certificates: Certificates
    confirm: Fetch
    clock: Clock

    @property
    def decides(self) -> bool:
        """Tell whether it stands in the place of the token."""
        return bool(self.topics)

    async def check(self, payload: Payload) -> str:
        """Believe a message, and answer a topic of ours that asks to be subscribed.

        Raises:
            NotTrusted: Not of SNS, not one of our topics, too old, or forged.
            Unreachable: The certificate or the confirmation failed; SNS sends again.
        """
        message = await asyncio.to_thread(_message, payload)
        if not self.topics:
            _refuse_subscription(message)
            return ""
        if message is None:
            raise _unsigned(payload)
        if message.topic not in self.topics:
            raise _not_ours()
        await asyncio.to_thread(self._believe, message)
        if message.kind is SnsKind.SUBSCRIPTION:
            await asyncio.to_thread(self._subscribe, message)
        return message.delivery_key

    def _believe(self, message: SnsMessage) -> None:
        now = self.clock.now()
        try:
            check_time(message, now=now)
            pem = self.certificates.of(message.signing_cert_url, now=now)
            check_signature(message, pem, now=now)
        except Unparsed as error:
            raise NotTrusted(
                "bad_signature", because=error.because, next_move=error.next_move
            ) from None

    def _subscribe(self, message: SnsMessage) -> None:
        if not is_confirmation_address(message.subscribe_url, message):
            raise NotTrusted(
                "bad_confirmation_address",
                because="its SubscribeURL does not confirm this topic at SNS",
                next_move="Nothing was opened. Ask SNS to confirm again.",
            )
        self.confirm(message.subscribe_url)


def _message(payload: Payload) -> SnsMessage | None:
    try:
        return read_message(loads(read_text(payload.body)).value)
    except Unparsed:
        return None


def _refuse_subscription(message: SnsMessage | None) -> None:
    if message is not None and message.kind is SnsKind.SUBSCRIPTION:
        raise NotTrusted(
            "topic_not_named",
            because="the subscription was not confirmed, as the settings name no topic",
            next_move=_NAME_IT,
        )


def _unsigned(payload: Payload) -> NotTrusted:
    if payload.headers.get("x-amz-sns-rawdelivery", "").lower() == "true":
        return NotTrusted(
            "unsigned",
            because="raw delivery carries no signature",
            next_move="Switch raw message delivery off for this subscription.",
        )
    return NotTrusted(
        "unsigned",
        because="it is no signed message of SNS, and topics are named in the settings",
        next_move="Post through the topic, or to the source webhook with its token.",
    )


def _not_ours() -> NotTrusted:
    return NotTrusted(
        "topic_not_named",
        because="its topic is not named in the settings",
        next_move=_NAME_IT,
    )
