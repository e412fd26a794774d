"""Which pod, deployment and namespace an alert names, and whether those are names.

Senders spell it in a few ways; what is no name of Kubernetes is not taken for one,
because it becomes a part of an address. Pure.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and the
attributes of OpenTelemetry's semantic conventions for Kubernetes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import re2

from bot.domain.envelope import Alert

_SPACE = re2.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_NAME = re2.compile(r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")
# What kube-state-metrics exports comes under "exported_…" where the scraper's own
# labels won: then the plain ones name the exporter.
_SPACES = ("exported_namespace", "k8s.namespace.name", "kube_namespace", "namespace")
_PODS = ("exported_pod", "k8s.pod.name", "pod_name", "pod")
_DEPLOYMENTS = (
    *("exported_deployment", "k8s.deployment.name", "kube_deployment"),
    "deployment",
)
_UNCLEAR = frozenset({"namespace", "pod", "pod_name", "deployment"})
"""Names that mean Kubernetes only among labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an alert names; "" where it names none."""

    namespace: str
    pod: str
    deployment: str

    @property
    def is_something(self) -> bool:
        """Tell whether it can be looked up: a namespace alone can, too."""
        return bool(self.namespace or self.pod)


def is_name(text: str) -> bool:
    """Tell whether a text is the name of an object."""
    return bool(_NAME.match(text))


def named_in(alert: Alert) -> Named:
    """Return what the labels and attributes of an alert name."""
    found = {path: one.for_rules() for path, one in alert.envelope.texts.items()}
    return Named(
        namespace=_first(found, _SPACES, _SPACE),
        pod=_first(found, _PODS, _NAME),
        deployment=_first(found, _DEPLOYMENTS, _NAME),
    )


def _first(
    found: Mapping[str, str], names: Sequence[str], pattern: "re2._Regexp[str]"
) -> str:
    for name in names:
        for path, text in found.items():
            if _says(path, name) and pattern.match(text):
                return text
    return ""


def _says(path: str, name: str) -> bool:
    if name in _UNCLEAR:
        return path == f"labels.{name}"
    plain, other = path.replace("_", "."), name.replace("_", ".")
    return plain == other or plain.endswith(f".{other}")
