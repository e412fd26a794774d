"""Log lines: those that a subscription passes on, and those of an alarm's window.

A line that a subscription filter lets through is an alert, unless another integration
takes it for an event of its own. Lines of Bedrock's invocation log come without prompts
and answers: they belong into no alert and no bundle. Everything else is as it was
written, not yet redacted.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.aws.asking import Asking, Paging
from bot.aws.log_groups import (
    MOST_GROUPS,
    groups_of,
    in_a_name,
    invocation_log,
    without_prompts,
)
from bot.aws.named import is_elsewhere, named
from bot.aws.shown import fitting, number
from bot.domain.envelope import Alert, Envelope
from bot.domain.errors import NotFound, Unreachable
from bot.envelopes.aws_delivery import Delivery
from bot.envelopes.aws_reading import parsed, recognized
from bot.envelopes.log_alert import line_alert
from bot.ports.collect import Collected, Window
from bot.ports.integration import Manifest, Payload

MANIFEST = Manifest(
    name="cloudwatch_logs",
    title="Amazon CloudWatch Logs",
    docs="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
    "SubscriptionFilters.html",
    summary="Lines of a subscription, and log lines of an alarm's window.",
    general=True,
    family="aws",
)
READS = ("logs.FilterLogEvents", "bedrock.GetModelInvocationLoggingConfiguration")
COLLECT_SETTINGS = {"log_groups": "cloudwatch"}
MOST_PAGES = 5
MOST_BYTES = 512 * 1024
_PAGE = 1_000


def recognizes(payload: Payload) -> bool:
    """Tell by its shape whether a payload is a batch of log lines."""
    return recognized(payload, takes)


def parse(payload: Payload) -> tuple[Envelope, ...]:
    """Return one envelope a line.

    Raises:
        Unparsed: It is no batch of CloudWatch Logs.
    """
    return parsed(payload, takes, envelopes, name=MANIFEST.title)


def takes(one: Delivery) -> bool:
    """Tell whether it is a line of a log and no event of a service."""
    return one.log is not None and one.event is None


def envelopes(one: Delivery) -> tuple[Envelope, ...]:
    """Return the alert of a line."""
    return (line_alert(one, MANIFEST.name),)


def concerns(alert: Alert) -> bool:
    """Tell whether log lines of AWS may tell about it.

    Groups that the settings name are read about every alert that is not another
    provider's.
    """
    return not is_elsewhere(alert)


def collect(
    alert: Alert, window: Window, *, reader: Any, log_groups: Sequence[str] = ()
) -> tuple[Collected, ...]:
    """Return one file a log group, at most five.

    Args:
        log_groups: Named in the settings; asked after those the alarm names.
    """
    if not concerns(alert):
        return ()
    there = Asking(reader, region=named(alert).region)
    groups = dict.fromkeys(groups_of(alert, (invocation_log(alert, there),)), there)
    home = there.fresh(region="")
    groups = dict.fromkeys(log_groups, home) | groups
    first = sorted(groups.items(), key=lambda one: one[1] is home)[:MOST_GROUPS]
    return tuple(_lines(asking.fresh(), group, window) for group, asking in first)


def _lines(asking: Asking, group: str, window: Window) -> Collected:
    name = f"logs-{in_a_name(group)}.txt"
    try:
        lines = _events(asking, group, window)
    except NotFound:
        says = f"There is no log group {group} in {asking.region}."
        return Collected(name=name, content="", says=says, call=asking.told)
    except Unreachable as error:
        says = f"{group}: {error.what}, because {error.because}."
        return Collected(name=name, content="", says=says, call=asking.told)
    return Collected(
        name=name,
        content="\n".join(lines),
        says=asking.says(f"{number(len(lines), 'line')} of {group} from the window."),
        call=asking.told,
    )


def _events(asking: Asking, group: str, window: Window) -> list[str]:
    """Return the lines in order; `asking.cut` tells whether there are more.

    Raises:
        NotFound: There is no such group.
        Unreachable: The first page could not be read.
    """
    asked: dict[str, Any] = {
        "logGroupName": group,
        "startTime": int(window.since.timestamp() * 1000),
        "endTime": int(window.until.timestamp() * 1000),
        "limit": _PAGE,
    }
    first = asking.ask("logs.FilterLogEvents", **asked)
    events = list(first.get("events", ()))
    if token := first.get("nextToken"):
        events += asking.every(
            "logs.FilterLogEvents",
            Paging(items="events"),
            pages=MOST_PAGES - 1,
            most=_PAGE * MOST_PAGES,
            **asked,
            nextToken=token,
        )
    lines, too_large = fitting((_line(one) for one in events), MOST_BYTES)
    asking.cut = asking.cut or too_large
    return lines


def _line(event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(event.get("timestamp", 0) / 1000, tz=UTC)
    text = without_prompts(str(event.get("message", "")).rstrip("\n"))
    stream = event.get("logStreamName", "")
    return f"{at.isoformat(timespec='milliseconds')} {stream} {text}"
