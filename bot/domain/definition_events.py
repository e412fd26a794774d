"""What can have happened to the definition of sensitive data. Stored for ever."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionInForce:
    """From here on another definition of sensitive data than before was in force.

    Attributes:
        version: Number of the shipped definition.
        digest: SHA-256, hexadecimal, of the definition with the site's overlay.
        rules: How many rules are applied.
        overlaid: True when the site has an overlay.
        kept: Kinds that the site leaves in the text; the reasons stand in its file.
    """

    name: ClassVar = "redaction.definition_in_force.v1"

    version: int
    digest: str
    rules: int
    overlaid: bool
    kept: tuple[str, ...]
