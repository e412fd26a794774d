"""Amazon SageMaker: reject a version of a model package, and take that back.

Pipelines deploy what is approved. Rejecting keeps a bad version from being deployed
again; what runs already goes on. Nothing here approves what was never judged: the way
back is open for what is rejected now.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from bot.acting.params import schema
from bot.acting.reading import Case, Reading, Seen, Texts, was
from bot.acting.states import Need
from bot.aws.action import AwsAction
from bot.domain.errors import BadRequest
from bot.domain.plan import Blast, Draft, Level
from bot.ports.action import ActionManifest
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_sagemaker_packages",
    title="Amazon SageMaker model packages",
    docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html",
    summary="Rejects a version of a model package, and takes that back.",
)

_ARN = "sagemaker.model_package.arn"
_APPROVAL = "sagemaker.model_package.approval"
_REJECTED = "Rejected"
_DESCRIBE = "sagemaker.DescribeModelPackage"
_UPDATE = "sagemaker.UpdateModelPackage"
_PACKAGE: Mapping[str, Any] = {
    "type": "string",
    "description": "the ARN of the version, which ends in group/number",
    "pattern": (
        r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]{9,16}:[0-9]{12}:model-package/"
        r"[a-zA-Z0-9][a-zA-Z0-9-]{0,62}/[1-9][0-9]{0,8}$"
    ),
    "maxLength": 176,
}
_KEPT = (
    *("ModelPackageArn", "ModelPackageGroupName", "ModelPackageVersion"),
    *("ModelPackageStatus", "ModelApprovalStatus", "CreationTime", "LastModifiedTime"),
)


def _package(seen: Seen) -> Texts:
    """Return how a version is judged.

    Raises:
        BadRequest: It is none that is judged.
    """
    approval = seen.answer.get("ModelApprovalStatus")
    if approval is None:
        raise BadRequest(
            "The model package was not planned to change",
            because="it is no version of a group, and only those are approved",
            next_move="Name a version of a group of model packages.",
        )
    return {_ARN: seen.answer["ModelPackageArn"], _APPROVAL: approval}


def _package_kept(answer: Mapping[str, Any]) -> Any:
    return {name: answer.get(name) for name in _KEPT}


class _Judging(AwsAction):
    """What rejecting and taking it back share."""

    ROLE = "tocsin-act-sagemaker"
    TARGET = "package"
    RESOURCE = _ARN
    WORDS: ClassVar[Texts] = {_APPROVAL: "approval of {package}"}
    PROMISE = "The version is read again and must be judged as shown."
    FACTS = (
        Reading(
            call=_DESCRIBE,
            arguments={"ModelPackageName": "package"},
            facts=_package,
            keep=_package_kept,
        ),
    )


class RejectPackage(_Judging):
    """Rejects a version: pipelines do not deploy it."""

    IDENTITY: ClassVar[Texts] = {"package": "ModelPackageArn"}
    USUAL: ClassVar[Texts] = {_APPROVAL: "Approved"}
    WANTED: ClassVar[Texts] = {_APPROVAL: _REJECTED}
    WRITE = (
        _UPDATE,
        {"ModelPackageArn": "{package}", "ModelApprovalStatus": _REJECTED},
    )
    MANIFEST = ActionManifest(
        name="aws.sagemaker.reject_model_package",
        version=1,
        title="Reject a version of a SageMaker model package",
        params=schema(package=_PACKAGE),
        level={"": Level.T2, "sandbox": Level.T3},
        evidence=(_DESCRIBE,),
        calls=(_UPDATE, _DESCRIBE),
        rollback="aws.sagemaker.restore_model_package",
    )

    def blast(self, case: Case) -> Blast:
        """Return who takes notice: whatever deploys what is approved."""
        del case
        says = (
            "Whatever deploys approved versions; some pipelines also roll back when "
            "one is rejected. Endpoints that run it go on."
        )
        return Blast(systems=-1, says=says)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the judgement from before."""
        return {**dict(draft.params), "approval": was(draft, _APPROVAL)}


class RestorePackage(_Judging):
    """Gives a rejected version back the judgement that it had."""

    IDENTITY: ClassVar[Texts] = {
        "package": "ModelPackageArn",
        "approval": "ModelApprovalStatus",
    }
    NEEDS = (
        Need(
            fact=_APPROVAL,
            values=frozenset({_REJECTED}),
            because="it is not rejected, and only that is taken back here",
            next_move="Judge it in SageMaker, as its owners do.",
        ),
    )
    USUAL: ClassVar[Texts] = {_APPROVAL: "Approved"}
    WANTED: ClassVar[Texts] = {_APPROVAL: "{approval}"}
    WRITE = (
        _UPDATE,
        {"ModelPackageArn": "{package}", "ModelApprovalStatus": "{approval}"},
    )
    MANIFEST = ActionManifest(
        name="aws.sagemaker.restore_model_package",
        version=1,
        title="Take the rejection of a SageMaker model package back",
        params=schema(
            package=_PACKAGE,
            approval={
                "type": "string",
                "description": "how it was judged before",
                "enum": ["Approved", "PendingManualApproval"],
            },
        ),
        level={"": Level.T2},
        evidence=(_DESCRIBE,),
        calls=(_UPDATE, _DESCRIBE),
        rollback="aws.sagemaker.reject_model_package",
    )

    def blast(self, case: Case) -> Blast:
        """Return what an approval may set off."""
        deploys = case.params["approval"] == "Approved"
        what = "Pipelines may deploy it at once." if deploys else "It waits for people."
        return Blast(systems=-1 if deploys else 1, says=what)

    def rollback(self, draft: Draft) -> Texts | None:
        """Return the version alone."""
        return {"package": dict(draft.params)["package"]}


ACTIONS = (RejectPackage(), RestorePackage())
