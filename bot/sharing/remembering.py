"""Masking many short texts that repeat: names of fields, dates, addresses.

Evidence says the same again and again, and asking the redactor takes longer than
remembering its answer. It also looks at the time, so that one file cannot take all
of it. What is sensitive is the redactor's business.
"""

from collections.abc import Callable

from bot.redact import Redacted, Redactor

_LONGEST, _MOST_KEPT = 200, 100_000
_LOOK_EVERY = 200


class OutOfTime(Exception):
    """There is no time left to mask more."""


class Remembering:
    """Answers as the redactor does, in one scope; for one bundle.

    Args:
        late: Whether there is no time left.
    """

    def __init__(
        self, redactor: Redactor, *, scope: str, late: Callable[[], bool] = bool
    ) -> None:
        self.redactor = redactor
        self.scope = scope
        self.late = late
        self._known: dict[tuple[str, str], Redacted] = {}
        self._asked = 0

    def redact(self, text: str, *, scope: str = "") -> Redacted:
        """Redact a string that stands alone, in the scope of this memory.

        Raises:
            OutOfTime: There is no time left.
        """
        return self.redact_named("", text, scope=scope)

    def redact_named(self, name: str, value: str, *, scope: str = "") -> Redacted:
        """Redact a string that stands under a name, "" for none; as `redact`."""
        del scope
        if len(name) + len(value) > _LONGEST:
            return self._found(name, value)
        key = (name, value)
        if key not in self._known:
            if len(self._known) >= _MOST_KEPT:
                self._known.clear()
            self._known[key] = self._found(name, value)
        return self._known[key]

    def _found(self, name: str, value: str) -> Redacted:
        self._asked += 1
        if self._asked % _LOOK_EVERY == 0:
            self.look_at_the_clock()
        if not name:
            return self.redactor.redact(value, scope=self.scope)
        return self.redactor.redact_named(name, value, scope=self.scope)

    def look_at_the_clock(self) -> None:
        """Go on only while there is time.

        Raises:
            OutOfTime: There is none left.
        """
        if self.late():
            raise OutOfTime
