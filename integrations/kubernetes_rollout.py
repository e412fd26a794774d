"""Deployments in Kubernetes: back to the pods of an earlier revision.

As `kubectl rollout undo` does it: the deployment gets the pod template of one of its
replica sets again, and replaces its pods at the pace that it is made for. A revision
is named by its replica set, because its number changes when it comes back.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.domain.errors import BadRequest, NotFound
from bot.domain.plan import Blast, Change, Draft, Level
from bot.outside import objects as kinds
from bot.outside.k8s import revisions
from bot.outside.k8s.action import NAME, NAMESPACE, KubernetesAction
from bot.outside.k8s.rolling import seen_to_roll
from bot.outside.k8s.selectors import as_text
from bot.ports.action import ActionManifest, Verified
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="kubernetes_rollout",
    title="Kubernetes rollouts",
    docs="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-back-a-deployment",
    summary="Rolls deployments back to an earlier revision.",
)

_UID, _SELECTOR = "deployment.uid", "deployment.selector"
_TEMPLATE, _IMAGES = "deployment.template", "deployment.images"
_ROLLOUT, _CURRENT = "deployment.rollout", "deployment.replica_set"
_STRATEGY = "deployment.strategy"
_NEW_TEMPLATE, _NEW_IMAGES = "revision.template", "revision.images"
_NUMBER = "revision.number"
_ACCOUNT, _NEW_ACCOUNT = "deployment.account", "revision.account"
_RIGHTS, _NEW_RIGHTS = "deployment.rights", "revision.rights"
_TOLD = (
    ("its images", _IMAGES, _NEW_IMAGES),
    ("its service account", _ACCOUNT, _NEW_ACCOUNT),
    ("what its pods get of their node", _RIGHTS, _NEW_RIGHTS),
)
"""What people are told of a template: never an environment or a command."""
_PARAMS: Mapping[str, Any] = schema(
    namespace=NAMESPACE,
    deployment={**NAME, "description": "the name of the deployment"},
    replica_set={
        **NAME,
        "description": "the replica set of the revision to go back to",
    },
)


def _deployment(seen: Seen) -> Texts:
    spec = seen.answer["spec"]
    return {
        _UID: str(seen.answer["metadata"]["uid"]),
        _SELECTOR: as_text(spec["selector"].get("matchLabels") or {}),
        _TEMPLATE: revisions.digest(seen.answer),
        _IMAGES: revisions.images(seen.answer),
        _ACCOUNT: revisions.account(seen.answer),
        _RIGHTS: revisions.rights(seen.answer),
        _ROLLOUT: "held" if spec.get("paused") else "going on",
        _STRATEGY: str((spec.get("strategy") or {}).get("type", "RollingUpdate")),
    }


def _revisions(seen: Seen) -> Texts:
    """Return which replica set runs, and what the wanted one holds.

    Raises:
        NotFound: The deployment has no such replica set.
    """
    known, wanted = seen.known, seen.known["replica_set"]
    sets = revisions.made_by(known[_UID], seen.answer["items"])
    found = [one for one in sets if kinds.name_of(one) == wanted]
    if not found:
        raise NotFound(
            "The deployment was not planned to change",
            because=f"it has no replica set {wanted!a} any more",
            next_move="Choose one that `kubectl get replicasets` lists.",
        )
    return {
        _CURRENT: revisions.current(known[_TEMPLATE], sets),
        _NEW_TEMPLATE: revisions.digest(found[0]),
        _NEW_IMAGES: revisions.images(found[0]),
        _NEW_ACCOUNT: revisions.account(found[0]),
        _NEW_RIGHTS: revisions.rights(found[0]),
        _NUMBER: str(kinds.revision(found[0])),
    }


def _sets_kept(answer: Mapping[str, Any]) -> Any:
    return [kinds.replica_set(one) for one in answer["items"]]


class UndoRollout(KubernetesAction):
    """Gives a deployment an earlier pod template again; its own way back."""

    # A pod that loads a model takes minutes: looks are as far apart.
    SECONDS = 300
    ROLE = "tocsin-act-rollout"
    TARGET = "deployment"
    IDENTITY: ClassVar[Texts] = {
        "namespace": "namespace",
        "deployment": "name",
        "replica_set": "replica_set",
    }
    WANTED: ClassVar[Texts] = {_CURRENT: "{replica_set}"}
    WORDS: ClassVar[Texts] = {
        _CURRENT: "replica set that {deployment} in {namespace} runs"
    }
    PROMISE = (
        "The deployment is read again: it has that replica set's template, and all of "
        "its pods are replaced and available."
    )
    FACTS = (
        Reading(
            call="apps.ReadDeployment",
            arguments={"namespace": "namespace", "name": "deployment"},
            facts=_deployment,
            keep=kinds.deployment,
        ),
        Reading(
            call="apps.ListReplicaSets",
            arguments={"namespace": "namespace", "labelSelector": _SELECTOR},
            facts=_revisions,
            keep=_sets_kept,
        ),
    )
    WRITE = (
        "apps.PatchDeployment",
        {
            "namespace": "{namespace}",
            "name": "{deployment}",
            "replica_set": "{replica_set}",
        },
    )
    CARRIED: ClassVar[Texts] = {"template": _NEW_TEMPLATE, "images": _NEW_IMAGES}
    MANIFEST = ActionManifest(
        name="kubernetes.deployment.undo_rollout",
        version=1,
        title="Roll a deployment of Kubernetes back to another revision",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("apps.ReadDeployment", "apps.ListReplicaSets"),
        calls=(
            "apps.PatchDeployment",
            "apps.ReadDeployment",
            "apps.ReadReplicaSet",
            "apps.ListReplicaSets",
        ),
        rollback="kubernetes.deployment.undo_rollout",
    )

    def plan(self, params: Texts, *, reader: Any) -> Draft:
        """Read the world and say what would run: images, account, rights on the node.

        Raises:
            TocsinError: As every plan of data.
        """
        draft = super().plan(params, reader=reader)
        told = [
            Change(what=what, before=was(draft, now), after=was(draft, then))
            for what, now, then in _TOLD
            if was(draft, now) != was(draft, then) or now == _IMAGES
        ]
        return replace(draft, changes=(*draft.changes, *told))

    def blast(self, case: Case) -> Blast:
        """Return what is replaced by what.

        Raises:
            BadRequest: Rollouts are held, or one has only just begun.
        """
        facts = case.facts
        because = ""
        if facts[_ROLLOUT] == "held":
            because = "rollouts of this deployment are held, so nothing would happen"
        if facts[_CURRENT] == revisions.NONE:
            because = "it was changed just now, and there would be no way back"
        if because:
            raise BadRequest(
                f"{self.MANIFEST.name} was not planned",
                because=because,
                next_move="Let its rollout go on, then propose it again.",
            )
        says = "Every pod of one deployment is replaced, at its usual pace. "
        if facts[_STRATEGY] == "Recreate":
            says = "Every pod of one deployment ends before the first new one starts. "
        says += f"It goes back to revision {facts[_NUMBER]}."
        return Blast(systems=1, says=says)

    def body(self, session: Any, call: str, texts: Texts) -> Any:
        """Return the patch with the template that people agreed to, read once more.

        Raises:
            BadRequest: The replica set holds another template by now.
        """
        del call
        named = {"namespace": texts["namespace"], "name": texts["replica_set"]}
        found = self.looked(session, "apps.ReadReplicaSet", named)
        if revisions.digest(found) != texts["template"]:
            raise BadRequest(
                "The deployment was not changed",
                because="its replica set holds another template by now",
                next_move="Propose it again.",
            )
        template = revisions.template(found)
        return [{"op": "replace", "path": "/spec/template", "value": template}]

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the replica set that ran before."""
        return {**dict(draft.params), "replica_set": was(draft, _CURRENT)}

    def witness(self, case: Case) -> Verified:
        """Say whether all pods are replaced; that takes a while."""
        return seen_to_roll(self, case, updated=True)


ACTIONS = (UndoRollout(),)
