"""The sections `[sources.<name>]`: who may send alerts, and how each is read.

What the other sections hold is `sections.py`.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from bot.config.section import Names, Section

# Keys that only some sources have. A key that is not here is every source's.
_ONLY: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("topics", "certificates", "queue_url", "log_groups"), frozenset({"cloudwatch"})
)


class Source(Section):
    """One alert source, `[sources.<name>]`."""

    token: SecretStr | None = Field(
        None, description="Bearer token the sender must show."
    )
    path_secret: SecretStr | None = Field(
        None,
        description="Last part of the address, for senders that cannot set headers.",
    )

    cards_per_10min: int | None = Field(
        None,
        ge=0,
        description="How many new cards alerts of this source may put into the "
        "channel within 10 minutes; further incidents stand in the storm's digest. "
        "0 puts all of them there. Default: no budget of its own, only the limits of "
        "a storm (10 cards a minute, 8 of one source).",
    )
    topics: Names = Field(
        (),
        description="For cloudwatch: ARNs of the SNS topics that may post. With any, "
        "the signature of SNS decides instead of the token, and their subscriptions "
        "are confirmed. A list; in the environment with commas.",
    )
    certificates: Path | None = Field(
        None,
        description="For cloudwatch: directory with the only signing certificates of "
        "SNS that count, under AWS's file names. Default: fetched from AWS.",
    )
    queue_url: str = Field(
        "",
        description="For cloudwatch: SQS queue that is read for alarms, "
        "https://sqs.<region>.amazonaws.com/<account>/<name>. In practice the queue "
        "of the practice cloud is read.",
    )
    log_groups: Names = Field(
        (),
        description="For cloudwatch: log groups whose lines belong into diagnostics, "
        "beside those that an alarm names itself. A list.",
    )

    @field_validator("topics")
    @classmethod
    def _are_topics(cls, topics: tuple[str, ...]) -> tuple[str, ...]:
        if not all(one.startswith("arn:") and ":sns:" in one for one in topics):
            raise ValueError("a topic is named by its ARN, arn:aws:sns:…")
        return topics

    @field_validator("queue_url")
    @classmethod
    def _is_a_queue(cls, url: str) -> str:
        if url and not url.startswith("https://"):
            raise ValueError("the queue's address starts with https://")
        return url


def stray_key(name: str, source: Source) -> str:
    """Return what is wrong with a source's keys, "" when nothing is."""
    for key in sorted(source.model_fields_set & set(_ONLY)):
        if name not in _ONLY[key]:
            return f"{name} has no {key}; only {', '.join(sorted(_ONLY[key]))} has"
    return ""
