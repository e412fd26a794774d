"""Asks a reader in a process of its own, and replaces it when a payload ended it.

Strangers choose what their payloads hold. What takes one apart may take long, take all
memory or fall over; so it does not happen where the keys and the log are. A payload
that ends the reader is asked about once more alone; if it does so again it is answered
as one that cannot be read, and no other payload suffers for it.
"""

import contextlib
import logging
from collections.abc import Callable, Sequence

from bot.deciding import Texts
from bot.domain.errors import Unreachable
from bot.domain.known_people import NOBODY, KnownPeople
from bot.reading import frames
from bot.reading.process import PROGRAM, Process
from bot.reading.questions import Answer, End, Question

FAILED = "Reading it failed, or took more time or memory than it may."
_READY_WITHIN_S = 60.0
# Beyond what the reader gives itself, in time on the clock of a machine that is busy.
_ANSWER_WITHIN_S = 120.0
_log = logging.getLogger(__name__)


class Apart:
    """Keeps `Reading`. For one thread.

    Args:
        texts: What decides, for the process to read again.
        known: Tells whose names are taken out as well. A reader is told before it is
            asked, the first time and whenever they are others.
        program: What is started.
    """

    def __init__(
        self,
        texts: Texts,
        *,
        known: Callable[[], KnownPeople] = lambda: NOBODY,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        self._texts = texts
        self._known = known
        self._program = program
        self._child: _Child | None = None

    def take(self, begun: Process) -> None:
        """Ask a reader that was begun before there was anything to ask."""
        self.close()
        self._child = _Child(begun, self._texts)

    def start(self) -> None:
        """Start the reader ahead of the first question; nobody waits for it here."""
        self._started()

    def wait(self) -> None:
        """Wait until the reader can be asked.

        Raises:
            Unreachable: It cannot be started.
        """
        self._ready()

    def close(self) -> None:
        """End the reader."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def begin(self, questions: Sequence[Question]) -> End:
        """Ask; the reader reads while the caller does something else.

        Raises:
            Unreachable: No reader can be started. So does ending.
        """
        child = self._ask(questions)
        return lambda: self._end(child, questions)

    def _end(
        self, child: "_Child | None", questions: Sequence[Question]
    ) -> Sequence[Answer]:
        found = self._answers(child, len(questions))
        return [self._alone(one) for one in questions] if found is None else found

    def _alone(self, question: Question) -> Answer:
        found = self._answers(self._ask([question]), 1)
        if found is not None:
            return found[0]
        _log.error("a payload from %s ended the reader", question.source)
        return Answer(source=question.source, problem=FAILED)

    def _ask(self, questions: Sequence[Question]) -> "_Child | None":
        """Return who was asked, None when it ended over being asked."""
        child = self._ready()
        try:
            child.know(self._known())
            child.ask(questions)
        except OSError:
            self.close()
            return None
        return child

    def _answers(self, child: "_Child | None", count: int) -> Sequence[Answer] | None:
        """Return the answers, None when the reader ended over them."""
        if child is None:
            return None
        try:
            return child.answers(count)
        except (OSError, frames.Broken):
            self.close()
            return None

    def _started(self) -> "_Child":
        child = self._child = self._child or _Child(Process(self._program), self._texts)
        return child

    def _ready(self) -> "_Child":
        child = self._started()
        try:
            child.wait_until_ready()
        except (OSError, frames.Broken) as error:
            self.close()
            raise Unreachable(
                "Nothing was read",
                because=f"the process that reads payloads did not start ({error})",
                next_move="Look for free memory; it is tried again.",
            ) from error
        return child


class _Child:
    """One running reader."""

    def __init__(self, process: Process, texts: Texts) -> None:
        self._process = process
        self._wire = process.wire
        self._wire.settimeout(_READY_WITHIN_S)
        self._is_ready = False
        self._asked = 0
        self._knows = NOBODY
        with contextlib.suppress(OSError):
            frames.send(self._wire, "decide by", texts.as_json())

    def wait_until_ready(self) -> None:
        """Wait until it has read what decides; raises OSError or `Broken`."""
        if self._is_ready:
            return
        if frames.receive(self._wire)[0] != "ready":
            raise frames.Broken("it is not ready")
        self._wire.settimeout(_ANSWER_WITHIN_S)
        self._is_ready = True

    def know(self, people: KnownPeople) -> None:
        """Tell whose names are known, if it was not told so; raises OSError."""
        if people is not self._knows:
            frames.send(self._wire, *frames.known(people))
            self._knows = people

    def ask(self, questions: Sequence[Question]) -> None:
        """Ask; raises OSError when it is gone.

        Answers to what was asked before, and never waited for, are not taken for
        these: they have another number.
        """
        self._asked += 1
        frames.send(self._wire, *frames.asked(questions, number=self._asked))

    def answers(self, count: int) -> Sequence[Answer]:
        """Wait for the answers; raises OSError or `Broken` when it is gone."""
        told = frames.receive(self._wire)
        return frames.answers(told, number=self._asked, count=count)

    def end(self) -> None:
        """End it at once: it holds nothing that could be lost."""
        self._process.end()
