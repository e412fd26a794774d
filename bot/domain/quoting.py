"""Values of a plan as people must see them: nothing hidden, two are never alike.

Alert text is another matter; it goes through `bot/domain/untrusted.py`.
"""

import json
import re
import unicodedata

from bot.domain.untrusted import visible

# Spaces and line ends that look like an ordinary space, or like nothing.
_LOOKS_BLANK = frozenset({"Zl", "Zp", "Zs"})
_NO_INK = frozenset("\u2800")
# Written from right to left: what stands beside them changes its place.
_TURNS = frozenset({"R", "AL", "AN"})
_MARKS = frozenset({"Mn", "Mc", "Me"})
# Their small letters look like Latin ones.
_LIKE_LATIN = ("ARMENIAN", "CHEROKEE", "COPTIC", "CYRILLIC", "GREEK", "LISU")
_LIKE_ASCII = frozenset("\u02d7\u2010\u2011\u2012\u2013\u2212\u2215\u2044\u2236\ua789")
# Latin letters of living languages; behind them come those of phonetics.
_LATIN_ENDS, _LATIN_MORE = 0x024F, range(0x1E00, 0x1F00)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}(?:[-_.][A-Za-z0-9]{1,16}){0,4}")
_FEW = 4
_BMP = 0xFFFF


def bare(text: str) -> str:
    r"""Return a text on one line in which nothing is hidden: ``\n``, ``\u202e``.

    What looks like something else is written out as well: ``pr\u043ed`` has a Cyrillic
    letter among Latin ones. A word all in letters of another script stands as it is.
    """
    quoted = json.dumps(text, ensure_ascii=False)[1:-1]
    if quoted.isascii() and quoted.isprintable():
        return quoted
    return "".join(map(_word, re.split(r"(\s)", quoted)))


def _word(word: str) -> str:
    is_latin = any(mark.isascii() and mark.isalpha() for mark in word)
    return "".join(
        _written(mark) if _misleads(mark, before, is_latin=is_latin) else mark
        for before, mark in zip(" " + word, word, strict=False)
    )


def _misleads(mark: str, before: str, *, is_latin: bool) -> bool:
    """Tell whether somebody who reads it cannot know what it is."""
    if mark.isascii():
        return not mark.isprintable()
    kind = unicodedata.category(mark)
    if not visible(mark) or kind in _LOOKS_BLANK or mark in _NO_INK:
        return True
    if unicodedata.bidirectional(mark) in _TURNS or mark in _LIKE_ASCII:
        return True
    if kind in _MARKS:
        both = before + mark
        return before.isascii() or unicodedata.normalize("NFC", both) != both
    return _is_alike(mark, kind, is_latin=is_latin)


def _is_alike(mark: str, kind: str, *, is_latin: bool) -> bool:
    """Tell whether it looks like another letter, digit or sign."""
    plain = unicodedata.normalize("NFKC", mark)
    if plain != mark and (kind[0] in "LN" or (len(plain) == 1 and plain.isascii())):
        return True
    name = unicodedata.name(mark, "")
    if name.startswith("LATIN"):
        return ord(mark) > _LATIN_ENDS and ord(mark) not in _LATIN_MORE
    return is_latin and name.startswith(_LIKE_LATIN)


def _written(mark: str) -> str:
    """Return the number of a mark; eight digits where four do not hold it."""
    return f"\\u{ord(mark):04x}" if ord(mark) <= _BMP else f"\\U{ord(mark):08x}"


def named(text: str) -> str:
    """Return how a refusal names what nobody knows: ``'rb-7'``, or ``of that name``.

    What may be a key or a number is not repeated. It is not cut either: half a key is
    one that the redactor does not know.
    """
    digits = sum(map(str.isdigit, text))
    return ascii(text) if _WORD.fullmatch(text) and digits <= _FEW else "of that name"
