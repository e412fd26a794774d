"""Puts together who may post as which source, and by what each is believed.

How a signature is checked is `bot/web/vendor_signature.py`; what SNS signs,
`bot/wire_intake.py`. Nothing is decided here but what cannot work together.
"""

from collections.abc import Mapping

from bot.config import Settings, secret
from bot.config.sources import Source
from bot.domain.errors import BadSettings
from bot.envelopes.signature import SignatureScheme, is_readable
from bot.envelopes.signature_schemes import SCHEMES, with_time
from bot.ports import Clock, Integration
from bot.web.alerts import Sender
from bot.web.signed import Signed
from bot.web.vendor_signature import VendorSignature
from bot.wire_intake import signatures


def senders(
    settings: Settings,
    integrations: Mapping[str, Integration],
    *,
    clock: Clock,
    token: str,
) -> dict[str, Sender]:
    """Return who may post: by a signature, a source's own token, or the common one.

    Args:
        integrations: By the source's name, those of the settings included.
        token: The installation's, for sources that have nothing of their own.

    Raises:
        BadSettings: A secret is set for a sender that signs nothing, or is not
            written as its vendor writes secrets.
    """
    signed = signatures(settings, clock)
    made: dict[str, Sender] = {}
    for name, integration in integrations.items():
        given = settings.sources.get(name, Source())
        path_secret = secret(given.path_secret)
        vendor = _vendor_signature(name, given, integration, clock)
        made[name] = Sender(
            token=secret(given.token) or ("" if path_secret else token),
            path_secret=path_secret,
            signed=vendor or signed.get(name),
        )
    return made


def _vendor_signature(
    name: str, given: Source, integration: Integration, clock: Clock
) -> Signed | None:
    used = tuple(
        text.strip()
        for text in (secret(given.secret), secret(given.previous_secret))
        if text.strip()
    )
    if not used:
        return None
    scheme = SCHEMES.get(given.signature or integration.MANIFEST.signature)
    if scheme is None:
        title = integration.MANIFEST.title
        raise _bad(
            name,
            because=f"sources.{name} has a secret, but {title} signs nothing we know",
            next_move="Use token or path_secret, or name the way it signs under "
            "signature.",
        )
    if not all(is_readable(scheme, one) for one in used):
        raise _bad(
            name,
            because=f"a secret of sources.{name} is not base64",
            next_move="Copy it as the vendor shows it, whsec_ included.",
        )
    scheme = _timed(scheme, given)
    return VendorSignature(source=name, scheme=scheme, secrets=used, clock=clock)


def _timed(scheme: SignatureScheme, given: Source) -> SignatureScheme:
    header = given.signed_time_header
    return with_time(scheme, header) if header else scheme


def _bad(name: str, *, because: str, next_move: str) -> BadSettings:
    return BadSettings(
        f"The source {name} cannot be used", because=because, next_move=next_move
    )
