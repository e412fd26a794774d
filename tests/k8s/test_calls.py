"""A call leads to the thing that it names, whatever stands in the name."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.outside.k8s.calls import CALLS
from bot.outside.k8s.revisions import made_by


@pytest.mark.parametrize(
    ("call", "texts", "path"),
    [
        (
            "apps.PatchDeploymentScale",
            {"namespace": "a", "name": "b"},
            "/apis/apps/v1/namespaces/a/deployments/b/scale",
        ),
        (
            "core.CreateEviction",
            {"namespace": "a", "name": "b"},
            "/api/v1/namespaces/a/pods/b/eviction",
        ),
        (
            "networking.CreatePolicy",
            {"namespace": "a", "name": "b"},
            "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies",
        ),
        ("core.ReadNode", {"name": "n/../x?y"}, "/api/v1/nodes/n%2F..%2Fx%3Fy"),
        ("core.ReadNode", {"name": ".."}, "/api/v1/nodes/_"),
        ("core.ReadNode", {"name": ""}, "/api/v1/nodes/_"),
        ("core.ListEveryPod", {}, "/api/v1/pods"),
    ],
)
def test_a_path_leads_to_what_is_named(
    call: str, texts: dict[str, str], path: str
) -> None:
    assert CALLS[call].path(texts) == path


def test_only_what_a_deployment_rules_is_a_revision_of_it() -> None:
    def owned(**by: object) -> Mapping[str, Any]:
        return {"metadata": {"ownerReferences": [{"uid": "u", **by}]}}

    mine = owned(controller=True)
    others: tuple[Mapping[str, Any], ...] = (
        owned(),
        owned(controller=True, uid="other"),
        {"metadata": {}},
    )
    assert made_by("u", [mine, *others]) == [mine]
