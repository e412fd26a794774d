"""What `tocsin doctor` says of the cluster in which plans may act.

It asks for a token of each account and lists replica sets; the tokens are thrown away.
What is collected from a cluster is looked at in `checks_collect.py`.
"""

from collections.abc import Iterator

from bot.cli.checks import OK, WARN, Check
from bot.clock import SystemClock
from bot.config import Settings
from bot.domain.errors import TocsinError
from bot.gate.catalogue import load_actions
from bot.outside.k8s.action import KubernetesAction
from bot.outside.k8s.door import KubernetesDoor
from bot.outside.k8s.mint import READ_ACCOUNT
from bot.wire_kubernetes import kubernetes_door

_NODES = "tocsin-act-node"


def look(settings: Settings) -> Iterator[Check]:
    """Return which accounts the bot may ask tokens of, and where it can read."""
    section = settings.kubernetes
    door = kubernetes_door(section, SystemClock())
    if not door.is_configured:
        says = "no plan can act in Kubernetes; see docs/guides/kubernetes.md"
        yield Check(name="cluster", state=OK, says=says)
        return
    for account in (READ_ACCOUNT, *_families(nodes=section.nodes)):
        yield _account(door, account)
    for space in section.namespaces:
        yield _space(door, space)


def _families(*, nodes: bool) -> list[str]:
    actions = load_actions().values()
    found = {one.ROLE for one in actions if isinstance(one, KubernetesAction)}
    return sorted(found if nodes else found - {_NODES})


def _account(door: KubernetesDoor, account: str) -> Check:
    try:
        door.token(account, "tocsin doctor")
    except TocsinError as error:
        return Check(
            name=f"cluster account {account}",
            state=WARN,
            says=f"its plans cannot run: {error.because}",
            next_move=error.next_move,
        )
    says = "a token of it is made on request"
    return Check(name=f"cluster account {account}", state=OK, says=says)


def _space(door: KubernetesDoor, space: str) -> Check:
    try:
        door.reader().look("apps.ListReplicaSets", {"namespace": space})
    except TocsinError as error:
        return Check(
            name=f"cluster namespace {space}",
            state=WARN,
            says=f"nothing can be planned there: {error.because}",
            next_move=f"Bind {READ_ACCOUNT} in it, as {READ_ACCOUNT}.yaml does.",
        )
    says = "plans can be made in it"
    return Check(name=f"cluster namespace {space}", state=OK, says=says)
