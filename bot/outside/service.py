"""One service that is asked over HTTP, within a budget of time and bytes.

Answers are JSON. What a status means is said in our own words: a server's own words
never come into what is shown. Which addresses may be reached at all, how long one
exchange may take, that TLS is checked and redirects are not followed: `bot.ports.ask`.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from bot.acting.reading import ANOTHER_SHAPE
from bot.domain.errors import NotFound, TocsinError, Unreachable
from bot.outside.files import fitted
from bot.ports.ask import Answer, Ask
from bot.ports.collect import Collected

BUDGET_S = 10.0
"""How long one collector may ask, before its last answer: a bundle waits 20 s."""
_MOST_BYTES = 2 * 1024 * 1024
_OK = 200
_REDIRECTS = range(300, 400)
_NOT_LET_IN, _NO_RIGHT, _NOT_THERE, _TOO_MANY = 401, 403, 404, 429
_NOT_UNDERSTOOD = (400, 422)
_CANNOT = range(500, 600)
_LATEST = 4_102_444_800  # the year 2100: later than that is no time of a reset

_IN_WORDS: Mapping[str, str] = {
    "TimeoutError": "it did not answer in time",
    "ConnectionRefusedError": "nothing answers at its address",
    "ConnectionResetError": "it broke the connection off",
    "RemoteDisconnected": "it broke the connection off",
    "IncompleteRead": "its answer broke off",
    "gaierror": "the name of its host is not known here",
    "SSLCertVerificationError": "its certificate is not trusted here",
    "SSLError": "it speaks no TLS that can be trusted",
    "BadStatusLine": "what answers there speaks no HTTP",
}
"""What people understand by the errors of a connection."""
_NOT_THERE_AT_ALL = frozenset(
    {"ConnectionRefusedError", "gaierror", "SSLCertVerificationError", "SSLError"}
)

Pairs = Iterable[tuple[str, str]]


@dataclass(kw_only=True)
class Service:
    """Asks one service for one bundle; made anew for each, so it keeps nothing.

    Attributes:
        title: As people call it.
        url: As the settings name it.
        token: Shown to this address only.
        headers: Sent with each question.
        right: Which right its token needs, for the sentence when it has not.
        clock: Seconds that only grow.
    """

    ask: Ask
    title: str
    url: str
    token: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    right: str = ""
    budget_s: float = BUDGET_S
    clock: Callable[[], float] = time.monotonic
    _began: float = field(default=0.0, init=False)
    _refused: str = field(default="", init=False)

    def __post_init__(self) -> None:
        """Start the budget."""
        self._began = self.clock()

    def get(self, path: str, pairs: Pairs = (), *, most: int = _MOST_BYTES) -> Any:
        """Return what stands at a path, as JSON.

        Args:
            path: Begins with "/"; whoever puts it together has escaped its parts.
            pairs: Names and values of the query, in order.
            most: Bytes that are read at most.

        Raises:
            NotFound: There is no such thing, or none that the token may see.
            Unreachable: It was not reached, or answered nothing that can be read.
        """
        try:
            return orjson.loads(self._asked(path, pairs, "application/json", most))
        except ValueError:
            raise self._unread("its answer is no JSON") from None

    def text(self, path: str, pairs: Pairs = (), *, most: int = _MOST_BYTES) -> str:
        """Return what stands at a path, as text; what is no UTF-8 is replaced.

        Raises:
            NotFound, Unreachable: As `get`.
        """
        return self._asked(path, pairs, "*/*", most).decode("utf-8", "replace")

    def _asked(self, path: str, pairs: Pairs, accept: str, most: int) -> bytes:
        if self._refused:
            raise self._unread(self._refused)
        if self.clock() - self._began > self.budget_s:
            raise self._unread("the time for asking it is used up")
        query = urlencode(list(pairs))
        url = f"{self.url.rstrip('/')}{path}{'?' if query else ''}{query}"
        headers = {"Accept": accept, **self.headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            answer = self.ask(url, headers=headers, most_bytes=most)
        except Unreachable as error:
            because = _IN_WORDS.get(error.because, error.because)
            # Who is slow may answer the next question; who is not there does not.
            self._refused = because if error.because in _NOT_THERE_AT_ALL else ""
            raise self._unread(because) from None
        return self._read(answer)

    def _read(self, answer: Answer) -> bytes:
        if answer.status == _NOT_THERE:
            raise NotFound(
                f"{self.title} was not read",
                because="it knows no such thing, or not for this token",
                next_move="Compare the address and the names in the settings.",
            )
        if answer.status != _OK:
            raise self._unread(self._because(answer))
        return answer.body

    def _because(self, answer: Answer) -> str:
        status = answer.status
        if _is_too_often(answer):
            self._refused = f"it takes no more requests for now{_until(answer)}"
            return self._refused
        if status == _NOT_LET_IN:
            return "it asks for a token, or for another one"
        if status == _NO_RIGHT:
            needed = f": it needs {self.right}" if self.right else ""
            return f"the token lacks a right{needed}"
        if status in _NOT_UNDERSTOOD:
            return "it does not understand the question"
        if status in _REDIRECTS:
            return f"it answered {status}, a redirect, which is not followed"
        if status in _CANNOT:
            return f"it answered {status}: it has troubles of its own"
        return f"it answered {status}"

    def _unread(self, because: str) -> Unreachable:
        return Unreachable(
            f"{self.title} was not read",
            because=because,
            next_move="Asking again is safe.",
        )


def told(name: str, call: str, read: Callable[[], Collected]) -> Collected:
    """Return what was read, or the same file without content, saying why.

    So one question that is not answered costs only its own file.
    """
    try:
        return fitted(read())
    except TocsinError as error:
        says = f"{error.what}: {error.because}."
    except ANOTHER_SHAPE:
        says = "It answered something that is not built like its answers."
    return Collected(name=name, content="", says=says, call=call)


def _is_too_often(answer: Answer) -> bool:
    """Tell whether it asks for a rest; GitHub also says so with a 403."""
    headers = answer.headers
    rests = headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers
    return answer.status == _TOO_MANY or (answer.status == _NO_RIGHT and rests)


def _until(answer: Answer) -> str:
    """Return until when, where the answer says it and it can be believed."""
    wait, reset = (
        answer.headers.get(name, "") for name in ("retry-after", "x-ratelimit-reset")
    )
    if wait.isascii() and wait.isdigit() and len(wait) <= 6:  # noqa: PLR2004 - days
        return f", for {int(wait)} s"
    if reset.isascii() and reset.isdigit() and int(reset[:12]) < _LATEST:
        at = datetime.fromtimestamp(int(reset[:12]), tz=UTC)
        return f", until {at:%H:%M} UTC"
    return ""
