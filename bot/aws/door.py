"""The one AWS account that is connected, if any; it may come up later.

The practice cloud starts beside the bot, and a real account may be out of reach:
until it is connected, every look says so and nothing is changed.
"""

import threading
from dataclasses import dataclass, field

from bot.aws.action import AwsAction
from bot.aws.mint import Mint
from bot.aws.session import AwsSession, AwsSettings, open_session
from bot.domain.errors import BadRequest, Unreachable
from bot.domain.plan import Plan
from bot.ports.action import Action
from bot.ports.clock import Clock


@dataclass(kw_only=True)
class AwsDoor:
    """Hands out sessions: one that reads, and one per plan that acts."""

    clock: Clock
    _mint: Mint | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def connect(self, settings: AwsSettings) -> None:
        """Use an account from now on.

        Raises:
            BadSettings: Its credentials may not be used.
        """
        base = open_session(settings)
        with self._lock:
            self._mint = Mint(base=base, clock=self.clock)

    @property
    def is_configured(self) -> bool:
        """Tell that an account may come: it is connected while the bot runs."""
        return True

    @property
    def is_connected(self) -> bool:
        """Tell whether an account is connected; whether it answers is another thing."""
        with self._lock:
            return self._mint is not None

    def reader(self) -> AwsSession:
        """Return a session that can only read.

        Raises:
            Unreachable: No account is connected, or it does not answer.
        """
        return self._connected().reader()

    def queue(self) -> AwsSession:
        """Return a session that takes messages out of the bot's queue.

        Raises:
            Unreachable: No account is connected, or it does not answer.
        """
        return self._connected().queue()

    def model(self) -> AwsSession:
        """Return a session that asks models of Bedrock.

        Raises:
            Unreachable: No account is connected, or it does not answer.
        """
        return self._connected().model()

    def store(self) -> AwsSession:
        """Return a session that keeps ciphertext and wraps keys of shares.

        Raises:
            Unreachable: No account is connected, or it does not answer.
        """
        return self._connected().store()

    def for_plan(
        self, plan: Plan, action: Action, approvers: tuple[str, ...]
    ) -> AwsSession:
        """Return the session a plan acts with.

        Raises:
            BadRequest: Nobody agreed, or it is a drill.
            Unreachable: STS refused or did not answer; nothing happened.
        """
        if plan.drill:
            raise BadRequest(
                f"No AWS session was made for {plan.id}",
                because="it is a drill",
                next_move="Have a real incident's plan approved: only that gets one.",
            )
        if not isinstance(action, AwsAction):
            raise BadRequest(
                f"No AWS session was made for {plan.id}",
                because=f"{action.MANIFEST.name} is no action of AWS",
                next_move="Tell the bot's owner: its name leads to the wrong place.",
            )
        mint = self._connected()
        grant = action.grant(plan.draft)
        return mint.mint(plan, grant, approvers=approvers)

    def _connected(self) -> Mint:
        with self._lock:
            if self._mint is None:
                raise Unreachable(
                    "Nothing was read or changed",
                    because="no AWS account is connected",
                    next_move="Wait until it is up, or run `tocsin doctor`.",
                )
            return self._mint
