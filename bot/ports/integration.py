"""What an integration file offers: a manifest and its parts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.envelope import Envelope


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a sender posted.

    Attributes:
        body: Raw bytes, at most 1 MiB.
        headers: Lower-case names; secrets have been removed.
        received_at: Aware UTC.
    """

    body: bytes
    headers: Mapping[str, str]
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an integration is, for people and for the contract tests.

    Attributes:
        name: The file's name and the word in ``/alerts/<name>``.
        title: Product name.
        docs: Address of the vendor's page that describes the payload.
        summary: One sentence: what it understands.
        takes_anything: True for the one integration that is asked last.
        signature: How the vendor signs: a name of
            `bot/envelopes/signature_schemes.py`; "" for one that signs nothing.
    """

    name: str
    title: str
    docs: str
    summary: str
    takes_anything: bool = False
    signature: str = ""


class Integration(Protocol):
    """One file in `integrations/`: a manifest and at least one part."""

    MANIFEST: Manifest

    def recognizes(self, payload: Payload) -> bool:
        """Tell by its shape whether a payload is of this kind."""
        ...

    def parse(self, payload: Payload) -> tuple[Envelope, ...]:
        """Return the alerts of a payload; none when it asks for nothing.

        Raises:
            Unparsed: The payload is not of this kind.
        """
        ...
