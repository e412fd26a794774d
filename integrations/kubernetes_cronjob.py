"""Cron jobs in Kubernetes: start no more of their jobs, and start them again.

For a job that trains, indexes or cleans up on a schedule while people look at the
incident. What it has started already runs on.

Source: https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts
from bot.domain.plan import Blast, Level
from bot.outside.k8s.action import NAME, NAMESPACE, KubernetesAction
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="kubernetes_cronjob",
    title="Kubernetes cron jobs",
    docs="https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/cron-job-v1/",
    summary="Suspends cron jobs and resumes them.",
)

_STATE = "cronjob.state"
_SUSPENDED, _ON = "suspended", "on"
_PARAMS: Mapping[str, Any] = schema(
    namespace=NAMESPACE,
    cronjob={**NAME, "description": "the name of the cron job"},
)


def _cronjob(seen: Seen) -> Texts:
    suspended = seen.answer["spec"].get("suspend")
    return {
        "cronjob.uid": str(seen.answer["metadata"]["uid"]),
        _STATE: _SUSPENDED if suspended else _ON,
    }


def _kept(answer: Mapping[str, Any]) -> Any:
    """Return when it runs and what runs; what its jobs are told stays out."""
    spec, status = answer["spec"], answer.get("status") or {}
    return {
        "name": answer["metadata"]["name"],
        "schedule": spec.get("schedule"),
        "suspend": spec.get("suspend", False),
        "concurrency": spec.get("concurrencyPolicy"),
        "active": [one.get("name") for one in status.get("active") or ()],
        "last": status.get("lastScheduleTime"),
    }


class _SetState(KubernetesAction):
    """What suspending and resuming share."""

    ROLE = "tocsin-act-cronjob"
    TARGET = "cronjob"
    IDENTITY: ClassVar[Texts] = {"namespace": "namespace", "cronjob": "name"}
    USUAL: ClassVar[Texts] = {_STATE: _ON}
    WORDS: ClassVar[Texts] = {_STATE: "the cron job {cronjob} in {namespace}"}
    PROMISE = "The cron job is read again and must be as shown."
    FACTS = (
        Reading(
            call="batch.ReadCronJob",
            arguments={"namespace": "namespace", "name": "cronjob"},
            facts=_cronjob,
            keep=_kept,
        ),
    )
    SAYS: ClassVar[str]

    def blast(self, case: Case) -> Blast:
        """Return what becomes of its jobs."""
        del case
        return Blast(systems=1, says=self.SAYS)


class SuspendCronJob(_SetState):
    """Has a cron job start nothing any more."""

    SAYS = "One cron job starts no more jobs. What it has started runs on."
    WANTED: ClassVar[Texts] = {_STATE: _SUSPENDED}
    WRITE = (
        "batch.PatchCronJob",
        {"namespace": "{namespace}", "name": "{cronjob}", "spec.suspend": "true"},
    )
    MANIFEST = ActionManifest(
        name="kubernetes.cronjob.suspend",
        version=1,
        title="Suspend a cron job of Kubernetes",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("batch.ReadCronJob",),
        calls=("batch.PatchCronJob", "batch.ReadCronJob"),
        rollback="kubernetes.cronjob.resume",
    )


class ResumeCronJob(_SetState):
    """Has a cron job start its jobs again: the way back."""

    SAYS = (
        "One cron job starts its jobs again; one that was missed may start at once, "
        "where its starting deadline allows that."
    )
    WANTED: ClassVar[Texts] = {_STATE: _ON}
    WRITE = (
        "batch.PatchCronJob",
        {"namespace": "{namespace}", "name": "{cronjob}", "spec.suspend": "false"},
    )
    MANIFEST = ActionManifest(
        name="kubernetes.cronjob.resume",
        version=1,
        title="Resume a cron job of Kubernetes",
        params=_PARAMS,
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=("batch.ReadCronJob",),
        calls=("batch.PatchCronJob", "batch.ReadCronJob"),
        rollback="kubernetes.cronjob.suspend",
    )


ACTIONS = (SuspendCronJob(), ResumeCronJob())
