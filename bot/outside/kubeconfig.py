"""A kubeconfig, read so that it runs nothing but the one program of the settings.

The official client runs what a kubeconfig says, by `exec` or the older `auth-provider`,
when it looks for credentials. Here the user of the context is looked at first, in the
very form that the client then loads.

Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/
(client-go credential plugins), and the client's own loader.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.domain.errors import BadSettings

_HARMLESS = frozenset(
    {
        *("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"),
        *("AWS_STS_REGIONAL_ENDPOINTS", "USE_GKE_GCLOUD_AUTH_PLUGIN"),
    }
)
"""What such a program may be told by its environment; others, such as PATH or
LD_PRELOAD, lead to another program."""


def load(settings: Any, context: str, config: Path | None, program: str) -> None:
    """Have the client's settings say what a context of a kubeconfig says.

    Args:
        program: The one program that may be run for a token; "" for none.

    Raises:
        BadSettings: It would run another one.
        Exception: Whatever the client makes of a file.
    """
    from kubernetes.config import kube_config

    named = str(config) if config else kube_config.KUBE_CONFIG_DEFAULT_LOCATION
    merged = kube_config.KubeConfigMerger(named).config
    wrong = complaint(_user(merged, context), program)
    if wrong:
        raise BadSettings(
            "Kubernetes was not connected",
            because=wrong,
            next_move="Name the program in the settings (kubernetes.program, "
            "collect.kubernetes_program), or use a token.",
        )
    loader = kube_config.KubeConfigLoader(
        config_dict=merged, active_context=context, config_base_path=None
    )
    loader.load_and_set(settings)


def complaint(user: Mapping[str, Any], program: str) -> str:
    """Return why a user of a kubeconfig is not used, "" if it is.

    Args:
        program: The one program that may be run for a token; "" for none.
    """
    if user.get("auth-provider"):
        return "its user has an auth-provider, which may run a program"
    asked = user.get("exec")
    if not asked:
        return ""
    command = asked.get("command") if isinstance(asked, Mapping) else None
    if not program or command != program:
        return f"its user would run {str(command)!a}, which the settings do not name"
    told = {str(one.get("name")) for one in asked.get("env") or ()}
    if not told <= _HARMLESS:
        odd = ", ".join(sorted(told - _HARMLESS))
        return f"its user would run {program!a} with another {odd[:80]!a}"
    return ""


def _user(merged: Any, context: str) -> Mapping[str, Any]:
    """Return the user of a context as the file says it; empty where it names none."""
    one = merged["contexts"].get_with_name(context)["context"]
    name = one.safe_get("user")
    if not name or not merged.safe_get("users"):
        return {}
    found = merged["users"].get_with_name(name, safe=True)
    held: Mapping[str, Any] = (found["user"].value if found else None) or {}
    return held
