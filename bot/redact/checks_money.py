"""Check digits of cards, bank accounts, routing numbers and wallets.

Pure functions from a string (separators allowed) to yes or no.
"""

import hashlib

# ISO/IEC 7812 issuer prefixes with the lengths their networks publish.
_ISSUERS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (4, 4, (13, 16, 19)),  # Visa
    (51, 55, (16,)),  # Mastercard
    (2221, 2720, (16,)),  # Mastercard
    (34, 34, (15,)),  # American Express
    (37, 37, (15,)),
    (300, 305, (14,)),  # Diners Club
    (36, 36, (14,)),
    (38, 39, (14,)),
    (6011, 6011, (16, 19)),  # Discover
    (644, 649, (16, 19)),
    (65, 65, (16, 19)),
    (3528, 3589, (16, 19)),  # JCB
    (1800, 1800, (15,)),
    (2131, 2131, (15,)),
    (62, 62, (16, 17, 18, 19)),  # UnionPay
    (5018, 5018, (12, 13, 14, 15, 16, 17, 18, 19)),  # Maestro
    (5020, 5020, (12, 13, 14, 15, 16, 17, 18, 19)),
    (5038, 5038, (12, 13, 14, 15, 16, 17, 18, 19)),
    (5893, 5893, (12, 13, 14, 15, 16, 17, 18, 19)),
    (56, 58, (16, 18, 19)),
    (6304, 6304, (12, 13, 14, 15, 16, 17, 18, 19)),
    (6759, 6759, (12, 13, 14, 15, 16, 17, 18, 19)),
    (6761, 6763, (12, 13, 14, 15, 16, 17, 18, 19)),
    (60, 60, (16,)),  # RuPay and others
    (81, 82, (16,)),
    (508, 508, (16,)),
    (2200, 2204, (16,)),  # Mir
)
# SWIFT IBAN registry: country and total length.
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FO", "GL", "NL"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK"), 24),
    **dict.fromkeys(("TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI"), 28),
    **dict.fromkeys(("PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    **dict.fromkeys(("LC",), 32),
    **dict.fromkeys(("RU",), 33),
}
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32_STEPS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
# BIP-173 and BIP-350.
_BECH32_SUMS = (1, 0x2BC830A3)
_ABA_WEIGHTS = (3, 7, 1, 3, 7, 1, 3, 7, 1)


def digits(value: str) -> list[int]:
    """Return the decimal digits of a string, in order."""
    return [int(c) for c in value if c in "0123456789"]


def luhn(value: str) -> bool:
    """ISO/IEC 7812-1 annex B: the mod 10 check of cards and many other numbers."""
    total = 0
    for place, digit in enumerate(reversed(digits(value))):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 (two digits)
    return total % 10 == 0


def card(value: str) -> bool:
    """Say whether issuer prefix, length and check digit are those of a card."""
    number = "".join(map(str, digits(value)))
    return luhn(number) and any(
        low <= int(number[: len(str(low))]) <= high and len(number) in lengths
        for low, high, lengths in _ISSUERS
    )


def iban(value: str) -> bool:
    """ISO 13616: the country's length, and mod 97 over the rearranged text.

    A word that stands behind a spaced IBAN may have been taken along.
    """
    text = "".join(c for c in value.upper() if c.isalnum())
    length = _IBAN_LENGTHS.get(text[:2], 0)
    if not length or len(text) < length:
        return False
    text = text[:length]
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1


def aba_routing(value: str) -> bool:
    """US bank routing number: Federal Reserve prefix and the 3-7-1 check."""
    number = digits(value)
    if len(number) != len(_ABA_WEIGHTS) or not any(number):
        return False
    prefix = number[0] * 10 + number[1]
    usable = prefix <= 12 or 21 <= prefix <= 32 or 61 <= prefix <= 72 or prefix == 80  # noqa: PLR2004 (Federal Reserve districts, thrifts, electronic, cheques)
    total = sum(d * w for d, w in zip(number, _ABA_WEIGHTS, strict=True))
    return usable and total % 10 == 0


def base58check(value: str) -> bool:
    """Bitcoin addresses of the first kind: the last four bytes are a checksum."""
    number = 0
    for character in value:
        place = _BASE58.find(character)
        if place < 0:
            return False
        number = number * 58 + place
    if number.bit_length() > 25 * 8:
        return False
    body = number.to_bytes(25, "big")
    twice = hashlib.sha256(hashlib.sha256(body[:-4]).digest()).digest()
    return twice[:4] == body[-4:]


def bech32(value: str) -> bool:
    """BIP-173 and BIP-350 addresses: the checksum over prefix and payload."""
    text = value.lower()
    prefix, _, payload = text.rpartition("1")
    if not prefix or any(c not in _BECH32 for c in payload):
        return False
    words = [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]
    words += [_BECH32.index(c) for c in payload]
    return _polymod(words) in _BECH32_SUMS


def _polymod(words: list[int]) -> int:
    total = 1
    for word in words:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ word
        for bit, step in enumerate(_BECH32_STEPS):
            total ^= step if top >> bit & 1 else 0
    return total
