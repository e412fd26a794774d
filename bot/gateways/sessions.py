"""With what is read and acted over HTTP: one session that reads, and one per plan.

The services have no sessions of their own that could be cut to one plan, so it is done
here: a plan's session knows the requests of its plan, to the byte, and makes nothing
else; each that changes something once; and after 15 minutes nothing at all.
"""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.errors import BadRequest, OutcomeUnknown, TooLate
from bot.gateways.outcomes import unread
from bot.ports.ask import Answer
from bot.ports.clock import Clock
from bot.ports.send import Request, Send

LIFE = timedelta(minutes=15)
_GET = "GET"
_MOST_BYTES_READ = 4 * 1024 * 1024
"""A list of some thousand deployments, with what LiteLLM knows of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a request carries beside itself, so that the other side can tell it.

    Attributes:
        action: Name of the action that makes it.
        at: When it is made.
        plan: Its id; "" for a read.
        idempotency_key: Equal for the same step of the same plan; "" for a read.
    """

    action: str
    at: datetime
    plan: str = ""
    idempotency_key: str = ""


Sign = Callable[[Request, Stamp], Mapping[str, str]]
"""Returns the headers that prove who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSession:
    """Reads with the identity that can only read; makes nothing but GET.

    Attributes:
        base: Address of the service; "" where each request has its own.
        ours: Ids of what the bot itself stands on there: no plan may touch it.
    """

    send: Send
    sign: Sign = field(repr=False)
    clock: Clock
    base: str = ""
    ours: Collection[str] = ()

    def get(self, request: Request, call: str, *, action: str) -> Answer:
        """Return what a read is answered.

        Raises:
            BadRequest: It is no read.
            Unreachable: There was no answer.
        """
        if request.method != _GET or request.body:
            raise _not_planned(call, "it is no read")
        stamp = Stamp(action=action, at=self.clock.now())
        return _read(self.send, self.sign, request, call, stamp)


@dataclass(kw_only=True)
class PlanSession:
    """Makes the requests of one approved plan and no other. Safe for threads.

    Attributes:
        action: Name of the plan's action.
        reads: What it may read: that with which the world is compared.
        writes: What it may change, each once.
        ends_at: From then on it makes nothing.
    """

    send: Send
    sign: Sign = field(repr=False)
    clock: Clock
    plan: str
    action: str
    reads: Collection[Request]
    writes: Collection[Request]
    ends_at: datetime
    base: str = ""
    _made: set[Request] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def get(self, request: Request, call: str, *, action: str) -> Answer:
        """Return what a read of the plan is answered.

        Raises:
            BadRequest: The plan has no such read.
            TooLate: The session is over.
            Unreachable: There was no answer.
        """
        if action != self.action:
            raise _not_planned(call, "the session is of another action")
        self._check(request, call, self.reads)
        stamp = Stamp(action=action, at=self.clock.now())
        return _read(self.send, self.sign, request, call, stamp)

    def make(self, request: Request, call: str, *, idempotency_key: str) -> Answer:
        """Make a request of the plan that changes something; a second time never.

        Raises:
            BadRequest: The plan has no such request, or it was made before.
            TooLate: The session is over.
            Unreachable: Nothing was sent.
            OutcomeUnknown: It was sent, and no whole answer came.
        """
        self._check(request, call, self.writes)
        with self._lock:
            if request in self._made:
                raise _not_planned(call, "this session has made it already")
            # Before it is made: what fails afterwards may have happened.
            self._made.add(request)
        stamp = Stamp(
            action=self.action,
            at=self.clock.now(),
            plan=self.plan,
            idempotency_key=idempotency_key,
        )
        return self.send(request, headers=self.sign(request, stamp))

    def _check(self, request: Request, call: str, allowed: Collection[Request]) -> None:
        if self.clock.now() >= self.ends_at:
            raise TooLate(
                f"{call} was not made",
                because="the session of its plan is over",
                next_move="Propose it again.",
            )
        if request not in allowed:
            raise _not_planned(call, "it is no request of the session's plan")


def _read(send: Send, sign: Sign, request: Request, call: str, stamp: Stamp) -> Answer:
    try:
        return send(request, headers=sign(request, stamp), most_bytes=_MOST_BYTES_READ)
    except OutcomeUnknown as error:  # of a read nothing can have happened
        raise unread(call, error.because) from None


def _not_planned(call: str, because: str) -> BadRequest:
    return BadRequest(
        f"{call} was not made",
        because=because,
        next_move="Propose what is wanted as a plan of its own.",
    )
