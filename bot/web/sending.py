"""One request that may change something, made once: never a second time, never led on.

The walls are those of `asking.py`. What is added: whether anything left this machine,
because what was sent may have happened, whatever came back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event

from bot.domain.errors import OutcomeUnknown, Unreachable
from bot.ports.ask import Answer
from bot.ports.send import Request
from bot.web.asking import HttpAsk, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSend:
    """The port `Send`. Safe for threads."""

    ask: HttpAsk = field(default_factory=HttpAsk)

    def __call__(
        self,
        request: Request,
        *,
        headers: Mapping[str, str],
        most_bytes: int = 1_048_576,
    ) -> Answer:
        """Return what was answered.

        Raises:
            Unreachable: Nothing was sent.
            OutcomeUnknown: It was sent, and no whole answer came.
        """
        left = Event()
        said = Said(method=request.method, headers=headers, body=request.body)
        try:
            return self.ask.exchanged(
                request.url, said, most_bytes=most_bytes, begun=left.set
            )
        except Unreachable as error:
            if not left.is_set():
                raise
            raise OutcomeUnknown(
                "It is not known whether a request was carried out",
                because=error.because,
                next_move="Look at the other side before anything is tried again.",
            ) from None
