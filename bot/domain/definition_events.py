"""What can have happened to the definition of sensitive data. Stored for ever."""

from dataclasses import dataclass
from typing import ClassVar

from bot.domain.untrusted import Untrusted


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionInForce:
    """From here on another definition of sensitive data than before was in force.

    Attributes:
        version: Number of the shipped definition.
        digest: SHA-256, hexadecimal, of the definition with the site's overlay.
        rules: How many rules are applied.
        kinds: How many kinds of values they take out.
        overlay: SHA-256, hexadecimal, of the site's overlay; "" for none.
        kept: Kinds that the site leaves in the text; the reasons stand in its file.
        owner: Who answers for it, as its file says; None once erased.
    """

    name: ClassVar = "redaction.definition_in_force.v1"

    version: int
    digest: str
    rules: int
    kinds: int
    overlay: str
    kept: tuple[str, ...]
    owner: Untrusted | None
