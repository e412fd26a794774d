"""Which log groups belong to an alert, and lines without prompts and answers.

Reading them is the integrations' business. Prompts and answers that Bedrock's
invocation log holds belong into no bundle, from whatever group its lines come.
"""

import json
from collections.abc import Iterable, Iterator

from bot.aws import forms
from bot.aws.asking import Asking
from bot.aws.named import Named, dimension, named, speaks_of_bedrock
from bot.domain.envelope import Alert

MOST_GROUPS = 5
_BODIES = ("inputBodyJson", "outputBodyJson")
_LOGGING = "bedrock.GetModelInvocationLoggingConfiguration"


def groups_of(alert: Alert, more: Iterable[str] = ()) -> list[str]:
    """Return the groups of what an alert names, then others; each once, none blank.

    Source:
        The logging pages of Lambda and SageMaker: where they write by default.
    """
    found = dict.fromkeys([*_named(alert, named(alert)), *more])
    return [one for one in found if one]


def invocation_log(alert: Alert, asking: Asking, *, wanted: bool = False) -> str:
    """Return the group into which the account logs the calls of its models.

    "" where there is none, where it cannot be read, or where the alert is not about
    them.

    Args:
        wanted: It is worth reading also where the alert does not speak of Bedrock.
    """
    if not (wanted or speaks_of_bedrock(alert)):
        return ""
    answer = asking.maybe(_LOGGING)
    config = (answer.get("loggingConfig") or {}).get("cloudWatchConfig") or {}
    return str(config.get("logGroupName") or "")


def without_prompts(line: str) -> str:
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


def in_a_name(group: str) -> str:
    """Return a group as a part of a file's name."""
    kept = "".join(mark if mark.isalnum() else "-" for mark in group if mark.isascii())
    return kept.strip("-")[:80] or "group"


def _named(alert: Alert, things: Named) -> Iterator[str]:
    if alert.envelope.integration == "cloudwatch_logs":
        found = dimension(alert, "logGroup", "logGroupName")
        yield from (one for one in found if forms.LOG_GROUP.fullmatch(one))
    yield from (f"/aws/lambda/{one}" for one in things.functions)
    yield from (f"/aws/sagemaker/Endpoints/{one}" for one in things.endpoints)
