"""Puts together who may post as which source, and by what each is believed.

How a signature is checked is `bot/web/vendor_signature.py`; what SNS signs,
`bot/wire_intake.py`. Nothing is decided here but what cannot work together.
"""

from collections.abc import Mapping

from bot.config import Settings, secret
from bot.config.sources import Source
from bot.named_sources import signing_of
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
        if integration.MANIFEST.ours:
            continue
        given = settings.sources.get(name, Source())
        path_secret = secret(given.path_secret)
        vendor = _vendor_signature(name, given, integration, clock)
        by = vendor or signed.get(name)
        # Whoever knows the common token must not speak for a sender that signs.
        has_own = bool(path_secret) or (by is not None and by.decides)
        made[name] = Sender(
            token=secret(given.token) or ("" if has_own else token),
            path_secret=path_secret,
            signed=by,
        )
    return made


def _vendor_signature(
    name: str, given: Source, integration: Integration, clock: Clock
) -> Signed | None:
    signing = signing_of(name, given, integration)
    if signing is None:
        return None
    return VendorSignature(
        source=name, scheme=signing.scheme, secrets=signing.secrets, clock=clock
    )
