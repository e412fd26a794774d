"""The section `[collect]`: what is read about an incident, outside of AWS.

Prometheus stands in `[watch]`, because its figures are watched as well, and AWS in
`[aws]`. What is read of each is `integrations/`.
"""

from pathlib import Path

import re2
from pydantic import Field, SecretStr, field_validator

from bot.config.section import Names, Section
from bot.domain.addresses import complaint
from bot.domain.registry import is_repo

_EVERY = "*"
_NAMESPACE = re2.compile(r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")


class CollectSection(Section):
    """What diagnostics are collected from, beside AWS and the Prometheus of watch."""

    alertmanager_url: str = Field(
        "",
        description="Alertmanager that is asked what else fires and what is silenced, "
        "for example http://alertmanager:9093.",
    )
    alertmanager_token: SecretStr | None = Field(
        None, description="Bearer token for that Alertmanager."
    )
    github_url: str = Field(
        "https://api.github.com",
        description="Address of GitHub's API; of GitHub Enterprise Server "
        "https://<host>/api/v3.",
    )
    github_token: SecretStr | None = Field(
        None,
        description="Token that may read deployments, contents, pull requests and "
        "actions of the repositories, and nothing else.",
    )
    github_repos: Names = Field(
        (),
        description="Repositories that are asked what changed, owner/name, beside "
        "those that the registry names for a system. A list.",
    )
    kubernetes_context: str = Field(
        "",
        description="Context of the kubeconfig that reads the cluster, or in-cluster "
        "for the pod's own service account. Without it no cluster is read; with it "
        "Tocsin needs its extra `kubernetes`.",
    )
    kubernetes_config: Path | None = Field(
        None, description="The kubeconfig. Default: where kubectl looks for it."
    )
    kubernetes_program: str = Field(
        "",
        description="The one program that the kubeconfig may run to get a token, as "
        "its exec.command says it, such as aws. Without it none is run.",
    )
    kubernetes_namespaces: Names = Field(
        (),
        description="Namespaces that may be read, whatever an alert names; * stands "
        "for all that the account may read. A list.",
    )

    @field_validator("alertmanager_url")
    @classmethod
    def _may_be_asked(cls, url: str) -> str:
        wrong = complaint(url, plain=True) if url else ""
        if wrong:
            raise ValueError(f"the address cannot be asked: {wrong}")
        return url

    @field_validator("github_url")
    @classmethod
    def _is_an_api(cls, url: str) -> str:
        if wrong := complaint(url):
            raise ValueError(f"the address cannot be asked: {wrong}")
        return url

    @field_validator("github_repos")
    @classmethod
    def _are_repos(cls, repos: tuple[str, ...]) -> tuple[str, ...]:
        for repo in repos:
            if not is_repo(repo):
                raise ValueError(f"{repo!a} is no repository, owner/name")
        return repos

    @field_validator("kubernetes_namespaces")
    @classmethod
    def _are_namespaces(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name != _EVERY and not _NAMESPACE.match(name):
                raise ValueError(f"{name!a} is no namespace")
        return names
