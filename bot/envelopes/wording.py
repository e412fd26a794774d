"""From a machine's name of an event to words that people read.

``api_key.created`` becomes "API key created". Which field holds the name is not here.
Only names made of words are reworded: a key that is taken apart, or written in small
letters, is one that the redactor does not know any more.
"""

from functools import lru_cache

import re2

from bot.domain.untrusted import visible

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


# What a name made of words holds at most.
_MOST_DIGITS = 6
_LONGEST_WORD = 20
_LONGEST_CODE = 12
_NAME = re2.compile(r"^[\pL\pN_.:/ -]*$")
_PART = re2.compile(r"[\pL\pN]+")
_CODE = re2.compile(r"^(?:\pL*\pN{1,4}\pL*){0,2}$")
_ONE_WORD = re2.compile(r"\p{Lu}*[^\p{Lu}]*")


@lru_cache(maxsize=4096)
def is_a_name(text: str) -> bool:
    """Tell a name made of words and small numbers from what may be a key or a number.

    ``prompt_injection``, ``CreateModelJob`` and ``gpt-4o`` are names.
    """
    if not _NAME.match(text) or sum(map(str.isdigit, text)) > _MOST_DIGITS:
        return False
    return all(_is_word(part) for part in _PART.findall(text))


def reworded(text: str, words: str) -> str:
    """Return `words`, made of `text`, where that is a name; else the text itself."""
    return words if is_a_name(text) else " ".join(visible(text).split())


def _is_word(part: str) -> bool:
    if any(mark.isdigit() for mark in part):
        return len(part) <= _LONGEST_CODE and bool(_CODE.match(part))
    return all(len(word) <= _LONGEST_WORD for word in _ONE_WORD.findall(part))


@lru_cache(maxsize=1024)
def spoken(name: str) -> str:
    """Return an event's name as words, its first letter a capital.

    ``repository_secret_scanning_push_protection.disable`` is "Repository secret
    scanning push protection disable"; ``setAccountAdmin`` is "Set account admin".
    A name that has spaces already is only tidied up.
    """
    text = " ".join(name.split())
    if not text or " " in text or len(text) > _LONGEST or not is_a_name(text):
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
    if not is_a_name(name):
        return name
    found = [part for part in name.replace("/", ".").split(".") if part]
    while len(found) > 1 and _VERSION.match(found[-1]):
        found.pop()
    return spoken(".".join(found[-parts:]))


def last_part(path: str) -> str:
    """Return what stands behind a path's last slash; a text with spaces is none."""
    return path if " " in path else path.rpartition("/")[2]


def joined(*parts: str) -> str:
    """Return a title of its parts, the empty ones left out: ``what: which``."""
    return ": ".join(part.strip() for part in parts if part.strip())


def _cased(word: str) -> str:
    small = word.casefold()
    if small in _SHORT:
        return small.upper()
    return _PLURAL.get(small, small)
