"""The one cluster that actions may change, if the settings name one.

Hands out sessions: one that reads, and one per plan that acts, each with a token of
an account of its own. Opened anew for each token, so that a kubeconfig or a pod's
token that was changed meanwhile counts.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.errors import BadRequest, TocsinError, Unreachable
from bot.domain.plan import Plan
from bot.outside.k8s.action import KubernetesAction
from bot.outside.k8s.base import Base
from bot.outside.k8s.mint import READ_ACCOUNT, Minted, mint
from bot.outside.k8s.session import KubeSession, Reach
from bot.ports.action import Action
from bot.ports.clock import Clock

_RENEW_BEFORE = timedelta(minutes=2)
_LONGEST_AGENT = 240


@dataclass(kw_only=True)
class KubernetesDoor:
    """The world "kubernetes": see `bot.gate.worlds.World`.

    Attributes:
        opened: Returns the bot's own identity; None where the settings name none.
        space: Namespace of the accounts that tokens are asked of.
        reach: Where plans may act.
    """

    clock: Clock
    opened: Callable[[datetime], Base] | None
    space: str
    reach: Reach
    _read: Minted | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def is_configured(self) -> bool:
        """Tell whether the settings name a cluster and where plans may act in it."""
        return self.opened is not None and bool(self.reach.namespaces)

    def reader(self) -> KubeSession:
        """Return a session that can only read; its token is renewed in time.

        Raises:
            Unreachable: No cluster is named, or it gave no token.
        """
        with self._lock:
            now = self.clock.now()
            if self._read is None or self._read.ends_at - now < _RENEW_BEFORE:
                self._read = self.token(READ_ACCOUNT, "tocsin (reading)")
            return KubeSession(wire=self._read.wire, reach=self.reach)

    def for_plan(
        self, plan: Plan, action: Action, approvers: tuple[str, ...]
    ) -> KubeSession:
        """Return the session a plan acts with: its steps, for ten minutes.

        Raises:
            BadRequest: Nobody agreed, it is a drill, or the action is none of ours.
            Unreachable: The cluster gave no token; nothing happened.
        """
        because = _not_for(plan, action, approvers)
        if because or not isinstance(action, KubernetesAction):
            raise BadRequest(
                f"No Kubernetes token was made for {plan.id}",
                because=because,
                next_move="Only an approved plan of a real incident gets one.",
            )
        agent = f"tocsin (plan {plan.id}; digest {plan.digest()}; approved by "
        agent += f"{' '.join(sorted(set(approvers)))})"
        minted = self.token(action.ROLE, _in_a_header(agent))
        return KubeSession(wire=minted.wire, reach=self.reach, writes=plan.draft.steps)

    def token(self, account: str, agent: str) -> Minted:
        """Return a token of one of the accounts, good for ten minutes.

        Args:
            agent: What the cluster's audit log calls whoever uses it.

        Raises:
            Unreachable: No cluster is named, or it gave none.
        """
        if self.opened is None:
            raise Unreachable(
                "Nothing was read or changed",
                because="no Kubernetes cluster is connected for actions",
                next_move="Name one with kubernetes.context, then restart Tocsin.",
            )
        try:
            base = self.opened(self.clock.now())
        except TocsinError as error:
            raise Unreachable(
                "Nothing was read or changed",
                because=error.because,
                next_move=error.next_move,
            ) from None
        return mint(base, self.space, account, agent=agent)


def _in_a_header(text: str) -> str:
    """Return a text as a header may hold it."""
    shown = (one if one.isascii() and one.isprintable() else "?" for one in text)
    return "".join(shown)[:_LONGEST_AGENT]


def _not_for(plan: Plan, action: Action, approvers: tuple[str, ...]) -> str:
    """Return why a plan gets no token, "" if it gets one."""
    if plan.drill:
        return "it is a drill"
    if not approvers:
        return "nobody has agreed to it"
    if not isinstance(action, KubernetesAction):
        return f"{action.MANIFEST.name} is no action of Kubernetes"
    return ""
