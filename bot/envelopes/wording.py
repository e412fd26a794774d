"""From a machine's name of an event to words that people read.

``api_key.created`` becomes "API key created". Which field holds the name is not here.
"""

from functools import lru_cache

import re2

_SHORT = frozenset(
    {"ai", "api", "arn", "aws", "cpu", "dns", "gcp", "gpu", "iam", "id", "ip", "llm"}
    | {"mcp", "mfa", "oidc", "pat", "rbac", "s3", "saml", "scim", "sms", "sql", "ssh"}
    | {"sso", "tls", "url", "vm", "vpc", "vpn"}
)
_PLURAL = {"ids": "IDs", "ips": "IPs", "apis": "APIs", "urls": "URLs", "llms": "LLMs"}
_LONGEST = 120
_BREAK = re2.compile(r"([a-z0-9])([A-Z])")
_ACRONYM = re2.compile(r"([A-Z]+)([A-Z][a-z])")
_VERSION = re2.compile(r"^v\d+((alpha|beta)\d*)?$")


@lru_cache(maxsize=1024)
def spoken(name: str) -> str:
    """Return an event's name as words, its first letter a capital.

    ``repository_secret_scanning_push_protection.disable`` is "Repository secret
    scanning push protection disable"; ``setAccountAdmin`` is "Set account admin".
    A name that has spaces already is only tidied up.
    """
    text = " ".join(name.split())
    if not text or " " in text or len(text) > _LONGEST:
        return text
    apart = _ACRONYM.sub(r"\1 \2", _BREAK.sub(r"\1 \2", text))
    words = "".join(mark if mark.isalnum() else " " for mark in apart).split()
    line = " ".join(_cased(word) for word in words)
    return line[:1].upper() + line[1:] or text


def last_words(name: str, *, parts: int = 2) -> str:
    """Return the last parts of a dotted or slashed name as words.

    ``com.example.model.drift_found.v2`` is "Model drift found": the head of a
    reverse-DNS name and the version say nothing to a reader.
    """
    found = [part for part in name.replace("/", ".").split(".") if part]
    while len(found) > 1 and _VERSION.match(found[-1]):
        found.pop()
    return spoken(".".join(found[-parts:]))


def joined(*parts: str) -> str:
    """Return a title of its parts, the empty ones left out: ``what: which``."""
    return ": ".join(part.strip() for part in parts if part.strip())


def _cased(word: str) -> str:
    small = word.casefold()
    if small in _SHORT:
        return small.upper()
    return _PLURAL.get(small, small)
