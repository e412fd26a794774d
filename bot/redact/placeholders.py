"""Placeholders: what stands in a text where something sensitive stood.

`github_pat:7f3a` in single angle quotes names the kind, and four hexadecimal digits
that are the same whenever the same value occurs in the same scope (an incident). A
reader sees "the same key in three alerts" and cannot get from there to the value.
"""

import hashlib
import hmac
from collections.abc import Iterator

from bot.redact.patterns import compiled

# The first 16 bits: enough to tell a handful of secrets apart, too few to confirm a
# guess of the value.
_DIGITS = 4
# Already redacted text may be redacted again; what stands there stays.
PLACEHOLDER = "\u2039(?:[a-z0-9_]{1,64}:[0-9a-f]{4}|withheld: [a-z ]{1,60})\u203a"
TOO_LARGE = "\u2039withheld: too large to check\u203a"
NOT_CHECKED = "\u2039withheld: could not be checked\u203a"


def placeholder(*, key: bytes, scope: str, kind: str, value: bytes) -> str:
    """Name a value without giving it away.

    Args:
        key: Secret of this installation.
        scope: Values stay comparable inside one scope, usually an incident id.
        kind: Kind of the rule.
        value: The matched bytes, decoded.
    """
    message = b"\0".join((scope.encode(), kind.encode(), value))
    digest = hmac.new(key, message, hashlib.sha256).hexdigest()
    return f"\u2039{kind}:{digest[:_DIGITS]}\u203a"


def existing(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where placeholders already stand, as byte offsets."""
    if b"\xe2\x80\xb9" not in content:
        return
    for match in compiled(PLACEHOLDER).finditer(content):
        yield match.start(), match.end()


def named(text: str) -> Iterator[str]:
    """Yield the kind of each placeholder in a text, ``withheld`` for a text's own."""
    if "\u2039" not in text:
        return
    content = text.encode("utf-8", "surrogatepass")
    for start, end in existing(content):
        yield content[start:end].decode().strip("\u2039\u203a").partition(":")[0]
