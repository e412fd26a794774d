"""One collector's questions to AWS: bounded in time and number, and written down.

A collector asks through this and nothing else, so that each of its files can say what
was asked, what was cut and what could not be read. What is asked is the collectors'.
"""

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.aws import forms
from bot.aws.calls import read
from bot.domain.errors import NotFound, Unreachable

MOST_PAGES = 5
MOST_ITEMS = 500
_WITHIN_S = 9.0
_ANSWER_S = 5.0
_ATTEMPTS = 2
_MADE_UP = "The alert names a region that AWS is not known to have, so this is of"
_LONGEST_TOLD = 600
_LONGEST_ARGUMENT = 120
_KEYS = frozenset({"AccessKeyId"})
"""Arguments whose values are not written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paging:
    """How a call gives its items a page at a time.

    Attributes:
        items: Field of the answer with the items.
        given: Field of the answer with the token of the next page.
        asked: Argument that takes it.
    """

    items: str
    given: str = "nextToken"
    asked: str = "nextToken"


class Asking:
    """Asks for one collector, and keeps nothing after it."""

    def __init__(
        self, reader: Any, *, region: str = "", within_s: float = _WITHIN_S
    ) -> None:
        """Ask with a session that may only read.

        Args:
            reader: `AwsSession`.
            region: Where the alert's things are, "" for where the bot is. One that AWS
                does not have is not asked: a sender may have made it up.
            within_s: No call is begun after that; one lasts some 10 seconds at most,
                and the answer to it is the last.
        """
        home = str(reader.settings.region)
        self._is_made_up = bool(region) and not reader.has_region(region)
        self.region = home if self._is_made_up else region or home
        self._reader = reader
        self._session = reader.in_region(self.region).waiting(_ANSWER_S)
        self._ends_at = time.monotonic() + within_s
        self._asked: dict[str, None] = {}
        self._missing: dict[str, None] = {}
        self.cut = False

    def fresh(self, *, region: str | None = None) -> "Asking":
        """Return another with the same end and nothing written down.

        Args:
            region: Another one; "" for where the bot is, None for the same.
        """
        there = self.region if region is None else region
        return Asking(self._reader, region=there, within_s=self.seconds_left)

    @property
    def seconds_left(self) -> float:
        """How long there is, 0 or more."""
        return max(0.0, self._ends_at - time.monotonic())

    @property
    def failed(self) -> bool:
        """Whether something could not be read."""
        return bool(self._missing)

    @property
    def told(self) -> str:
        """What was asked, as somebody could ask it again."""
        whole = "; ".join(self._asked)
        if len(whole) <= _LONGEST_TOLD:
            return whole
        return f"{whole[: _LONGEST_TOLD - 1]}…"

    def tell(self, what: str) -> None:
        """Write down more of what is asked, where the arguments are too long."""
        self._asked[what] = None

    def ask(self, call: str, **arguments: Any) -> Mapping[str, Any]:
        """Return the answer to a call.

        Raises:
            NotFound: There is no such thing.
            Unreachable: It was refused, there was no answer, or the time is over.
        """
        if not self.seconds_left:
            raise Unreachable(
                f"{call} was not asked",
                because="the time for it is over",
                next_move="Press Diagnostics again.",
            )
        self._asked[_written(call, arguments)] = None
        return read(self._session, call, arguments, attempts=_ATTEMPTS)

    def maybe(self, call: str, **arguments: Any) -> Mapping[str, Any]:
        """Return the answer to a call, nothing where there is none; `says` tells why.

        For what is worth knowing but not worth failing for.
        """
        try:
            return self.ask(call, **arguments)
        except NotFound:
            return {}
        except Unreachable as error:
            self.note(error)
            return {}

    def every(
        self,
        call: str,
        paging: Paging,
        *,
        pages: int = MOST_PAGES,
        most: int = MOST_ITEMS,
        **arguments: Any,
    ) -> list[Mapping[str, Any]]:
        """Return the items of a call's pages, up to a bound; `cut` tells of more.

        A page that cannot be read ends it; what was read before is kept.
        """
        found: list[Mapping[str, Any]] = []
        for _ in range(pages):
            answer = self.maybe(call, **arguments)
            found += answer.get(paging.items) or ()
            token = answer.get(paging.given)
            if len(found) > most:
                break
            if not token:
                return found
            arguments[paging.asked] = token
        self.cut = True
        return found[:most]

    def note(self, error: Unreachable) -> None:
        """Remember what could not be read."""
        self._missing[f"{error.what}, because {error.because}."] = None

    def says(self, *sentences: str) -> str:
        """Return sentences for people, and behind them what was cut or not read."""
        said = [one for one in sentences if one]
        said += ["Cut: there is more in AWS."] * self.cut
        said += [f"{_MADE_UP} {self.region}."] * (self._is_made_up and bool(said))
        return " ".join((*said, *self._missing))


def _written(call: str, arguments: Mapping[str, Any]) -> str:
    return " ".join((call, *_arguments(arguments)))


def _arguments(arguments: Mapping[str, Any]) -> Iterable[str]:
    """Yield what names something; tokens of pages and long lists are left out."""
    for name, value in arguments.items():
        if name in _KEYS:
            yield f"{name}=…"
        elif "oken" not in name and name != "Marker":
            text = value if isinstance(value, str) else json.dumps(value, default=str)
            text = forms.KEY.sub("…", text)
            if len(text) <= _LONGEST_ARGUMENT:
                yield f"{name}={text}"
