"""What changed last at an endpoint of SageMaker, or in a group of model packages.

Collects only: an endpoint, the configurations it has and had, the models in them; the
versions of a group and who approved them. Environments of containers hold secrets and
are left out but for the names in them. Events of SageMaker as alerts are
`aws_sagemaker.py`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.named import named
from bot.aws.shown import as_json, at_text, changes, number, only
from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_sagemaker_history",
    title="Amazon SageMaker history",
    docs="https://docs.aws.amazon.com/sagemaker/latest/APIReference/",
    summary="Endpoints and model packages: their state, and what changed last.",
)
READS = (
    "sagemaker.DescribeEndpoint",
    "sagemaker.DescribeEndpointConfig",
    "sagemaker.ListEndpointConfigs",
    "sagemaker.DescribeModel",
    "sagemaker.ListModelPackages",
    "sagemaker.DescribeModelPackage",
)
MOST_LISTED = 20
MOST_MODELS = 3
_TOKEN = "NextToken"  # noqa: S105 - the name of a field
_ENDPOINT = (
    *("EndpointName", "EndpointArn", "EndpointConfigName", "EndpointStatus"),
    *("FailureReason", "CreationTime", "LastModifiedTime", "LastDeploymentConfig"),
    *("DataCaptureConfig", "PendingDeploymentSummary", "ProductionVariants"),
    "ShadowProductionVariants",
)
_CONFIG = (
    *("EndpointConfigName", "CreationTime", "ProductionVariants", "DataCaptureConfig"),
    *("ShadowProductionVariants", "ExecutionRoleArn", "EnableNetworkIsolation"),
)
_COMPARED = tuple(
    one for one in _CONFIG if one not in ("EndpointConfigName", "CreationTime")
)
_CONTAINER = ("Image", "Mode", "ModelDataUrl", "ModelPackageName", "ModelDataSource")
_MODEL = ("ModelName", "ModelArn", "ExecutionRoleArn", "CreationTime")
_PACKAGE = (
    *("ModelPackageName", "ModelPackageArn", "ModelPackageVersion"),
    *("ModelPackageDescription", "CreationTime", "ModelPackageStatus"),
    *("ModelApprovalStatus", "ApprovalDescription", "LastModifiedTime"),
    *("LastModifiedBy", "CreatedBy"),
)
_WHO = ("UserProfileName", "IamIdentity")


def concerns(alert: Alert) -> bool:
    """Tell whether an alert names what may be an endpoint or a group of packages."""
    things = named(alert)
    return bool(things.endpoints or things.packages)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return one file an endpoint and one a group of model packages."""
    if not concerns(alert):
        return ()
    things = named(alert)
    asking = Asking(reader, region=things.region)
    made = [_endpoint(asking.fresh(), one, window) for one in things.endpoints]
    return (*made, *(_packages(asking.fresh(), one, window) for one in things.packages))


def _endpoint(asking: Asking, endpoint: str, window: Window) -> Collected:
    name = f"sagemaker-endpoint-{endpoint}.json"
    try:
        told = asking.ask("sagemaker.DescribeEndpoint", EndpointName=endpoint)
    except NotFound:
        says = f"SageMaker knows no endpoint {endpoint} in {asking.region}."
        return Collected(name=name, content="", says=says, call=asking.told)
    except Unreachable as error:
        says = f"Endpoint {endpoint}: {error.what}, because {error.because}."
        return Collected(name=name, content="", says=says, call=asking.told)
    configs = _configs(asking, endpoint, told.get("EndpointConfigName", ""))
    now, before = (*configs, {}, {})[:2]
    differ = changes(only(_COMPARED, before), only(_COMPARED, now)) if before else []
    content = {
        "endpoint": only(_ENDPOINT, told),
        "configurations": configs,
        "changes": {_pair(before, now): differ} if before else {},
        "models": list(_models(asking, now)),
    }
    at = told.get("LastModifiedTime")
    return Collected(
        name=name,
        content=as_json(content),
        says=asking.says(
            f"Endpoint {endpoint} in {asking.region}: {told.get('EndpointStatus')}, "
            f"last changed {at_text(at)} UTC{_within(at, window)}.",
            f"{number(len(differ), 'difference')} to the configuration before."
            if before
            else "No earlier configuration was found under its name.",
        ),
        call=asking.told,
    )


def _configs(asking: Asking, endpoint: str, current: str) -> list[dict[str, Any]]:
    """Return the configuration in use, then the one before it, by its name.

    SageMaker keeps no history of an endpoint: what was made before and has the
    endpoint's name in its own is taken for it.
    """
    listed = asking.every(
        "sagemaker.ListEndpointConfigs",
        Paging(items="EndpointConfigs", given=_TOKEN, asked=_TOKEN),
        pages=1,
        most=MOST_LISTED,
        NameContains=endpoint,
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=MOST_LISTED,
    )
    names = [one["EndpointConfigName"] for one in listed]
    later = names.index(current) + 1 if current in names else 0
    wanted = [current, *names[later:][:1]]
    asked = "sagemaker.DescribeEndpointConfig"
    found = [asking.maybe(asked, EndpointConfigName=one) for one in wanted if one]
    return [only(_CONFIG, one) for one in found if one]


def _models(asking: Asking, config: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    variants = config.get("ProductionVariants") or ()
    names = [one["ModelName"] for one in variants if one.get("ModelName")]
    for name in list(dict.fromkeys(names))[:MOST_MODELS]:
        told = asking.maybe("sagemaker.DescribeModel", ModelName=name)
        first = told.get("PrimaryContainer")
        containers = [*([first] if first else []), *(told.get("Containers") or ())]
        if told:
            made = [_container(one) for one in containers]
            yield only(_MODEL, told) | {"containers": made}


def _container(told: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted(told.get("Environment") or ())
    return only(_CONTAINER, told) | {"environment (names only)": names}


def _packages(asking: Asking, group: str, window: Window) -> Collected:
    name = f"sagemaker-packages-{group}.json"
    listed = asking.every(
        "sagemaker.ListModelPackages",
        Paging(items="ModelPackageSummaryList", given=_TOKEN, asked=_TOKEN),
        pages=1,
        most=MOST_LISTED,
        ModelPackageGroupName=group,
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=MOST_LISTED,
    )
    if not listed:
        says = "" if asking.failed else f"No model package {group} in {asking.region}."
        return Collected(
            name=name, content="", says=asking.says(says), call=asking.told
        )
    asked = "sagemaker.DescribeModelPackage"
    newest = [
        asking.maybe(asked, ModelPackageName=one["ModelPackageArn"])
        for one in listed[:2]
    ]
    first = listed[0]
    at = max(filter(None, (_touched(one) for one in (*listed, *newest))), default=None)
    return Collected(
        name=name,
        content=as_json(
            {
                "versions": [only(_PACKAGE, one) for one in listed],
                "newest": [_approved(one) for one in newest if one],
            }
        ),
        says=asking.says(
            f"Model packages {group} in {asking.region}: the newest is version "
            f"{first.get('ModelPackageVersion')}, {first.get('ModelApprovalStatus')}; "
            f"last changed {at_text(at)} UTC{_within(at, window)}."
        ),
        call=asking.told,
    )


def _approved(told: Mapping[str, Any]) -> dict[str, Any]:
    kept = only(_PACKAGE, told)
    people = {one: kept[one] for one in ("CreatedBy", "LastModifiedBy") if one in kept}
    return kept | {name: only(_WHO, one) for name, one in people.items()}


def _touched(told: Mapping[str, Any]) -> Any:
    return told.get("LastModifiedTime") or told.get("CreationTime")


def _pair(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    return f"{before.get('EndpointConfigName')} → {now.get('EndpointConfigName')}"


def _within(at: Any, window: Window) -> str:
    inside = at is not None and window.since <= at <= window.until
    return ", within the window" if inside else ""
