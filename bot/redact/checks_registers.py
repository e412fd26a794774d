"""Check digits and dates in the numbers of further states' registers of people.

The counterpart of `checks_people`, which has the states most alerts come from. Pure
functions from a string (separators allowed) to yes or no.
"""

from datetime import date

from bot.redact.checks_money import digits

_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_IE_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
# Years of two digits are tried in this and in the last century.
_CENTURIES = (1900, 2000)


def _is_day(year: int, month: int, day: int) -> bool:
    for century in _CENTURIES:
        try:
            date(century + year, month, day)
        except ValueError:
            continue
        return True
    return False


def tr_tckn(value: str) -> bool:
    """Turkey: two check digits over odd and even places."""
    number = digits(value)
    if len(number) != 11 or number[0] == 0:  # noqa: PLR2004 (length)
        return False
    tenth = (sum(number[0:9:2]) * 7 - sum(number[1:8:2])) % 10
    return number[9] == tenth and sum(number[:10]) % 10 == number[10]


def no_fnr(value: str) -> bool:
    """Norway: a day of birth, and two check digits mod 11."""
    number = digits(value)
    if len(number) != 11:  # noqa: PLR2004 (length)
        return False
    day, month, year = (number[i] * 10 + number[i + 1] for i in (0, 2, 4))
    first = sum(
        d * w for d, w in zip(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False)
    )
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    second = sum(d * w for d, w in zip(number, weights, strict=True))
    # Numbers for people without residence have 40 added to the day.
    known = _is_day(year, month, day % 40)
    return known and first % 11 == 0 and second % 11 == 0


def dk_cpr(value: str) -> bool:
    """Denmark: a day of birth; the check digit was given up in 2007."""
    number = digits(value)
    day, month, year = (number[i] * 10 + number[i + 1] for i in (0, 2, 4))
    return len(number) == 10 and _is_day(year, month, day)  # noqa: PLR2004 (length)


def cz_rc(value: str) -> bool:
    """Czechia and Slovakia: a day of birth, months of women plus 50, mod 11."""
    number = digits(value)
    if len(number) != 10:  # noqa: PLR2004 (nine digits, until 1954, have no check)
        return False
    year, month, day = (number[i] * 10 + number[i + 1] for i in (0, 2, 4))
    month = (month - 50) % 100 if month > 50 else month  # noqa: PLR2004 (women)
    month = month - 20 if month > 20 else month  # noqa: PLR2004 (numbers ran out)
    whole = int("".join(map(str, number)))
    return _is_day(year, month, day) and whole % 11 == 0


def cl_rut(value: str) -> bool:
    """Chile: mod 11 with weights 2 to 7 from the right, K for ten."""
    body, given = digits(value[:-1]), value[-1:].upper()
    total = sum(d * (2 + i % 6) for i, d in enumerate(reversed(body)))
    return 7 <= len(body) <= 8 and given == "0123456789K0"[11 - total % 11]  # noqa: PLR2004 (length)


def ar_cuit(value: str) -> bool:
    """Argentina: mod 11 over ten digits."""
    number = digits(value)
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    total = sum(d * w for d, w in zip(number, weights, strict=False))
    return len(number) == 11 and (11 - total % 11) % 11 == number[10]  # noqa: PLR2004 (length)


def hk_id(value: str) -> bool:
    """Hong Kong: one or two letters, six digits, a check digit in brackets, mod 11."""
    body = "".join(c for c in value.upper() if c.isalnum())
    spelled = [36] * (9 - len(body)) + [int(c, 36) for c in body]
    total = sum(d * w for d, w in zip(spelled, range(9, 0, -1), strict=True))
    return total % 11 == 0


def tw_id(value: str) -> bool:
    """Taiwan: a letter for two digits, then nine digits, mod 10."""
    first = 10 + _TW_LETTERS.index(value[0].upper())
    number = [first // 10, first % 10, *digits(value[1:])]
    weights = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
    return sum(d * w for d, w in zip(number, weights, strict=True)) % 10 == 0


def my_nric(value: str) -> bool:
    """Malaysia: a day of birth first, no check digit."""
    number = digits(value)
    year, month, day = (number[i] * 10 + number[i + 1] for i in (0, 2, 4))
    return len(number) == 12 and _is_day(year, month, day)  # noqa: PLR2004 (length)


def ie_pps(value: str) -> bool:
    """Ireland: seven digits, a check letter mod 23, perhaps one letter more."""
    number, letters = digits(value[:7]), value[7:].upper()
    total = sum(d * (8 - i) for i, d in enumerate(number))
    total += 9 * _IE_LETTERS.index(letters[1]) if letters[1:] else 0
    return len(number) == 7 and _IE_LETTERS[total % 23] == letters[0]  # noqa: PLR2004 (length)
