"""The section `[kubernetes]`: the cluster in which plans may act, and where in it.

What is read of a cluster for diagnostics is in `collecting.py`; it is another account.
"""

from pathlib import Path

import re2
from pydantic import Field, field_validator, model_validator

from bot.config.section import Names, Section

_NAMESPACE = re2.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
_ITS_OWN = "kube-"
"""How the cluster's own namespaces begin; the prefix is reserved. Source:
https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/"""


class KubernetesSection(Section):
    """The cluster in which plans may act; without it none of its actions is offered."""

    context: str = Field(
        "",
        description="Context of the kubeconfig with the bot's own account, which can "
        "do nothing but ask for tokens of others; or in-cluster for the pod's. With "
        "it Tocsin needs its extra `kubernetes`.",
    )
    config: Path | None = Field(
        None, description="The kubeconfig. Default: where kubectl looks for it."
    )
    program: str = Field(
        "",
        description="The one program that the kubeconfig may run to get a token, as "
        "its exec.command says it, such as aws. Without it none is run.",
    )
    accounts: str = Field(
        "tocsin",
        description="Namespace of the accounts tocsin-read and tocsin-act-*. Plans "
        "never act in it.",
    )
    namespaces: Names = Field(
        (),
        description="Namespaces that plans may read and act in. None whose name "
        "begins with kube-. A list.",
    )
    nodes: bool = Field(
        default=False,
        description="Whether nodes may be closed, opened and emptied.",
    )

    @field_validator("accounts")
    @classmethod
    def _is_a_namespace(cls, name: str) -> str:
        if not _NAMESPACE.match(name):
            raise ValueError(f"{name!a} is no namespace")
        return name

    @field_validator("namespaces")
    @classmethod
    def _are_namespaces(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if not _NAMESPACE.match(name):
                raise ValueError(f"{name!a} is no namespace; name each one")
            if name.startswith(_ITS_OWN):
                raise ValueError(f"{name} is the cluster's own: plans never act there")
        return names

    @model_validator(mode="after")
    def _leaves_the_accounts_alone(self) -> "KubernetesSection":
        if self.accounts in self.namespaces:
            raise ValueError(f"{self.accounts} holds Tocsin's accounts")
        return self
