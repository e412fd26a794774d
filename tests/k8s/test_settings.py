"""Where plans may act in a cluster is named one by one, and never where it hurts."""

import pytest
from pydantic import ValidationError

from bot.config.kubernetes_section import KubernetesSection
from bot.domain.errors import Unreachable
from bot.wire_kubernetes import kubernetes_door
from tests.fakes.clock import FakeClock


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"namespaces": ["kube-system"]}, "is the cluster's own"),
        ({"namespaces": ["*"]}, "name each one"),
        ({"namespaces": ["Serving"]}, "is no namespace"),
        ({"namespaces": ["tocsin"]}, "tocsin holds Tocsin's accounts"),
        ({"accounts": "a", "namespaces": ["b", "a"]}, "a holds Tocsin's accounts"),
        ({"accounts": "../x"}, "is no namespace"),
    ],
)
def test_a_namespace_that_must_be_left_alone_cannot_be_named(
    given: dict[str, object], says: str
) -> None:
    with pytest.raises(ValidationError, match=says):
        KubernetesSection.model_validate(given)


def test_without_a_cluster_or_a_namespace_nothing_is_offered() -> None:
    for section in (
        KubernetesSection(),
        KubernetesSection(context="prod"),
        KubernetesSection(namespaces=("serving",)),
    ):
        assert not kubernetes_door(section, FakeClock()).is_configured
    door = kubernetes_door(KubernetesSection(namespaces=("serving",)), FakeClock())
    with pytest.raises(Unreachable, match="no Kubernetes cluster is connected"):
        door.reader()
