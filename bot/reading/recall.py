"""Understands payloads without asking anybody, where the like was seen before.

A storm is mostly the same alerts again with other times. Where an integration offers
`skeletons`, what its alerts mean is remembered by them, and neither parsed nor judged
again. The answers are the same as without memory; a test compares them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import orjson

from bot.domain.errors import Unparsed
from bot.ports import Integration, Payload
from bot.ports.integration import Skeletons
from bot.reading.memory import MOST_BYTES, Memory
from bot.reading.questions import Answer, Question, Reading
from bot.triage import Triaged, Understood, nth, triaged, unparsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A payload that came: to which source, and the id of its first alert."""

    payload: Payload
    source: str
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What somebody else must read, and by what it is remembered then."""

    arrived: Arrived
    keys: tuple[bytes, ...]


class Recall:
    """For one thread.

    Args:
        integrations: Who offers skeletons, by source.
        reading: Asked about what is not remembered.
        edition: Of what decides beside the rules, such as whose names are known: what
            was remembered under another one is not asked for any more.
        most_bytes: How much may be remembered, about.
    """

    def __init__(
        self,
        integrations: Mapping[str, Integration],
        reading: Reading,
        *,
        edition: Callable[[], int] = int,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._edition = edition
        self._integrations = integrations
        self._reading = reading
        self._memory = Memory(most_bytes=most_bytes)

    @property
    def remembered_bytes(self) -> int:
        """How much is remembered, about."""
        return self._memory.bytes

    def remembered(self) -> tuple[Understood, ...]:
        """Return what is remembered, the least asked for first."""
        return tuple(self._memory)

    def understand(self, payload: Payload, source: str, alert_id: str) -> Triaged:
        """Return what a payload means; never raises for what it holds."""
        arrived = Arrived(payload=payload, source=source, alert_id=alert_id)
        return self.begin([arrived])()[0]

    def begin(self, arrived: Sequence[Arrived]) -> Callable[[], Sequence[Triaged]]:
        """Begin to understand payloads; what is returned ends it, in their order.

        What was begun is ended before anything else is begun.

        Raises:
            Unreachable: Nobody is there to read. So does ending.
        """
        looked = [self._look(one) for one in arrived]
        asked = [one for one in looked if isinstance(one, _Asked)]
        if not asked:
            return lambda: [one for one in looked if isinstance(one, Triaged)]
        end = self._reading.begin([_question(one.arrived) for one in asked])

        def ended() -> Sequence[Triaged]:
            answers = iter(end())
            return [
                self._learn(one, next(answers)) if isinstance(one, _Asked) else one
                for one in looked
            ]

        return ended

    def _look(self, arrived: Arrived) -> Triaged | _Asked:
        """Return what a payload means if all of it is remembered."""
        skeletons = self._skeletons(arrived)
        keys = self._keys(arrived.source, skeletons) if skeletons else ()
        if skeletons and keys:
            found = [self._memory.get(key) for key in keys]
            known = [one for one in found if one is not None]
            if len(known) == len(keys):
                times = [at for _, at in skeletons.each]
                return _triaged(arrived, arrived.source, known, times)
        return _Asked(arrived=arrived, keys=keys)

    def _learn(self, asked: _Asked, answer: Answer) -> Triaged:
        arrived = asked.arrived
        if answer.problem:
            at = arrived.payload.received_at
            return unparsed(answer.source, answer.problem, arrived.alert_id, at)
        if len(asked.keys) == len(answer.known):
            for key, known in zip(asked.keys, answer.known, strict=True):
                if known.same:
                    self._memory.keep(key, known)
        return _triaged(arrived, answer.source, answer.known, answer.times)

    def _skeletons(self, arrived: Arrived) -> Skeletons | None:
        parser = self._integrations.get(arrived.source)
        ask = getattr(parser, "skeletons", None)
        found: Skeletons | None = None
        if ask is not None:
            with suppress(Unparsed):
                found = ask(arrived.payload)
        return found

    def _keys(self, source: str, skeletons: Skeletons) -> tuple[bytes, ...]:
        """Return what each alert is remembered by, () where it has no one form."""
        digest = self._memory.digest
        try:
            # Two sources may have the same format; an alert is its source's own.
            about = (source, self._edition(), skeletons.shared)
            shared = digest(orjson.dumps(about))
            # The first also stands for what the sender cut off.
            return tuple(
                digest(shared + bytes((not place,)) + orjson.dumps(one))
                for place, (one, _) in enumerate(skeletons.each)
            )
        except TypeError:
            return ()


def _question(arrived: Arrived) -> Question:
    return Question(payload=arrived.payload, source=arrived.source)


def _triaged(
    arrived: Arrived,
    source: str,
    known: Sequence[Understood],
    times: Sequence[datetime | None],
) -> Triaged:
    at = arrived.payload.received_at
    alerts = tuple(
        one.alert(nth(arrived.alert_id, place), occurred_at=moment, received_at=at)
        for place, (one, moment) in enumerate(zip(known, times, strict=True), 1)
    )
    return triaged(source, alerts, tuple(one.same for one in known))
