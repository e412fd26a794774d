"""Does a value look like a secret, an address in a network, a date?

Pure functions from a string to yes or no. Check digits of cards, accounts and
wallets are in `checks_money`, those of people's numbers in `checks_people`.
"""

import ipaddress
import math
from collections import Counter
from datetime import date

_LONG_ENOUGH_ALONE = 16
_TURNS_OF_A_WORD = 3
_SIGNS = frozenset("!@#$%^&*+?~")
_OPAQUE_CHARACTERS = 12
_OPAQUE_SEGMENT = 8
_OPAQUE_TURNS = 0.15
_UNRULY_TURNS = 0.4
_OPAQUE_BITS = 2.8
_DATE_PARTS = 3


def secretlike(value: str) -> bool:
    """Say whether a value after a word like `token` is a secret, not a word.

    Letters and digits together, unruly case or sheer length speak for a secret.
    Words ("expired", "not_found", "useTokenOfProvider") and short numbers do not.
    """
    if value.isdigit():
        return len(value) >= _OPAQUE_CHARACTERS
    if has_digit(value):
        return any(c.isalpha() for c in value)
    sorts = value.translate(_SORTS)
    turns = sorts.count("aA") + sorts.count("Aa")
    if turns >= _UNRULY_TURNS * len(value) and len(value) >= _OPAQUE_CHARACTERS:
        return True
    words = all(c.isalpha() or c in "-_. /" for c in value)
    one_case = value.isalpha() and (value.islower() or value.isupper())
    return len(value) >= _LONG_ENOUGH_ALONE and (one_case or not words)


def passwordlike(value: str) -> bool:
    """Say whether a value announced as a password is none of the words around.

    A digit, a sign that words do not hold, or case that changes within the word.
    """
    sorts = value.translate(_SORTS)
    turns = sorts.count("aA") + sorts.count("Aa")
    return "0" in sorts or turns > _TURNS_OF_A_WORD or not _SIGNS.isdisjoint(value)


def has_digit(value: str) -> bool:
    """Say whether there is a digit: a word list entry has none."""
    return any(c.isdigit() for c in value)


def mixed_case(value: str) -> bool:
    """Say whether there are capitals, small letters and digits."""
    return has_digit(value) and value.lower() != value and value.upper() != value


def opaque(value: str) -> bool:
    """Say whether a value looks random: not a name, a path or a version.

    Letters and digits mixed within one segment, often enough, over enough
    different characters (Shannon entropy, bits per character).
    """
    if len(value) < _OPAQUE_CHARACTERS:
        return False
    longest = max(value.translate(_SORTS).split(), key=len, default="")
    if len(longest) < _OPAQUE_SEGMENT:
        return False
    turns = sum(longest.count(turn) for turn in _TURNS)
    # Names in camel case change case, too, but less often than chance does.
    without = len(longest) >= _LONG_ENOUGH_ALONE and turns >= _UNRULY_TURNS * len(
        longest
    )
    if "0" not in longest and not without:
        return False
    return turns >= _OPAQUE_TURNS * len(longest) and entropy(value) >= _OPAQUE_BITS


def chance(value: str) -> bool:
    """Say whether a value can only be random: it changes as often as chance does.

    Names in camel case, even with digits in them, do not.
    """
    if not opaque(value):
        return False
    longest = max(value.translate(_SORTS).split(), key=len)
    turns = sum(longest.count(turn) for turn in _TURNS)
    return turns >= _UNRULY_TURNS * len(longest)


def keylike(value: str) -> bool:
    """Say whether a value has a shape that keys have: random, a UUID, hexadecimal.

    For values under a name that tells of a key. Words, paths and dates do not count.
    """
    bare = value.replace("-", "")
    if len(bare) >= _HEX_KEY and _is_mixed_hex(bare):
        return True
    return opaque(value) or (len(value) >= _HEX_KEY and _unruly(value))


def mixed_tail(value: str) -> bool:
    """Say whether what follows the last dash or underscore looks random, in both cases.

    `whatever_live_Xy4…`: a prefix that nobody knows before a key.
    """
    tail = value.replace("-", "_").rpartition("_")[2]
    return mixed_case(tail) and chance(tail)


def hex_tail(value: str) -> bool:
    """Say whether what follows the last underscore is hexadecimal, with both sorts."""
    return _is_mixed_hex(value.rpartition("_")[2])


_HEX_KEY = 20
_HEX = frozenset("0123456789abcdef")
_HEX_LETTERS = frozenset("abcdef")
_DIGITS = frozenset("0123456789")


def _is_mixed_hex(value: str) -> bool:
    """Whether digits and letters of one hexadecimal number are there."""
    used = set(value.lower())
    return used <= _HEX and bool(used & _HEX_LETTERS) and bool(used & _DIGITS)


def _unruly(value: str) -> bool:
    """Whether case changes too often for words."""
    sorts = value.translate(_SORTS)
    turns = sorts.count("aA") + sorts.count("Aa")
    return value.isalnum() and turns >= _UNRULY_TURNS * len(value)


def _sort(character: str) -> str:
    """Digit, capital, small letter (or what base64 adds), or the end of a segment."""
    if character.isdigit():
        return "0"
    if character.isupper():
        return "A"
    return "a" if character.isalnum() or character in "+=" else " "


# Counting in translated text is done in C: these checks see every candidate.
_SORTS = {code: _sort(chr(code)) for code in range(256)}
_TURNS = ("0a", "a0", "0A", "A0", "aA", "Aa")


def entropy(value: str) -> float:
    """Shannon entropy in bits per character; 0 for an empty string."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)


def public_ip(value: str) -> bool:
    """Say whether this is an address outside private networks.

    Documentation ranges count as public: they stand in for public ones.
    """
    return _inside(value) is False


def internal_ip(value: str) -> bool:
    """Say whether this is an address of a private network or this machine."""
    return _inside(value) is True


# RFC 1918, RFC 6598, RFC 1122, RFC 3927, RFC 4193, RFC 4291: version, first and last.
_INSIDE = tuple(
    (net.version, int(net.network_address), int(net.broadcast_address))
    for net in map(
        ipaddress.ip_network,
        (
            *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"),
            *("127.0.0.0/8", "169.254.0.0/16", "0.0.0.0/8", "224.0.0.0/3"),
            *("fc00::/7", "fe80::/10", "ff00::/8", "::/127"),
        ),
    )
)


def _inside(value: str) -> bool | None:
    """None when this is no address at all."""
    quad = value.split(".")
    if len(quad) == _QUAD and value.replace(".", "").isdecimal():
        return _inside_v4(quad)
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return None
    number = int(address)
    return any(
        version == address.version and first <= number <= last
        for version, first, last in _INSIDE
    )


_QUAD = 4
_OCTETS = {str(n): n for n in range(256)}
_INSIDE_V4 = tuple((low, high) for sort, low, high in _INSIDE if sort == _QUAD)


def _inside_v4(quad: list[str]) -> bool | None:
    """The same for four decimal numbers, without the weight of `ipaddress`."""
    octets = [_OCTETS.get(part, -1) for part in quad]
    if -1 in octets:
        return None
    number = int.from_bytes(octets)
    return any(first <= number <= last for first, last in _INSIDE_V4)


def calendar_date(value: str) -> bool:
    """Say whether three numbers form a day in any usual order; words pass."""
    parts = _numbers(value)
    return len(parts) != _DATE_PARTS or _is_date(*parts)


def phone_number(value: str) -> bool:
    """Say whether digits written like a phone number are no date and no address.

    ITU-T E.164 allows 15 digits; seven is a local number without its area.
    """
    if _inside(value) is not None:
        return False
    parts = _numbers(value)
    count = sum(c.isdigit() for c in value)
    dates = "/" in value or any(part in _YEARS for part in parts)
    triples = zip(parts, parts[1:], parts[2:], strict=False)
    return 7 <= count <= 15 and not (dates and any(_is_date(*t) for t in triples))  # noqa: PLR2004 (E.164)


_YEARS = range(1900, 2100)


def _numbers(value: str) -> list[int]:
    return [int(p) for p in "".join(c if c.isdigit() else " " for c in value).split()]


def _is_date(a: int, b: int, c: int) -> bool:
    return any(_is_day(*order) for order in ((a, b, c), (c, b, a), (c, a, b)))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        return date(year + 2000 * (year < 100), month, day).year in _YEARS  # noqa: PLR2004 (a year of two digits)
    except ValueError:
        return False
