"""How a Lambda function is set up and limited, and which versions it has.

Collects only. Of its environment the names are told, never the values; its code is not
read. Limiting a function is `aws_lambda.py`.
"""

from collections.abc import Mapping
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.named import named
from bot.aws.shown import as_json, number, only
from bot.domain.envelope import Alert
from bot.domain.errors import NotFound, Unreachable
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest

MANIFEST = Manifest(
    name="aws_lambda_state",
    title="AWS Lambda settings",
    docs="https://docs.aws.amazon.com/lambda/latest/api/",
    summary="Settings, aliases, versions and concurrency of a function.",
)
READS = (
    "lambda.GetFunctionConfiguration",
    "lambda.GetFunctionConcurrency",
    "lambda.ListAliases",
    "lambda.ListVersionsByFunction",
)
MOST_VERSIONS = 20
MOST_PAGES = 20
_PAGE = 50
_SHARED = "none: it shares the account's"
_SETTINGS = (
    *("FunctionName", "FunctionArn", "Version", "Runtime", "PackageType", "Handler"),
    *("Role", "CodeSha256", "CodeSize", "LastModified", "Timeout", "MemorySize"),
    *("State", "StateReason", "LastUpdateStatus", "LastUpdateStatusReason"),
    *("Layers", "VpcConfig", "TracingConfig", "DeadLetterConfig", "Architectures"),
    *("EphemeralStorage", "LoggingConfig", "Description"),
)
_VERSION = ("Version", "CodeSha256", "LastModified", "Runtime", "Description")
_ALIAS = ("Name", "FunctionVersion", "RoutingConfig", "Description")


def concerns(alert: Alert) -> bool:
    """Tell whether an alert names a function."""
    return bool(named(alert).functions)


def collect(alert: Alert, window: Window, *, reader: Any) -> tuple[Collected, ...]:
    """Return one file a function."""
    if not concerns(alert):
        return ()
    things = named(alert)
    asking = Asking(reader, region=things.region)
    return tuple(_function(asking.fresh(), one, window) for one in things.functions)


def _function(asking: Asking, function: str, window: Window) -> Collected:
    name = f"lambda-{function}.json"
    try:
        told = asking.ask("lambda.GetFunctionConfiguration", FunctionName=function)
    except NotFound:
        says = f"Lambda knows no function {function} in {asking.region}."
        return Collected(name=name, content="", says=says, call=asking.told)
    except Unreachable as error:
        says = f"Function {function}: {error.what}, because {error.because}."
        return Collected(name=name, content="", says=says, call=asking.told)
    limit = asking.maybe("lambda.GetFunctionConcurrency", FunctionName=function)
    aliases = _listed(asking, "lambda.ListAliases", "Aliases", function)
    versions = _listed(asking, "lambda.ListVersionsByFunction", "Versions", function)
    reserved = limit.get("ReservedConcurrentExecutions", _SHARED)
    return Collected(
        name=name,
        content=as_json(
            {
                "function": _settings(told),
                "reservedConcurrency": reserved,
                "aliases": [only(_ALIAS, one) for one in aliases],
                # AWS lists them oldest first.
                "versions": [only(_VERSION, one) for one in versions[-MOST_VERSIONS:]],
            }
        ),
        says=asking.says(
            f"Function {function} in {asking.region}: {told.get('State', 'unknown')}, "
            f"last changed {_changed(told, window)}, reserved concurrency {reserved}, "
            f"{number(len(aliases), 'alias', 'aliases')}, "
            f"{number(max(len(versions) - 1, 0), 'published version')}."
        ),
        call=asking.told,
    )


def _listed(
    asking: Asking, call: str, items: str, function: str
) -> list[Mapping[str, Any]]:
    paging = Paging(items=items, given="NextMarker", asked="Marker")
    # Fifty a page, oldest first: the newest are what is wanted.
    return asking.every(
        call, paging, pages=MOST_PAGES, most=_PAGE * MOST_PAGES, FunctionName=function
    )


def _settings(told: Mapping[str, Any]) -> dict[str, Any]:
    variables = (told.get("Environment") or {}).get("Variables") or {}
    return only(_SETTINGS, told) | {"environment (names only)": sorted(variables)}


def _changed(told: Mapping[str, Any], window: Window) -> str:
    """Return when, as Lambda writes it, and whether that was in the window."""
    text = str(told.get("LastModified") or "at an unknown time")
    day_and_minute = text[:16]
    first, last = (
        one.strftime("%Y-%m-%dT%H:%M") for one in (window.since, window.until)
    )
    inside = first <= day_and_minute <= last
    return f"{day_and_minute.replace('T', ' ')} UTC{', within the window' * inside}"
