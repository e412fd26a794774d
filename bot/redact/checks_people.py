"""Check digits of numbers that states and health services give to people.

Pure functions from a string (separators allowed) to yes or no. Each names the
country and the rule it applies.
"""

from collections.abc import Sequence
from datetime import date

from bot.redact.checks_money import digits, luhn

_NIF_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_FI_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_SG_CITIZEN = "JZIHGFEDCBA"
_SG_FOREIGN = "XWUTRQPNMLK"
_IT_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10)
_IT_ODD_REST = (22, 25, 24, 23)
_VERHOEFF_D = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_VERHOEFF_P = (
    *("0123456789", "1576283094", "5803796142", "8916043527"),
    *("9453126870", "4286573901", "2793806415", "7046913258"),
)


def _weighted(number: Sequence[int], weights: Sequence[int]) -> int:
    return sum(d * w for d, w in zip(number, weights, strict=False))


def us_ssn(value: str) -> bool:
    """United States: areas 000, 666 and 900-999, group 00, serial 0000 do not exist."""
    number = "".join(map(str, digits(value)))
    area, group, serial = number[:3], number[3:5], number[5:]
    if area in {"000", "666"} or area[:1] == "9" or len(set(number)) == 1:
        return False
    return len(number) == 9 and group != "00" and serial != "0000"  # noqa: PLR2004 (3+2+4)


def us_itin(value: str) -> bool:
    """United States, IRS: 9xx and a group of 50-65, 70-88, 90-92 or 94-99."""
    number = "".join(map(str, digits(value)))
    group = int(number[3:5] or 0)
    ranges = ((50, 65), (70, 88), (90, 92), (94, 99))
    return number[:1] == "9" and any(low <= group <= high for low, high in ranges)


def us_npi(value: str) -> bool:
    """United States, CMS: Luhn over the number with 80840 before it."""
    return luhn("80840" + value)


def us_dea(value: str) -> bool:
    """United States, DEA: odd places plus twice the even ones end in the last digit."""
    number = digits(value)
    total = sum(number[0:6:2]) + 2 * sum(number[1:6:2])
    return len(number) == 7 and any(number) and total % 10 == number[6]  # noqa: PLR2004 (length)


def th_tnin(value: str) -> bool:
    """Thailand: mod 11 with weights 13 to 2."""
    number = digits(value)
    check = (11 - _weighted(number, range(13, 1, -1)) % 11) % 10
    return len(number) == 13 and check == number[12]  # noqa: PLR2004 (length)


def uk_nhs(value: str) -> bool:
    """United Kingdom, NHS Data Dictionary: mod 11 with weights 10 to 2."""
    number = digits(value)
    check = 11 - _weighted(number, range(10, 1, -1)) % 11
    return len(number) == 10 and len(set(number)) > 1 and check % 11 == number[9]  # noqa: PLR2004 (length)


def es_nif(value: str) -> bool:
    """Spain, DNI and NIE: the letter is the number mod 23."""
    text = "".join(c for c in value.upper() if c.isalnum())
    number = text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return number.isdigit() and _NIF_LETTERS[int(number) % 23] == text[-1]


def pl_pesel(value: str) -> bool:
    """Poland, PESEL: a birth date with the century in the month, weights 1-3-7-9."""
    number = digits(value)
    if len(number) != 11:  # noqa: PLR2004 (length)
        return False
    month, day = (number[2] % 2) * 10 + number[3], number[4] * 10 + number[5]
    check = -_weighted(number[:10], (1, 3, 7, 9) * 3) % 10
    return 1 <= month <= 12 and 1 <= day <= 31 and check == number[10]  # noqa: PLR2004 (calendar)


def it_fiscal_code(value: str) -> bool:
    """Italy, codice fiscale: the last letter sums odd and even places."""
    text = value.upper()
    odd = (*_IT_ODD, *_IT_ODD_REST)
    total = 0
    for place, character in enumerate(text[:15]):
        worth = int(character) if character.isdigit() else ord(character) - ord("A")
        total += worth if place % 2 else odd[worth]
    return chr(total % 26 + ord("A")) == text[15]


def au_tfn(value: str) -> bool:
    """Australia, tax file number: mod 11 over published weights."""
    return _weighted(digits(value), (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0


def au_abn(value: str) -> bool:
    """Australia, business number: first digit less one, mod 89."""
    number = digits(value)
    number[0] -= 1
    return _weighted(number, (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


def au_acn(value: str) -> bool:
    """Australia, company number: weights 8 to 1, complement of 10."""
    number = digits(value)
    return -_weighted(number[:8], range(8, 0, -1)) % 10 == number[8]


def au_medicare(value: str) -> bool:
    """Australia, Medicare card: the ninth digit checks the eight before it."""
    number = digits(value)
    return _weighted(number[:8], (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == number[8]


def sg_nric(value: str) -> bool:
    """Singapore, NRIC and FIN: weights 2-7-6-5-4-3-2, letter by series."""
    text = value.upper()
    total = _weighted(digits(text), (2, 7, 6, 5, 4, 3, 2))
    total += {"T": 4, "G": 4, "M": 3}.get(text[0], 0)
    if text[0] == "M":
        return "KLJNPQRTUWX"[10 - total % 11] == text[-1]
    letters = _SG_CITIZEN if text[0] in "ST" else _SG_FOREIGN
    return letters[total % 11] == text[-1]


def verhoeff(value: str) -> bool:
    """India, Aadhaar: Verhoeff's dihedral check; not a palindrome of one digit."""
    number = digits(value)
    total = 0
    for place, digit in enumerate(reversed(number)):
        total = int(_VERHOEFF_D[total][int(_VERHOEFF_P[place % 8][digit])])
    return total == 0 and len(set(number)) > 1


def fi_hetu(value: str) -> bool:
    """Finland, henkilötunnus: the number without its sign, mod 31."""
    number = int("".join(map(str, digits(value[:6] + value[7:10]))))
    return _FI_LETTERS[number % 31] == value[-1].upper()


def kr_rrn(value: str) -> bool:
    """Korea, resident registration: a date; the check digit ended in October 2020."""
    number = digits(value)
    month, day = number[2] * 10 + number[3], number[4] * 10 + number[5]
    return 1 <= month <= 12 and 1 <= day <= 31 and 1 <= number[6] <= 8  # noqa: PLR2004 (calendar)


def br_cpf(value: str) -> bool:
    """Brazil, CPF: two check digits, mod 11."""
    number = digits(value)
    first = _weighted(number[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = _weighted(number[:10], range(11, 1, -1)) * 10 % 11 % 10
    return [first, second] == number[9:11] and len(set(number)) > 1


def br_cnpj(value: str) -> bool:
    """Brazil, CNPJ: two check digits, mod 11."""
    number = digits(value)
    weights = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
    first = _weighted(number[:12], weights[1:]) * 10 % 11 % 10
    second = _weighted(number[:13], weights) * 10 % 11 % 10
    return [first, second] == number[12:14] and len(set(number)) > 1


def fr_nir(value: str) -> bool:
    """France, sécurité sociale: 97 less the number mod 97; Corsica is 2A and 2B."""
    text = "".join(c for c in value.upper() if c.isalnum())
    number = text.replace("2A", "19").replace("2B", "18")
    return number.isdigit() and 97 - int(number[:13]) % 97 == int(number[13:15])


def nl_bsn(value: str) -> bool:
    """Netherlands, burgerservicenummer: the eleven test, last weight -1."""
    number = digits(value)
    return _weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and any(number)


def se_personnummer(value: str) -> bool:
    """Sweden, personnummer: Luhn over the last ten digits, a calendar day."""
    number = digits(value)[-10:]
    month, day = number[2] * 10 + number[3], number[4] * 10 + number[5]
    plausible = 1 <= month <= 12 and (1 <= day <= 31 or 61 <= day <= 91)  # noqa: PLR2004 (calendar; +60 = coordination number)
    return plausible and luhn("".join(map(str, number)))


def cn_resident(value: str) -> bool:
    """China, GB 11643: ISO 7064 mod 11-2 over 17 digits, and a birth date."""
    text = value.upper()
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return "10X98765432"[_weighted(digits(text[:17]), weights) % 11] == text[17]


def de_tax_id(value: str) -> bool:
    """Germany, Steuer-ID: ISO 7064 mod 11,10."""
    number = digits(value)
    product = 10
    for digit in number[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return len(number) == 11 and (11 - product) % 10 == number[10]  # noqa: PLR2004 (length)


def ch_ahv(value: str) -> bool:
    """Switzerland, AHV number: EAN-13 check."""
    number = digits(value)
    return -_weighted(number[:12], (1, 3) * 6) % 10 == number[12]


def be_national(value: str) -> bool:
    """Belgium, rijksregisternummer: 97 less the number mod 97, two centuries."""
    text = "".join(map(str, digits(value)))
    wanted = int(text[9:11])
    return wanted in {97 - int(p + text[:9]) % 97 for p in ("", "2")}
