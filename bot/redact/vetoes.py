"""Vetoes: names whose values are no secrets, and values that are none.

`max_tokens: 512`, `partition_key: id`, `password: ${DB_PASSWORD}`. They hold for
rules that go by the words around a value, never for a format that speaks for itself.
"""

from bot.redact.patterns import compiled

_TO_SNAKE = bytes(
    c if chr(c).isascii() and chr(c).isalnum() else 0x5F for c in range(256)
)


class Vetoes:
    """Answers whether a name or a value speaks against a match."""

    def __init__(self, *, key: str, value: str) -> None:
        self._key = compiled(key)
        self._value = compiled(value)

    def key(self, name: bytes) -> bool:
        """Say whether values of this name are no secrets."""
        return self._key.search(snake(name)) is not None

    def value(self, value: bytes) -> bool:
        """Say whether the value is a placeholder, a reference or a type."""
        return self._value.fullmatch(value) is not None


def snake(name: bytes) -> bytes:
    """Write a name in snake_case: `max-Tokens`, `maxTokens` become `max_tokens`."""
    if name.islower():
        return name.translate(_TO_SNAKE).strip(b"_")
    written = bytearray()
    before = ""
    for character in name.decode("latin-1"):
        if character.isupper() and (before.islower() or before.isdigit()):
            written += b"_"
        plain = character.isascii() and character.isalnum()
        written += character.lower().encode() if plain else b"_"
        before = character
    return bytes(written).strip(b"_")
