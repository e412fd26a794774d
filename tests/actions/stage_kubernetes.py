"""A cluster on loopback as a stage for `promises.py`: its state, and the door to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.plan import Draft, Plan
from bot.gate.catalogue import load_actions
from bot.outside.k8s.calls import CALLS
from bot.outside.k8s.door import KubernetesDoor
from bot.outside.k8s.session import KubeSession, Reach
from bot.ports.action import Action, StepResult
from tests.actions import promises
from tests.actions.worlds_kubernetes import World
from tests.cloud import APPROVERS, plan_of
from tests.fakes.kube import ACCOUNTS, SPACES, FakeCluster


@dataclass(frozen=True)
class KubernetesStage:
    """One cluster; see `promises.Stage`."""

    cluster: FakeCluster
    catalogue: Mapping[str, Action] = field(default_factory=load_actions)

    @property
    def outside(self) -> FakeCluster:
        return self.cluster

    def door(self, **changed: Any) -> KubernetesDoor:
        reach = Reach(namespaces=frozenset(SPACES), nodes=True)
        base = self.cluster.base()
        given: dict[str, Any] = {"reach": reach, "opened": lambda _now: base}
        return KubernetesDoor(
            clock=self.cluster.clock, space=ACCOUNTS, **{**given, **changed}
        )

    def reader(self) -> KubeSession:
        return self.door().reader()

    def session(self, plan: Plan, action: Any) -> KubeSession:
        return self.door().for_plan(plan, action, APPROVERS)

    def acting(self, action: Any, draft: Draft) -> KubeSession:
        """Return the session of a draft that was approved."""
        return self.session(plan_of(draft), action)

    def apply(self, action: Any, draft: Draft, session: Any = None) -> StepResult:
        """Run a plan's steps as the gate would; return the last result."""
        return promises.ran(action, draft, session or self.acting(action, draft))

    def drafted(self, world: World) -> Draft:
        return promises.drafted(self, world)

    def touch(self, call: str, texts: Mapping[str, str]) -> None:
        """Have somebody else write the very thing that a call is about."""
        known = CALLS[call]
        place = (known.resource, texts.get("namespace", ""), texts["name"])
        blank: dict[str, Any] = {"metadata": {"name": texts["name"]}, "spec": {}}
        self.cluster.put(place[0], place[1], self.cluster.objects.get(place) or blank)
