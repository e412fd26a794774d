"""Log lines: those that a subscription passes on, and those of an alarm's window.

A line that a subscription filter lets through is an alert, unless another integration
takes it for an event of its own. Lines of Bedrock's invocation log come without prompts
and answers: they belong into no alert and no bundle. Everything else is as it was
written, not yet redacted.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.aws.calls import read
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
MOST_GROUPS = 5
MOST_PAGES = 5
MOST_BYTES = 512 * 1024
_PAGE = 1_000
_GROUPS: Mapping[str, str] = {
    "FunctionName": "/aws/lambda/{}",
    "EndpointName": "/aws/sagemaker/Endpoints/{}",
    "Endpoint": "/aws/sagemaker/Endpoints/{}",
}
"""Where a service writes by default. Source: the logging pages of Lambda and
SageMaker."""
_BODIES = ("inputBodyJson", "outputBodyJson")


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


def collect(
    alert: Alert, window: Window, *, reader: Any, log_groups: Sequence[str] = ()
) -> tuple[Collected, ...]:
    """Return one file a log group, at most five.

    Args:
        log_groups: Named in the settings; asked after those the alarm names.

    Raises:
        Unreachable: CloudWatch Logs could not be read.
    """
    named = [*_named(alert), *_of_bedrock(alert, reader), *log_groups]
    groups = list(dict.fromkeys(named))
    return tuple(_lines(reader, one, window) for one in groups[:MOST_GROUPS])


def _named(alert: Alert) -> Iterator[str]:
    if alert.envelope.source != "cloudwatch":
        return
    for path, text in alert.envelope.texts.items():
        head, _, dimension = path.partition("#")[0].rpartition(".")
        if head == "Dimensions" and dimension in _GROUPS:
            yield _GROUPS[dimension].format(text.for_rules())


def _of_bedrock(alert: Alert, reader: Any) -> Iterator[str]:
    """Yield the group into which the account logs the calls of its models."""
    space = alert.envelope.texts.get("Namespace")
    is_alarm = alert.envelope.source == "cloudwatch" and space is not None
    if not is_alarm or space is None or not space.for_rules().startswith("AWS/Bedrock"):
        return
    try:
        answer = read(reader, "bedrock.GetModelInvocationLoggingConfiguration", {})
    except (NotFound, Unreachable):
        return  # the other groups are worth reading all the same
    logging = answer.get("loggingConfig") or {}
    group = (logging.get("cloudWatchConfig") or {}).get("logGroupName")
    if group:
        yield str(group)


def _lines(reader: Any, group: str, window: Window) -> Collected:
    name = f"logs-{_plain(group)}.txt"
    try:
        lines, cut = _events(reader, group, window)
    except NotFound:
        says = f"There is no log group {group}."
        return Collected(name=name, content="", says=says)
    said = f"{len(lines)} lines of {group} from the alarm's window."
    return Collected(
        name=name,
        content="\n".join(lines),
        says=f"{said} Cut: there are more." if cut else said,
    )


def _events(reader: Any, group: str, window: Window) -> tuple[list[str], bool]:
    """Return the lines in order, and whether there are more than may be taken."""
    lines: list[str] = []
    size = 0
    asked: dict[str, Any] = {
        "logGroupName": group,
        "startTime": int(window.since.timestamp() * 1000),
        "endTime": int(window.until.timestamp() * 1000),
        "limit": _PAGE,
    }
    for _ in range(MOST_PAGES):
        answer = read(reader, "logs.FilterLogEvents", asked)
        for event in answer.get("events", ()):
            line = _line(event)
            size += len(line.encode("utf-8", "replace")) + 1
            if size > MOST_BYTES:
                return lines, True
            lines.append(line)
        if not answer.get("nextToken"):
            return lines, False
        asked["nextToken"] = answer["nextToken"]
    return lines, True


def _line(event: Mapping[str, Any]) -> str:
    at = datetime.fromtimestamp(event.get("timestamp", 0) / 1000, tz=UTC)
    text = _without_prompts(str(event.get("message", "")).rstrip("\n"))
    stream = event.get("logStreamName", "")
    return f"{at.isoformat(timespec='milliseconds')} {stream} {text}"


def _without_prompts(line: str) -> str:
    """Take prompt and answer out of a line of Bedrock's invocation log."""
    if "ModelInvocationLog" not in line:
        return line
    try:
        entry = json.loads(line)
    except ValueError:
        return "A line of the invocation log that cannot be read; left out."
    if not isinstance(entry, dict):
        return "A line of the invocation log that cannot be read; left out."
    for part in entry.values():
        for body in _BODIES if isinstance(part, dict) else ():
            if body in part:
                part[body] = "left out"
    return json.dumps(entry, ensure_ascii=False)


def _plain(group: str) -> str:
    kept = "".join(mark if mark.isalnum() else "-" for mark in group if mark.isascii())
    return kept.strip("-")[:80] or "group"
