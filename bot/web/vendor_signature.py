"""A vendor's shared secret at the alerts door: the signature instead of the token.

Which vendor signs how is data (`bot/envelopes/signature_schemes.py`); here a failure
becomes what the door answers. Amazon SNS is `sns.py`.
"""

import asyncio
import hashlib
from dataclasses import dataclass, field

from bot.envelopes.signature import (
    Delivery,
    NotSigned,
    SignatureScheme,
    check_signature,
)
from bot.ports import Clock, Payload
from bot.web.signed import NotTrusted

# From this size on the hash is long enough to be worth a thread.
_LARGE = 64 * 1024
_NEXT_MOVE = {
    "unsigned": "Give the sender the secret, or unset it here to use a token.",
    "bad_signature": "Compare the secret here with the sender's; nothing between us "
    "and the sender may change the body.",
    "stale": "Look at the clocks of both sides; an old delivery is sent anew.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorSignature:
    """The port `Signed` for one source with a secret.

    Attributes:
        source: Its name, so that equal ids of two senders stay apart.
        secrets: The one in use and, while it is changed, the one before.
    """

    source: str
    scheme: SignatureScheme
    secrets: tuple[str, ...] = field(repr=False)
    clock: Clock

    @property
    def decides(self) -> bool:
        """Tell that it stands in the place of the token."""
        return True

    async def check(self, payload: Payload) -> str:
        """Return a digest of the signed id, else of the body.

        What is not signed does not count, such as GitHub's delivery id or the headers
        of CloudEvents: whoever replays a body could change it, and so make one alert
        many.

        Raises:
            NotTrusted: It is not signed with a secret of ours, or not lately.
        """
        if len(payload.body) < _LARGE:
            return self._checked(payload)
        return await asyncio.to_thread(self._checked, payload)

    def _checked(self, payload: Payload) -> str:
        try:
            signed_id = check_signature(
                self.scheme,
                Delivery(headers=payload.headers, body=payload.body),
                secrets=self.secrets,
                now=self.clock.now(),
            )
        except NotSigned as no:
            raise NotTrusted(
                no.error, because=no.because, next_move=_NEXT_MOVE[no.error]
            ) from None
        kind = "id" if signed_id else "body"
        key = hashlib.sha256(f"signed {kind}\0{self.source}\0".encode())
        key.update(signed_id.encode("utf-8", "surrogatepass") or payload.body)
        return key.hexdigest()
