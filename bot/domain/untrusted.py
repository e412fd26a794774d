"""Text from outside cannot be printed by accident.

Alert text, log lines, chat and model output are `Untrusted` until they are
addressed to a place that knows how to show them. What is sensitive in the text is
the redactor's business (`bot/redact`), not this module's.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import NoReturn

# Characters that people do not see but renderers and models do: format
# characters (bidi, zero width, Unicode tags, Cf), lone surrogates (Cs), private use
# (Co) and control characters (Cc) other than the two that lay text out.
_HIDDEN_CATEGORIES = frozenset({"Cf", "Cs", "Co", "Cc"})
_LAYOUT = frozenset("\n\t")
_SHORTEST_FENCE = 16
# The same of ASCII, for the many texts that hold nothing else.
_HIDDEN_ASCII = dict.fromkeys(
    code for code in (*range(0x20), 0x7F) if chr(code) not in _LAYOUT
)
# Variation selectors and the Hangul fillers carry no ink either, and they have
# been used to smuggle bytes past a reader.
_INKLESS = re.compile("[\u115f\u1160\u3164\uffa0\ufe00-\ufe0f\U000e0100-\U000e01ef]")


@dataclass(frozen=True, slots=True)
class Untrusted:
    """A string that is data, never an instruction and never markup."""

    _raw: str

    def __str__(self) -> NoReturn:
        """Refuse, and name the ways that are safe."""
        raise TypeError(
            "Untrusted text: use .for_slack(), .for_model(), .for_log(), "
            ".for_html_text(), .for_html_line() or .for_rules()"
        )

    def __format__(self, spec: str) -> NoReturn:
        """Refuse, so that an f-string cannot leak it."""
        self.__str__()

    def __repr__(self) -> str:
        return f"Untrusted({len(self._raw)} characters)"

    def __bool__(self) -> bool:
        return bool(self._raw.strip())

    @property
    def hidden_count(self) -> int:
        """How many characters a reader would not see."""
        return len(self._raw) - len(visible(self._raw))

    def for_slack(self, *, limit: int = 300) -> str:
        """Return plain text for a `plain_text` or rich-text element.

        Such elements show text literally: no mention, link or format comes alive.
        It must not go into `mrkdwn`; `for_mrkdwn` is made for that.

        Args:
            limit: Longest result in characters.
        """
        return clip(_one_line(visible(self._raw)), limit)

    def for_mrkdwn(self, *, limit: int = 300) -> str:
        """Escape for mrkdwn so that it cannot mention, link or format.

        Args:
            limit: Longest result in characters, before escaping.

        Source:
            Slack, "Formatting message text": escape &, < and >. The format marks
            are replaced by look-alikes, because Slack has no escape for them.
        """
        text = clip(_one_line(visible(self._raw)), limit)
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return text.translate(_NO_MARKS)

    def for_html_text(self, *, limit: int = 3000) -> str:
        """Return text for a template that escapes; never mark it safe."""
        return clip(visible(self._raw), limit)

    def for_html_line(self, *, limit: int = 300) -> str:
        """Return one line for a template that escapes; never mark it safe."""
        return clip(_one_line(visible(self._raw)), limit)

    def for_model(self, *, fence: str) -> str:
        """Wrap for a prompt between markers that the text cannot contain.

        Args:
            fence: A fresh random token for this prompt, at least 16 characters.

        Raises:
            ValueError: The text contains the fence, or the fence is too short.
        """
        if len(fence) < _SHORTEST_FENCE:
            raise ValueError("the fence is shorter than 16 characters")
        if fence in self._raw:
            raise ValueError("the text contains the fence")
        return f"<data {fence}>\n{visible(self._raw)}\n</data {fence}>"

    def for_log(self) -> str:
        """Return the first 120 characters as one line of printable ASCII."""
        return ascii(clip(self._raw, 120))

    def for_rules(self) -> str:
        """Return the text for matching: NFKC, hidden characters removed.

        Rules and the redactor compare with it. It must not be shown.
        """
        return unicodedata.normalize("NFKC", visible(self._raw))

    def for_redaction(self) -> str:
        """Return the raw text. Only the redactor and the seal may ask."""
        return self._raw


# Look-alikes without meaning in mrkdwn, so that *, _, ~ and ` format nothing.
_NO_MARKS = str.maketrans({"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"})  # noqa: RUF001 - the look-alikes are the point


def visible(text: str) -> str:
    """Return `text` without the characters that a reader does not see."""
    if text.isascii():
        return text if text.isprintable() else text.translate(_HIDDEN_ASCII)
    return _INKLESS.sub(
        "",
        "".join(
            mark
            for mark in text
            if mark in _LAYOUT or unicodedata.category(mark) not in _HIDDEN_CATEGORIES
        ),
    )


def clip(text: str, limit: int) -> str:
    """Cut `text` to `limit` characters; an ellipsis says that it was cut."""
    return text if len(text) <= limit else text[: max(limit - 1, 0)] + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())
