"""Keeps `bot.ports.ask.Ask`: says what a test put there, in order; the last stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.errors import Unreachable
from bot.ports.ask import Answer


def answer(body: bytes = b"", status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status=status, headers=named, body=body)


def silence(because: str = "TimeoutError") -> Unreachable:
    return Unreachable("x", because=because, next_move="x")


@dataclass
class FakeAsk:
    """Answers by address.

    Attributes:
        asked: Method, address and headers of each request.
    """

    answers: dict[str, list[Answer | Unreachable]] = field(default_factory=dict)
    asked: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    def __call__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = 65_536,
    ) -> Answer:
        self.asked.append((method, url, dict(headers or {})))
        waiting = self.answers[url]
        found = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(found, Unreachable):
            raise found
        return found
